/**
 * A JSON array that grows: each record of a conversation holds all of it, and each item is searched for secrets once, not once a record.
 *
 * Redaction by form and key never reaches beyond a JSON string, so the items can be searched one by one. Patterns of the user's own may: then the whole
 * text is searched.
 */
import type { ValueRules } from "./named.js"
import { text } from "./text.js"

/** One item, as JSON. */
export class JsonItem {
  private safe: { readonly rules: ValueRules; readonly text: string } | undefined = undefined

  constructor(readonly text: string) {}

  /** Without secrets. */
  safeBy(rules: ValueRules): string {
    if (this.safe?.rules !== rules) {
      this.safe = { rules, text: rules.text(this.text, Number.MAX_SAFE_INTEGER) }
    }
    return this.safe.text
  }
}

const joined = (texts: ReadonlyArray<string>): string => `[${texts.join(",")}]`

/** The array, as one text. */
export class JsonItems {
  /** Without redaction. */
  readonly text: string

  readonly #items: ReadonlyArray<JsonItem>

  constructor(items: ReadonlyArray<JsonItem>) {
    this.#items = items
    this.text = joined(items.map((item) => item.text))
  }

  /** Runs no code of the value's, such as a proxy's. */
  static is(value: unknown): value is JsonItems {
    return typeof value === "object" && value !== null && #items in value
  }

  toJSON(): string {
    return this.text
  }

  /** The text without secrets, at most `max` characters; `undefined` if it has to be searched as a whole. */
  safeBy(rules: ValueRules, max: number): string | undefined {
    return rules.searchesWhole === true || this.text.length > max
      ? undefined
      : text(joined(this.#items.map((item) => item.safeBy(rules))), max)
  }
}
