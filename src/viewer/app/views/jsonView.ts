/**
 * Shows values: texts, numbers, and objects and lists as a tree that unfolds. A text that contains JSON is shown as its value.
 */
import type { AttributeValue } from "../../../records/attributes.js"
import { parsed } from "../../model/content/message.js"
import { formatNumberOf, manyLines, oneLine } from "../../model/format.js"
import { block, button, element, inline } from "../dom.js"

/** Longer text is truncated until expanded; in characters. */
const longText = 1200

export const valueView = (value: AttributeValue): HTMLElement => {
  const shown = parsed(value)
  return typeof shown === "object" && shown !== null ? structure(shown, true) : scalar(shown)
}

const scalar = (value: unknown): HTMLElement =>
  typeof value === "string"
    ? textView(value)
    : inline(
      typeof value === "number" || typeof value === "boolean" ? `value ${typeof value}-value` : "value dim",
      String(value)
    )

const textView = (value: string): HTMLElement => {
  if (value.length <= longText) {
    return inline("value", manyLines(value))
  }
  const view = inline("value", `${manyLines(value.slice(0, longText))}… `)
  const more = button(`Show all (${formatNumberOf(value.length, "character")})`, "Show the full text", () => {
    view.replaceChildren(manyLines(value))
  }, { class: "show-all" })
  view.append(more)
  return view
}

/** Branches with more entries than this are closed at first. */
const manyEntries = 40

const structure = (value: object, open: boolean): HTMLElement => {
  const entries = Object.entries(value)
  const isArray = Array.isArray(value)
  if (entries.length === 0) {
    return inline("value dim", isArray ? "[]" : "{}")
  }
  const inner = block("inner")
  const size = isArray ? `[${formatNumberOf(entries.length, "item")}]` : `{${formatNumberOf(entries.length, "key")}}`
  const details = element("details", { class: "branch" }, element("summary", {}, size), inner)
  const unfold = () => {
    if (details.open && inner.childElementCount === 0) {
      inner.append(...entries.map(([key, child]) => entry(key, child)))
    }
  }
  details.addEventListener("toggle", unfold)
  details.open = open && entries.length <= manyEntries
  unfold()
  return block("json", details)
}

const entry = (key: string, value: unknown): HTMLElement => {
  const name = inline("key", `${oneLine(key)}: `)
  return block("", name, typeof value === "object" && value !== null ? structure(value, false) : scalar(value))
}
