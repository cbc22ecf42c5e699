/**
 * Makes the ids of tool calls unique in a conversation.
 *
 * Some models give two calls the same id, in one answer or across answers, or no id at all. Vendors then reject the request, or match a result with
 * the wrong call.
 */
import type * as Prompt from "@effect/ai/Prompt"

/** The ids of the tool calls in these messages. */
export const callIdsIn = (messages: ReadonlyArray<Prompt.Message>): Set<string> =>
  new Set(
    messages.flatMap((message) =>
      message.role === "assistant" ? message.content.flatMap((part) => part.type === "tool-call" ? [part.id] : []) : []
    )
  )

/** The longest id that every vendor accepts. */
const longest = 64

/** The id if it is free, else the next free one derived from it. Adds it to `taken`. */
export const freeId = (given: string, taken: Set<string>): string => {
  let id = given
  for (let count = 2; id === "" || taken.has(id); count++) {
    const ending = `_${count}`
    id = (given === "" ? "call" : given.slice(0, longest - ending.length)) + ending
  }
  taken.add(id)
  return id
}
