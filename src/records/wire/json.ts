/**
 * Texts and attributes as JSON, to the byte what `JSON.stringify` writes, for less where they are short, plain and said again and again.
 *
 * Nearly every name, id and value is: the same few keys, the same user, session and model on each span. What is long, nested or needs an
 * escape is left to `JSON.stringify`. Attributes are normalised before they come here, so that writing them cannot call foreign code.
 */
import type { Attributes, AttributeValue } from "../attributes.js"
import { remembered } from "../remembered.js"

/** No quote, no backslash, no control character and no surrogate: what `JSON.stringify` puts between quotes as it is. */
const plain = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

/** Characters from which on `JSON.stringify` looks through a text faster; longer ones are not remembered either. */
const long = 64

/** A text as JSON. */
export const textJson = (text: string): string =>
  text.length < long && plain.test(text) ? `"${text}"` : JSON.stringify(text)

/** Attributes as JSON, in their order. */
export const attributesJson = (attributes: Attributes): string => {
  let out = "{"
  // Object.keys would make an array of them.
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

/** One key, with the text that it had last. */
class Field {
  private last: string | undefined = undefined
  private again: string | undefined = undefined

  constructor(private readonly lead: string) {}

  /** `,"key":"text"`. */
  text(value: string): string {
    return value === this.last ? this.again ??= [this.lead, textJson(value)].join("") : this.newText(value)
  }

  /** `,"key":value`; nothing for what JSON has no word for. */
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

const fieldOf = remembered(512, (key) => new Field(`,${textJson(key)}:`))
