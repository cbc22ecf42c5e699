/**
 * Estimates the tokens of a call whose vendor does not report them. Only budgets use the estimate, so that they hold for every model.
 *
 * The rule: one token per four bytes of UTF-8 sent and received (text, tool calls, results and tool descriptions alike), plus 1,600 tokens per file,
 * whatever its size. This is about right for English prose; other languages and code have somewhat more or fewer.
 */
import * as Prompt from "@effect/ai/Prompt"
import * as Tool from "@effect/ai/Tool"
import type { Tools } from "../tools/looseToolkit.js"
import { jsonText } from "./content.js"

const bytesPerToken = 4

/** What vendors count for an image of typical size. */
const tokensPerFile = 1600

/** The size of a file for the estimate, in bytes of text. */
export const fileBytes = tokensPerFile * bytesPerToken

/** The estimated tokens in this many bytes. */
export const tokensOf = (bytes: number): number => Math.ceil(bytes / bytesPerToken)

/** The length of a text in UTF-8, in bytes. */
export const utf8Bytes = (text: string): number => {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code >= 0x80) {
      // Each half of a surrogate pair accounts for two of its four bytes.
      bytes += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2
    }
  }
  return bytes
}

/** The length of a value as JSON in UTF-8, in bytes; a string counts without quotes. */
export const jsonBytes = (value: unknown): number => utf8Bytes(typeof value === "string" ? value : jsonText(value))

type AnyMessagePart = Exclude<Prompt.Message["content"], string>[number]

const partBytes = (part: AnyMessagePart): number => {
  switch (part.type) {
    case "text":
    case "reasoning":
      return utf8Bytes(part.text)
    case "tool-call":
      return utf8Bytes(part.name) + jsonBytes(part.params)
    case "tool-result":
      return jsonBytes(part.result)
    default:
      return fileBytes
  }
}

const messageBytes = ({ content }: Prompt.Message): number =>
  typeof content === "string"
    ? utf8Bytes(content)
    : content.reduce((sum: number, part: AnyMessagePart) => sum + partBytes(part), 0)

const toolBytes = (tool: Tool.Any): number =>
  utf8Bytes(tool.name) + utf8Bytes(tool.description ?? "") +
  (Tool.isUserDefined(tool) ? jsonBytes(Tool.getJsonSchema(tool as never)) : 0)

/** The estimated tokens of a prompt with these tools. */
export const promptTokens = (prompt: Prompt.RawInput, tools: Tools): number => {
  const messages = Prompt.make(prompt).content.reduce((sum, message) => sum + messageBytes(message), 0)
  return tokensOf(Object.values(tools).reduce((sum, tool) => sum + toolBytes(tool), messages))
}
