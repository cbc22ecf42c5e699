/**
 * Shows an attribute's value: objects and arrays as a tree that unfolds, long text truncated until expanded.
 *
 * The value is untrusted: it goes into text nodes only, with control characters as escapes. Children are created when their object is unfolded, so a folded
 * value of a thousand keys costs nothing.
 */
import type { AttributeValue } from "../../../records/attributes.js"
import { formatNumberOf, manyLines, oneLine } from "../../model/format.js"
import { block, button, element, inline } from "../dom.js"

/** Longer text is truncated until expanded; in characters. */
const longText = 1200

/** A value. */
export const valueView = (value: AttributeValue): HTMLElement =>
  typeof value === "object" ? structure(value, true) : scalar(value)

const scalar = (value: string | number | boolean): HTMLElement =>
  typeof value === "string"
    ? textView(value)
    : inline(`value ${typeof value}-value`, String(value))

const textView = (value: string): HTMLElement => {
  if (value.length <= longText) {
    return inline("value", manyLines(value))
  }
  const view = inline("value", `${manyLines(value.slice(0, longText))}… `)
  const more = button(`Show all (${formatNumberOf(value.length, "character")})`, "Show the whole text", () => {
    view.replaceChildren(manyLines(value))
  }, { class: "show-all" })
  view.append(more)
  return view
}

type Structure = Exclude<AttributeValue, string | number | boolean>

const structure = (value: Structure, open: boolean): HTMLElement => {
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
  details.open = open && entries.length <= 40
  unfold()
  return block("json", details)
}

const entry = (key: string, value: AttributeValue): HTMLElement => {
  const name = inline("key", `${oneLine(key)}: `)
  return block("", name, typeof value === "object" ? structure(value, false) : scalar(value))
}
