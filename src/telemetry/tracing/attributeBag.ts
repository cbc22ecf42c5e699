/**
 * The attributes of one span or metric while they are being collected: without secrets, within the limits.
 *
 * `user_id` and `session_id` are never cut; what is cut is counted and said in `loom.dropped_attributes`.
 */
import { type AttributeLimits, type Attributes, type AttributeValue } from "../../records/attributes.js"
import { noRedactor, type RedactionPlace, type Redactor } from "../../records/redact/Redactor.js"
import { setOwn } from "../../records/setOwn.js"
import { ownNames } from "../../records/vocabulary.js"

const droppedKey = ownNames.droppedAttributes

/** Where spans go through another tracer on their way, what was left out of them is said already. */
const neverCut: ReadonlySet<string> = new Set(["user_id", "session_id", droppedKey])

const empty = {}

/** Whether every object has members that somebody gave to all of them: they are no attributes. */
const isPolluted = (): boolean => {
  for (const _ in empty) {
    return true
  }
  return false
}

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
    // Effect hands the attributes that a span opens with over a second time, one by one. Only a rule of the user's may see more in them then.
    if (
      value === this.values[key] && typeof value !== "object" && !this.redactor.asksUser &&
      Object.hasOwn(this.values, key)
    ) {
      return
    }
    const rule = this.redactor.ruleOf(key)
    const safe = this.redactor.attribute(rule, value, this.limits, this.place)
    if (safe === undefined) {
      return
    }
    const { name } = rule
    if (!Object.hasOwn(this.values, name)) {
      if (this.size >= this.limits.attributes && !neverCut.has(name)) {
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

  /**
   * Sets all own enumerable properties of an object; one that throws when read becomes `<unserializable>`, and those before it are read once more.
   */
  setAll(attributes: { readonly [key: string]: unknown }): void {
    if (this.size > 0) {
      return this.setEach(attributes)
    }
    let copy: Record<string, unknown>
    try {
      copy = { ...attributes }
    } catch {
      return this.setEach(attributes)
    }
    // A getter may have set something meanwhile.
    if (this.size === 0 && this.isSafe(copy)) {
      this.values = copy
    } else {
      this.setEach(copy)
    }
  }

  /** Whether a copy can stay as it is, as most can: plain values and nothing to hide. */
  private isSafe(copy: Record<string, unknown>): copy is Record<string, AttributeValue> {
    let size = 0
    for (const key in copy) {
      if (!this.redactor.keeps(key, copy[key], this.limits) || ++size > this.limits.attributes) {
        return false
      }
    }
    if (Object.getOwnPropertySymbols(copy).length > 0 || isPolluted()) {
      return false
    }
    this.size = size
    return true
  }

  private setEach(attributes: { readonly [key: string]: unknown }): void {
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

  /** Forgets what did not fit, where it is to be set again. */
  forgetDropped(): void {
    this.dropped = 0
  }

  /** A frozen copy of what is there so far. */
  snapshot(): Attributes {
    return Object.freeze({ ...this.values })
  }

  /** What is there; the bag is not to be used any more. Not frozen: that costs more than all else, and is done where a record is made of it. */
  finish(): Attributes {
    if (this.dropped > 0) {
      setOwn(this.values, droppedKey, this.dropped)
    }
    return this.values
  }
}
