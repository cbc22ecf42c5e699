/**
 * A growing JSON array. Every record of a conversation holds the whole array, but each item is searched for secrets only once, not once per record.
 *
 * Redaction by form and key never matches beyond the end of a JSON string, so items can be searched one by one. Custom patterns may match across
 * items; then the whole text is searched.
 */
import type { ValueRules } from "./named.js"
import { text } from "./text.js"

/** One item, as JSON. */
export class JsonItem {
  private safe: { readonly rules: ValueRules; readonly text: string } | undefined = undefined

  constructor(readonly text: string) {}

  /** The text without secrets. */
  safeBy(rules: ValueRules): string {
    if (this.safe?.rules !== rules) {
      this.safe = { rules, text: rules.text(this.text, Number.MAX_SAFE_INTEGER) }
    }
    return this.safe.text
  }
}

const joined = (texts: ReadonlyArray<string>): string => `[${texts.join(",")}]`

/** The array as one string. */
export class JsonItems {
  /** The JSON text, not redacted. */
  readonly text: string

  readonly #items: ReadonlyArray<JsonItem>

  constructor(items: ReadonlyArray<JsonItem>) {
    this.#items = items
    this.text = joined(items.map((item) => item.text))
  }

  /** Never runs code of the value, such as a proxy's traps. */
  static is(value: unknown): value is JsonItems {
    return typeof value === "object" && value !== null && #items in value
  }

  toJSON(): string {
    return this.text
  }

  /** The text without secrets, at most `max` characters; `undefined` if it must be searched as a whole. */
  safeBy(rules: ValueRules, max: number): string | undefined {
    return rules.searchesWhole === true || this.text.length > max
      ? undefined
      : text(joined(this.#items.map((item) => item.safeBy(rules))), max)
  }
}
