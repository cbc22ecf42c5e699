/**
 * Converts tool results to the form that the vendor of the call accepts.
 *
 * Some vendors only accept objects, but `@effect/ai` passes numbers and strings to them as is. The options of a call's part say which vendor made it,
 * so a conversation can continue with another vendor.
 */
import * as Prompt from "@effect/ai/Prompt"
import { resultAsObject } from "../providers/table.js"

/** The messages with results wrapped in objects for vendors that need it. */
export const objectResults = (messages: ReadonlyArray<Prompt.Message>): ReadonlyArray<Prompt.Message> => {
  const vendors = new Map<string, ReadonlyArray<string>>()
  return messages.map((message) => {
    if (message.role === "assistant") {
      for (const part of message.content) {
        if (part.type === "tool-call") {
          vendors.set(part.id, Object.keys(part.options))
        }
      }
    }
    return message.role === "tool"
      ? Prompt.makeMessage("tool", {
        content: message.content.map((part) =>
          isObject(part.result)
            ? part
            : Prompt.makePart("tool-result", { ...part, result: resultAsObject(vendors.get(part.id) ?? [], part) })
        ),
        options: message.options
      })
      : message
  })
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value)
