/**
 * Shows text of messages, folded if it is long: Markdown with its code, and indented JSON.
 *
 * Everything becomes text nodes: anything that looks like HTML, a link or an image is shown as text.
 */
import { blocksOf, type MarkdownBlock, runsOf } from "../../model/content/markdown.js"
import { parsed } from "../../model/content/message.js"
import { formatNumberOf, manyLines, oneLine } from "../../model/format.js"
import { copyButton } from "../copy.js"
import { block, button, element, fill, inline } from "../dom.js"

/** Longer texts are folded; in characters and in lines. */
const long = { characters: 1500, lines: 24 } as const

/** Longer texts are shown without parsing Markdown; in characters. */
const longestMarkdown = 262_144

export const markdownView = (text: string): HTMLElement =>
  foldable(text, "text", (shown) => shown.length > longestMarkdown ? [preView(shown)] : blocksOf(shown).map(blockView))

/** Shows a value: indented JSON, or text as it is. */
export const dataView = (value: unknown): HTMLElement => {
  const data = parsed(value)
  const text = typeof data === "string" ? data : prettyJson(data)
  return foldable(text, "text", (shown) => [preView(shown)])
}

/** JSON up to this length stays on one line; in characters. */
const shortJson = 64

const prettyJson = (data: unknown): string => {
  const text = JSON.stringify(data, undefined, 2) ?? ""
  // JSON strings contain no raw newlines, so these all come from the indentation.
  const line = text.length > shortJson * 2 ? text : text.replace(/\n */g, " ")
  return line.length <= shortJson ? line : text
}

const preView = (text: string): HTMLElement => element("pre", {}, manyLines(text))

const blockView = (part: MarkdownBlock): HTMLElement => {
  switch (part.kind) {
    case "code":
      return block(
        "code",
        block("language", inline("", oneLine(part.language)), copyButton(part.text, "show-all", "Copy the code")),
        preView(part.text)
      )
    case "heading":
      return element("h4", {}, oneLine(part.text.replace(/^#+ /, "")))
    case "table":
      return preView(part.text)
    case "text":
      return element(
        "p",
        {},
        ...runsOf(part.text).map(({ kind, text }) =>
          kind === "plain" ? manyLines(text) : element(kind === "code" ? "code" : "b", {}, manyLines(text))
        )
      )
  }
}

/** The text up to a line or a word near the limit; all of it if it is not long. */
const beginningOf = (text: string): string => {
  let end = -1
  for (let line = 0; line < long.lines; line++) {
    end = text.indexOf("\n", end + 1)
    if (end < 0 || end > long.characters) {
      break
    }
  }
  if (end < 0 && text.length <= long.characters) {
    return text
  }
  const within = end >= 0 && end <= long.characters ? text.slice(0, end) : text.slice(0, long.characters)
  return text.length - within.length < long.characters / 5 ? text : within
}

const foldable = (text: string, kind: string, draw: (shown: string) => ReadonlyArray<HTMLElement>): HTMLElement => {
  const beginning = beginningOf(text)
  const view = block(kind)
  const show = (all: boolean): void => {
    const word = all ? "Show less" : `Show all (${formatNumberOf(text.length, "character")})`
    fill(
      view,
      ...draw(all ? text : beginning),
      beginning === text ? undefined : button(word, "", () => show(!all), { class: "show-all" })
    )
    view.classList.toggle("cut", !all && beginning !== text)
  }
  show(false)
  return view
}
