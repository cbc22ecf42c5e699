/**
 * Writes strings and attributes as JSON, byte for byte like `JSON.stringify`, but faster for strings that are short, plain and repeated.
 *
 * Most are: all spans share the same few keys, users, sessions and models. Anything long or nested, or anything that needs an escape, is left to
 * `JSON.stringify`. Attributes are already normalised, so writing them cannot call foreign code.
 */
import type { Attributes, AttributeValue } from "../attributes.js"
import { memoize } from "../memoize.js"

/** Without quotes, backslashes, control characters and surrogates, `JSON.stringify` only adds quotation marks. */
const plain = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

/** From this length on, `JSON.stringify` is faster. Longer strings are not memoized either. */
const long = 64

/** A string as JSON. */
export const textJson = (text: string): string =>
  text.length < long && plain.test(text) ? `"${text}"` : JSON.stringify(text)

/** Attributes as JSON, in order. */
export const attributesJson = (attributes: Attributes): string => {
  let out = "{"
  // Not Object.keys: it allocates an array.
  for (const key in attributes) {
    if (Object.prototype.hasOwnProperty.call(attributes, key)) {
      const value = attributes[key]!
      const field = fieldOf(key)
      const written = typeof value === "string" ? field.text(value) : field.other(value)
      out += out === "{" ? written.slice(1) : written
    }
  }
  return `${out}}`
}

/** One key, with the JSON of its last string. */
class Field {
  private last: string | undefined = undefined
  private again: string | undefined = undefined

  constructor(private readonly lead: string) {}

  /** `,"key":"text"`. */
  text(value: string): string {
    return value === this.last ? this.again ??= [this.lead, textJson(value)].join("") : this.newText(value)
  }

  /** `,"key":value`; empty if JSON cannot represent the value. */
  other(value: AttributeValue): string {
    const json = valueJson(value)
    return json === undefined ? "" : `${this.lead}${json}`
  }

  private newText(value: string): string {
    if (value.length < long) {
      this.last = value
      this.again = undefined
    }
    return `${this.lead}${textJson(value)}`
  }
}

const valueJson = (value: AttributeValue): string | undefined =>
  typeof value === "boolean"
    ? value ? "true" : "false"
    : typeof value === "number" && Number.isFinite(value)
    ? String(value)
    : JSON.stringify(value)

const fieldOf = /* @__PURE__ */ memoize(512, (key) => new Field(`,${textJson(key)}:`))
