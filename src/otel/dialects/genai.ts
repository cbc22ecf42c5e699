/**
 * OpenTelemetry semantic conventions for generative AI, version 1.41.1 (`gen_ai.*`).
 *
 * The names are kept here and not imported: the conventions are being renamed, and backends follow slowly. Usage stands on model calls only; on a run
 * it would be counted twice.
 */
import type { Attributes, AttributeValue } from "../../records/attributes.js"
import { type Dialect, errorType, numberOf, present, textOf } from "./Dialect.js"
import { inputMessages, outputMessages } from "./messages.js"

/** The version of the semantic conventions that these names are of. */
export const semconvVersion = "1.41.1"

type Table = (attributes: Attributes) => { readonly [key: string]: AttributeValue | undefined }

/** A session that nobody named has the id of its run; as a conversation it would be one of its own each time. */
const ownSession = /^run_[0-9A-HJKMNP-TV-Z]{26}$/

const seconds = (millis: number | undefined): number | undefined => millis === undefined ? undefined : millis / 1000

const run: Table = (attributes) => ({
  "gen_ai.operation.name": "invoke_agent",
  "gen_ai.agent.name": textOf(attributes, "agent"),
  "gen_ai.provider.name": textOf(attributes, "provider"),
  "gen_ai.request.model": textOf(attributes, "model")
})

const turn: Table = () => ({ "gen_ai.operation.name": "agent_step" })

const model: Table = (attributes) => ({
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": textOf(attributes, "provider"),
  "gen_ai.request.model": textOf(attributes, "model"),
  "gen_ai.response.model": textOf(attributes, "response_model"),
  "gen_ai.request.stream": attributes["streaming"] === true ? true : undefined,
  "gen_ai.response.finish_reasons": textOf(attributes, "finish_reason") === undefined
    ? undefined
    : [textOf(attributes, "finish_reason")!],
  "gen_ai.response.time_to_first_chunk": seconds(numberOf(attributes, "ttft_ms")),
  "gen_ai.usage.input_tokens": numberOf(attributes, "tokens_in"),
  "gen_ai.usage.output_tokens": numberOf(attributes, "tokens_out"),
  "gen_ai.usage.cache_read.input_tokens": numberOf(attributes, "cached_tokens_in"),
  "gen_ai.usage.cache_creation.input_tokens": numberOf(attributes, "cache_creation_tokens_in"),
  "gen_ai.usage.reasoning.output_tokens": numberOf(attributes, "reasoning_tokens_out"),
  "gen_ai.system_instructions": textOf(attributes, "system_instructions"),
  "gen_ai.input.messages": inputMessages(textOf(attributes, "input_messages")),
  "gen_ai.output.messages": outputMessages(textOf(attributes, "output_messages"), textOf(attributes, "finish_reason"))
})

const tool: Table = (attributes) => ({
  "gen_ai.operation.name": "execute_tool",
  "gen_ai.tool.name": textOf(attributes, "tool"),
  "gen_ai.tool.call.id": textOf(attributes, "call_id"),
  "gen_ai.tool.type": "function",
  "gen_ai.tool.call.arguments": textOf(attributes, "arguments"),
  "gen_ai.tool.call.result": textOf(attributes, "result")
})

const workflow: Table = (attributes) => ({
  "gen_ai.operation.name": "invoke_workflow",
  "gen_ai.workflow.name": textOf(attributes, "workflow")
})

const step: Table = () => ({ "gen_ai.operation.name": "invoke_workflow" })

const tables: { readonly [span: string]: Table } = {
  "loom.run": run,
  "loom.turn": turn,
  "loom.model.stream": model,
  "loom.tool": tool,
  "loom.workflow": workflow,
  "loom.workflow.step": step
}

/** The GenAI names of a span. */
export const genai: Dialect = (span) => {
  const table = Object.hasOwn(tables, span.name) ? tables[span.name] : undefined
  const conversation = span.sessionId !== undefined && !ownSession.test(span.sessionId) ? span.sessionId : undefined
  return present({
    ...table?.(span.attributes),
    "gen_ai.conversation.id": table === undefined ? undefined : conversation,
    "error.type": errorType(span)
  })
}
