/**
 * Formats attributes as escaped `key=value` text, the same on every line that the package prints.
 *
 * A value or key that contains a separator is quoted, so that `x, ok=true` cannot forge a field.
 */
import type { Attributes, AttributeValue } from "../attributes.js"
import { memoize } from "../memoize.js"
import { escapeField } from "./escape.js"

/** Formats a number with at most six decimals, or three for milliseconds. `name` is the name of the attribute or metric. */
export const numberText = (value: number, name: string): string => {
  const decimals = name.endsWith("_ms") ? 3 : 6
  return Number.isInteger(value) || Math.abs(value) < 10 ** -decimals
    ? String(value)
    : String(Number(value.toFixed(decimals)))
}

/** A field's key and its `=`. */
export const lead = memoize(512, (key) => `${escapeField(key)}=`)

/** All fields: ` key=value, key=value`; empty if there are no attributes. */
export const fields = (attributes: Attributes): string => {
  let out = ""
  for (const key of Object.keys(attributes)) {
    out += `${out === "" ? " " : ", "}${lead(key)}${fieldValue(key, attributes[key]!)}`
  }
  return out
}

/** The value of a field. */
export const fieldValue = (key: string, value: AttributeValue): string => {
  switch (typeof value) {
    case "string":
      return escapeField(value)
    case "number":
      return numberText(value, key)
    case "boolean":
      return String(value)
    default:
      return escapeField(JSON.stringify(value))
  }
}
