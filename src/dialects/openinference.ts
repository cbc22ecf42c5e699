/**
 * OpenInference semantic conventions, as Arize Phoenix reads them: the kind, input and output of a span, in addition to session and user.
 */
import type { Attributes } from "../records/attributes.js"
import { roleOf, type SpanRole } from "../records/vocabulary.js"
import { type Dialect, numberOf, type Put, textOf } from "./Dialect.js"
import { inputMessages, lastText, messages1411, outputMessages } from "./genai/messages.js"

type Table = (attributes: Attributes, put: Put) => void

const content = (
  put: Put,
  side: "input" | "output",
  value: string | undefined,
  mimeType: "text/plain" | "application/json"
): void => {
  if (value !== undefined) {
    put(`${side}.value`, value)
    put(`${side}.mime_type`, mimeType)
  }
}

/** The input of an agent in readable form: the text of the last message, or the whole recorded input if there is none. */
const readableInput = (input: string | undefined): string | undefined =>
  input === undefined ? undefined : lastText(input) ?? input

const run: Table = (attributes, put) => {
  put("openinference.span.kind", "AGENT")
  put("agent.name", textOf(attributes, "agent"))
  content(put, "input", readableInput(textOf(attributes, "input")), "text/plain")
  content(put, "output", textOf(attributes, "output"), "text/plain")
}

const chain: Table = (_, put) => put("openinference.span.kind", "CHAIN")

const model: Table = (attributes, put) => {
  put("openinference.span.kind", "LLM")
  put("llm.model_name", textOf(attributes, "response_model") ?? textOf(attributes, "model"))
  put("llm.provider", textOf(attributes, "provider"))
  put("llm.token_count.completion_details.reasoning", numberOf(attributes, "reasoning_tokens_out"))
  content(put, "input", inputMessages(textOf(attributes, "input_messages"), messages1411), "application/json")
  const reason = textOf(attributes, "finish_reason")
  const output = outputMessages(textOf(attributes, "output_messages"), reason, messages1411)
  content(put, "output", output, "application/json")
}

const tool: Table = (attributes, put) => {
  put("openinference.span.kind", "TOOL")
  put("tool.name", textOf(attributes, "tool"))
  put("tool.id", textOf(attributes, "call_id"))
  content(put, "input", textOf(attributes, "arguments"), "application/json")
  content(put, "output", textOf(attributes, "result"), "application/json")
}

const step: Table = (attributes, put) => {
  put("openinference.span.kind", "CHAIN")
  put("graph.node.id", textOf(attributes, "node"))
  put("graph.node.name", textOf(attributes, "node"))
}

const tables: { readonly [Role in SpanRole]: Table } = {
  run,
  turn: chain,
  model,
  tool,
  workflow: chain,
  step
}

export const openinference: Dialect = (span, put) => {
  const role = roleOf(span.name)
  if (role !== undefined) {
    tables[role](span.attributes, put)
  }
}

/**
 * The OpenInference names for the tokens of a model call. Used only without the GenAI dialect: a backend that reads both would count them twice.
 */
export const openinferenceTokens: Dialect = ({ attributes, name }, put) => {
  if (roleOf(name) === "model") {
    put("llm.token_count.prompt", numberOf(attributes, "tokens_in"))
    put("llm.token_count.completion", numberOf(attributes, "tokens_out"))
    put("llm.token_count.prompt_details.cache_read", numberOf(attributes, "cached_tokens_in"))
    put("llm.token_count.prompt_details.cache_write", numberOf(attributes, "cache_creation_tokens_in"))
  }
}
