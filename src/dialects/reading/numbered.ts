/**
 * Reads messages that are spread over numbered attributes, such as `llm.input_messages.0.message.content` and `gen_ai.prompt.0.content`.
 */
import type { Foreign } from "./Reading.js"

/** The messages below a prefix, as JSON; `undefined` if there are none. */
export const numbered = (attributes: Foreign, prefix: string): string | undefined => {
  const found: Array<{ [key: string]: unknown }> = []
  for (const key of Object.keys(attributes)) {
    const match = key.startsWith(prefix) ? /^(\d{1,4})\.(?:message\.)?(.+)$/.exec(key.slice(prefix.length)) : null
    if (match !== null) {
      put(found[Number(match[1])] ??= {}, match[2]!.split("."), attributes[key])
    }
  }
  const all = Object.values(found).filter((message) => Object.keys(message).some((key) => !withoutContent.has(key)))
  return all.length === 0 ? undefined : JSON.stringify(all.map(withoutWrappers))
}

/** The fields of a message if content is not recorded. */
const withoutContent = new Set(["role", "finish_reason"])

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
