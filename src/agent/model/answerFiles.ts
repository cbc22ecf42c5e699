/**
 * Files that models answered with, in the next request. Few vendors take them back, the layers of others reject them, and so what is left of an answer
 * without them may be nothing.
 */
import * as Prompt from "@effect/ai/Prompt"
import { takesAnswerFile } from "../providers/table.js"

/** The messages without files that the vendor who gave them does not take back. */
export const sendableFiles = (messages: ReadonlyArray<Prompt.Message>): ReadonlyArray<Prompt.Message> =>
  messages.flatMap((message) => {
    if (message.role !== "assistant" || message.content.every((part) => part.type !== "file")) {
      return [message]
    }
    const content = message.content.filter((part) => part.type !== "file" || isSent(part))
    return content.every(({ type }) => type === "reasoning")
      ? []
      : [Prompt.makeMessage("assistant", { content, options: message.options })]
  })

/** A file that no vendor gave is the user's own, who knows where it goes. */
const isSent = ({ data, mediaType, options }: Prompt.FilePart): boolean => {
  const vendors = Object.keys(options)
  return vendors.length === 0 || takesAnswerFile(vendors, mediaType, data)
}
