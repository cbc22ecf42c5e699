/**
 * How many tokens a call used if its vendor does not say: an estimate, for budgets only, so that they hold for every model.
 *
 * The rule: a token for every four bytes of UTF-8 in what was sent and received, texts, tool calls, results and the descriptions of tools alike, and
 * 1,600 tokens for each file, whatever its size. English prose has about that many tokens; other languages and code have a few more or less.
 */
import * as Prompt from "@effect/ai/Prompt"
import * as Tool from "@effect/ai/Tool"
import type { Tools } from "../tools/looseToolkit.js"
import { jsonText } from "./content.js"

const bytesPerToken = 4

/** As many as vendors count for an image of usual size. */
const tokensPerFile = 1600

/** What a file counts for, as bytes of text. */
export const fileBytes = tokensPerFile * bytesPerToken

/** Tokens of so many bytes. */
export const tokensOf = (bytes: number): number => Math.ceil(bytes / bytesPerToken)

/** The length of a text in UTF-8. */
export const utf8Bytes = (text: string): number => {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code >= 0x80) {
      // Each half of a surrogate pair has two of its four bytes.
      bytes += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2
    }
  }
  return bytes
}

/** The length of a value as JSON, in UTF-8; a text is as long as it is. */
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

/** The tokens of a prompt with these tools. */
export const promptTokens = (prompt: Prompt.RawInput, tools: Tools): number => {
  const messages = Prompt.make(prompt).content.reduce((sum, message) => sum + messageBytes(message), 0)
  return tokensOf(Object.values(tools).reduce((sum, tool) => sum + toolBytes(tool), messages))
}
