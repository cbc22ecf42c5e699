/**
 * The attributes of one span or metric while they are being collected: without secrets, within the limits.
 *
 * `user_id` and `session_id` are never cut; what is cut is counted and said in `loom.dropped_attributes`.
 */
import { type AttributeLimits, type Attributes, type AttributeValue, setOwn } from "../records/attributes.js"
import { noRedactor, type RedactionPlace, type Redactor } from "../records/redact/Redactor.js"

/** Attributes being collected. */
export class AttributeBag {
  values: Record<string, AttributeValue> = {}
  /** How many there are, ≥ 0. */
  size = 0
  private dropped = 0

  constructor(
    private readonly limits: AttributeLimits,
    private readonly redactor: Redactor = noRedactor,
    private readonly place: RedactionPlace = "span"
  ) {}

  /** Sets one attribute; a later value of the same key replaces the earlier one. */
  set(key: string, value: unknown): void {
    const rule = this.redactor.ruleOf(key)
    const safe = this.redactor.attribute(rule, value, this.limits, this.place)
    if (safe === undefined) {
      return
    }
    const { name } = rule
    if (!Object.hasOwn(this.values, name)) {
      if (this.size >= this.limits.attributes && name !== "user_id" && name !== "session_id") {
        this.dropped++
        return
      }
      this.size++
    }
    setOwn(this.values, name, safe)
  }

  /** Sets what is not there yet. */
  setDefault(key: string, value: string): void {
    if (!Object.hasOwn(this.values, key)) {
      this.set(key, value)
    }
  }

  /** Sets all own enumerable properties of an object; one that throws when read becomes `<unserializable>`. */
  setAll(attributes: { readonly [key: string]: unknown }): void {
    let keys: ReadonlyArray<string>
    try {
      keys = Object.keys(attributes)
    } catch {
      this.dropped++
      return
    }
    for (const key of keys) {
      let value: unknown
      try {
        value = attributes[key]
      } catch {
        value = "<unserializable>"
      }
      this.set(key, value)
    }
  }

  /** A frozen copy of what is there so far. */
  snapshot(): Attributes {
    return Object.freeze({ ...this.values })
  }

  /** What is there, frozen for good. */
  finish(): Attributes {
    if (this.dropped > 0) {
      setOwn(this.values, "loom.dropped_attributes", this.dropped)
    }
    return Object.freeze(this.values)
  }
}
