/**
 * Files in a model's answer, when the answer is sent back with the next request. Few vendors accept them, and the layers of the others reject them.
 * Without its files, an answer may be empty.
 */
import * as Prompt from "@effect/ai/Prompt"
import { takesAnswerFile } from "../providers/table.js"

/** The messages without the files that their vendor does not accept in a request. */
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

/** A file that does not come from a vendor was added by the user, who knows where it is sent. */
const isSent = ({ data, mediaType, options }: Prompt.FilePart): boolean => {
  const vendors = Object.keys(options)
  return vendors.length === 0 || takesAnswerFile(vendors, mediaType, data)
}
