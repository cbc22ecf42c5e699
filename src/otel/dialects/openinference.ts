/**
 * OpenInference semantic conventions, as Arize Phoenix reads them: the kind of a span, its session and user, what went in and out.
 */
import type { Attributes, AttributeValue } from "../../records/attributes.js"
import { type Dialect, numberOf, present, textOf } from "./Dialect.js"
import { inputMessages, lastText, outputMessages } from "./messages.js"

type Table = (attributes: Attributes) => { readonly [key: string]: AttributeValue | undefined }

const content = (
  side: "input" | "output",
  value: string | undefined,
  mimeType: "text/plain" | "application/json"
): { readonly [key: string]: AttributeValue | undefined } => ({
  [`${side}.value`]: value,
  [`${side}.mime_type`]: value === undefined ? undefined : mimeType
})

/** What an agent was asked, to be read by people: the text of the last message, else all as it was recorded. */
const asked = (input: string | undefined) => {
  const text = input === undefined ? undefined : lastText(input)
  return content("input", text ?? input, "text/plain")
}

const run: Table = (attributes) => ({
  "openinference.span.kind": "AGENT",
  "agent.name": textOf(attributes, "agent"),
  ...asked(textOf(attributes, "input")),
  ...content("output", textOf(attributes, "output"), "text/plain")
})

const chain: Table = () => ({ "openinference.span.kind": "CHAIN" })

const model: Table = (attributes) => ({
  "openinference.span.kind": "LLM",
  "llm.model_name": textOf(attributes, "response_model") ?? textOf(attributes, "model"),
  "llm.provider": textOf(attributes, "provider"),
  "llm.token_count.completion_details.reasoning": numberOf(attributes, "reasoning_tokens_out"),
  ...content("input", inputMessages(textOf(attributes, "input_messages")), "application/json"),
  ...content(
    "output",
    outputMessages(textOf(attributes, "output_messages"), textOf(attributes, "finish_reason")),
    "application/json"
  )
})

const tool: Table = (attributes) => ({
  "openinference.span.kind": "TOOL",
  "tool.name": textOf(attributes, "tool"),
  "tool.id": textOf(attributes, "call_id"),
  ...content("input", textOf(attributes, "arguments"), "application/json"),
  ...content("output", textOf(attributes, "result"), "application/json")
})

const step: Table = (attributes) => ({
  "openinference.span.kind": "CHAIN",
  "graph.node.id": textOf(attributes, "node"),
  "graph.node.name": textOf(attributes, "node")
})

const tables: { readonly [span: string]: Table } = {
  "loom.run": run,
  "loom.turn": chain,
  "loom.model.stream": model,
  "loom.tool": tool,
  "loom.workflow": chain,
  "loom.workflow.step": step
}

/** The OpenInference names of a span; session and user stand on every span. */
export const openinference: Dialect = (span) => {
  const table = Object.hasOwn(tables, span.name) ? tables[span.name] : undefined
  return present({ "session.id": span.sessionId, "user.id": span.userId, ...table?.(span.attributes) })
}
