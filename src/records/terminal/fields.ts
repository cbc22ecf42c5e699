/**
 * Attributes as text: `key=value`, escaped, in the form that every line of the package has.
 *
 * A value or key that holds what separates fields is quoted, so that `x, ok=true` forges no field.
 */
import type { Attributes, AttributeValue } from "../attributes.js"
import { remembered } from "../remembered.js"
import { escapeField } from "./escape.js"

/** At most six decimals, so that a sum of cents reads well; of milliseconds at most three. `name` is that of the attribute or metric. */
export const numberText = (value: number, name: string): string => {
  const decimals = name.endsWith("_ms") ? 3 : 6
  return Number.isInteger(value) || Math.abs(value) < 10 ** -decimals
    ? String(value)
    : String(Number(value.toFixed(decimals)))
}

/** The key of a field with its `=`. */
export const lead = remembered(512, (key) => `${escapeField(key)}=`)

/** All of them: ` key=value, key=value`, or nothing where there are none. */
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
