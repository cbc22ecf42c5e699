/**
 * OpenTelemetry semantic conventions for generative AI, version 1.41.1 (`gen_ai.*`).
 *
 * The names are kept here and not imported: the conventions are being renamed, and backends follow slowly. Usage stands on model calls only; on a run
 * it would be counted twice.
 */
import type { Attributes } from "../records/attributes.js"
import { roleOf, type SpanRole } from "../records/vocabulary.js"
import { type Dialect, errorType, numberOf, type Put, textOf } from "./Dialect.js"
import { inputMessages, outputMessages } from "./messages.js"

/** The version of the semantic conventions that these names are of. */
export const semconvVersion = "1.41.1"

type Table = (attributes: Attributes, put: Put) => void

/** A session that nobody named has the id of its run; as a conversation it would be one of its own each time. */
const ownSession = /^run_[0-9A-HJKMNP-TV-Z]{26}$/

const seconds = (millis: number | undefined): number | undefined => millis === undefined ? undefined : millis / 1000

const run: Table = (attributes, put) => {
  put("gen_ai.operation.name", "invoke_agent")
  put("gen_ai.agent.name", textOf(attributes, "agent"))
  put("gen_ai.provider.name", textOf(attributes, "provider"))
  put("gen_ai.request.model", textOf(attributes, "model"))
}

const turn: Table = (_, put) => put("gen_ai.operation.name", "agent_step")

const model: Table = (attributes, put) => {
  const finishReason = textOf(attributes, "finish_reason")
  put("gen_ai.operation.name", "chat")
  put("gen_ai.provider.name", textOf(attributes, "provider"))
  put("gen_ai.request.model", textOf(attributes, "model"))
  put("gen_ai.response.model", textOf(attributes, "response_model"))
  put("gen_ai.request.stream", attributes["streaming"] === true ? true : undefined)
  put("gen_ai.response.finish_reasons", finishReason === undefined ? undefined : [finishReason])
  put("gen_ai.response.time_to_first_chunk", seconds(numberOf(attributes, "ttft_ms")))
  put("gen_ai.usage.input_tokens", numberOf(attributes, "tokens_in"))
  put("gen_ai.usage.output_tokens", numberOf(attributes, "tokens_out"))
  put("gen_ai.usage.cache_read.input_tokens", numberOf(attributes, "cached_tokens_in"))
  put("gen_ai.usage.cache_creation.input_tokens", numberOf(attributes, "cache_creation_tokens_in"))
  put("gen_ai.usage.reasoning.output_tokens", numberOf(attributes, "reasoning_tokens_out"))
  put("gen_ai.system_instructions", textOf(attributes, "system_instructions"))
  put("gen_ai.input.messages", inputMessages(textOf(attributes, "input_messages")))
  put("gen_ai.output.messages", outputMessages(textOf(attributes, "output_messages"), finishReason))
}

const tool: Table = (attributes, put) => {
  put("gen_ai.operation.name", "execute_tool")
  put("gen_ai.tool.name", textOf(attributes, "tool"))
  put("gen_ai.tool.call.id", textOf(attributes, "call_id"))
  put("gen_ai.tool.type", "function")
  put("gen_ai.tool.call.arguments", textOf(attributes, "arguments"))
  put("gen_ai.tool.call.result", textOf(attributes, "result"))
}

const workflow: Table = (attributes, put) => {
  put("gen_ai.operation.name", "invoke_workflow")
  put("gen_ai.workflow.name", textOf(attributes, "workflow"))
}

const step: Table = (_, put) => put("gen_ai.operation.name", "invoke_workflow")

const tables: { readonly [Role in SpanRole]: Table } = {
  run,
  turn,
  model,
  tool,
  workflow,
  step
}

/** The GenAI names of a span. */
export const genai: Dialect = (span, put) => {
  const role = roleOf(span.name)
  if (role !== undefined) {
    tables[role](span.attributes, put)
    if (span.sessionId !== undefined && !ownSession.test(span.sessionId)) {
      put("gen_ai.conversation.id", span.sessionId)
    }
  }
  put("error.type", errorType(span))
}
