/**
 * Reads the names of OpenInference. Messages are spread over attributes such as `llm.input_messages.0.message.content`.
 */
import { type Foreign, oneOf, plain, type Reading, setContent } from "./Reading.js"

const kind = oneOf({ LLM: "model", EMBEDDING: "model", AGENT: "run", TOOL: "tool" } as const)

export const openinferenceReading: Reading = {
  names: {
    "agent.name": "agent",
    "session.id": "session_id",
    "user.id": "user_id",
    "llm.model_name": "model",
    "embedding.model_name": "model",
    "llm.provider": "provider",
    "llm.system": "provider",
    "llm.finish_reason": "finish_reason",
    "llm.token_count.prompt": "tokens_in",
    "llm.token_count.completion": "tokens_out",
    "llm.token_count.prompt_details.cache_read": "cached_tokens_in",
    "llm.token_count.prompt_details.cache_write": "cache_creation_tokens_in",
    "llm.token_count.completion_details.reasoning": "reasoning_tokens_out",
    "llm.cost.total": "cost_usd",
    "tool.name": "tool",
    "tool.id": "call_id",
    "tool_call.id": "call_id",
    "graph.node.name": "node"
  },
  role: (attributes) => kind(attributes["openinference.span.kind"]),
  others: (attributes, role, set, name) => {
    const isModel = role === "model"
    const input = isModel ? messages(attributes, "llm.input_messages.") : undefined
    const output = isModel ? messages(attributes, "llm.output_messages.") : undefined
    setContent(role, input ?? plain(attributes["input.value"]), output ?? plain(attributes["output.value"]), set)
    if (kind(attributes["openinference.span.kind"]) === "run") {
      set("agent", plain(attributes["graph.node.id"]) ?? name)
    }
  }
}

/** The messages below a prefix, as JSON; `undefined` if there are none. */
const messages = (attributes: Foreign, prefix: string): string | undefined => {
  const found: Array<{ [key: string]: unknown }> = []
  for (const key of Object.keys(attributes)) {
    const match = key.startsWith(prefix) ? /^(\d{1,4})\.message\.(.+)$/.exec(key.slice(prefix.length)) : null
    if (match !== null) {
      put(found[Number(match[1])] ??= {}, match[2]!.split("."), attributes[key])
    }
  }
  const all = Object.values(found)
  return all.length === 0 ? undefined : JSON.stringify(all.map(withoutWrappers))
}

/** Sets a value at a path, creating objects as needed. */
const put = (into: { [key: string]: unknown }, path: ReadonlyArray<string>, value: unknown): void => {
  let at: { [key: string]: unknown } = into
  for (const [index, step] of path.entries()) {
    if (step === "__proto__") {
      return
    }
    if (index === path.length - 1) {
      at[step] = value
      return
    }
    const next = Object.hasOwn(at, step) ? at[step] : undefined
    at = at[step] = typeof next === "object" && next !== null ? next as { [key: string]: unknown } : {}
  }
}

/** `tool_calls.0.tool_call.function.name` becomes a list of calls, `contents.0.message_content.text` a list of parts. */
const withoutWrappers = ({ contents, tool_calls: calls, ...message }: { [key: string]: unknown }): object => ({
  ...message,
  ...(isObject(contents) && { content: listed(contents, "message_content") }),
  ...(isObject(calls) && { tool_calls: listed(calls, "tool_call") })
})

const isObject = (value: unknown): value is Foreign => typeof value === "object" && value !== null

const listed = (numbered: Foreign, wrapper: string): ReadonlyArray<unknown> =>
  Object.values(numbered).map((each) => isObject(each) && isObject(each[wrapper]) ? each[wrapper] : each)
