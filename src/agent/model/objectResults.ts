/**
 * Results of tools in the form that the vendor of the call takes.
 *
 * Some vendors take nothing but an object, and `@effect/ai` hands them a number or a text as it is. Which vendor made a call, the options of its part say,
 * so a conversation may go on with another vendor.
 */
import * as Prompt from "@effect/ai/Prompt"
import { resultAsObject } from "../providers/table.js"

/** The messages with such results in objects. */
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
