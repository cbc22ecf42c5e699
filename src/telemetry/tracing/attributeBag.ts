/**
 * Collects the attributes of one span, metric or score: redacted and within the limits.
 *
 * `user_id` and `session_id` are never dropped. Other attributes beyond the limits are counted in `loom.dropped_attributes` and never read, so the
 * work is bounded by what is kept, except that the engine lists all keys of an object before it returns the first one.
 */
import type { AttributeLimits, Attributes, AttributeValue } from "../../records/attributes.js"
import { isNothing, setOwn } from "../../records/named.js"
import { catchRejection, handled } from "../../records/promises.js"
import { noRedactor, type RedactionPlace, type Redactor } from "../../records/redact/Redactor.js"
import { unserializable } from "../../records/text.js"
import { ownNames } from "../../records/vocabulary.js"

const droppedKey = ownNames.droppedAttributes

/** Includes the count itself: spans that pass through another tracer come back with it. */
const isNeverCut = (key: string): boolean => key === "user_id" || key === "session_id" || key === droppedKey

/** Whether a key needs no special handling. */
const isOrdinary = (key: string): boolean => key !== "__proto__" && key !== droppedKey

/** Attributes as passed by the caller. */
interface Given {
  readonly [key: string]: unknown
}

const empty = {}

/** Whether someone added enumerable members to `Object.prototype`; they are not attributes. */
const isPolluted = (): boolean => {
  for (const _ in empty) {
    return true
  }
  return false
}

/** Whether `for … in` yields only the object's own keys. */
const isPlain = (given: Given): boolean => {
  try {
    return Object.getPrototypeOf(given) === Object.prototype && !isPolluted()
  } catch {
    return false
  }
}

const valueOf = (given: Given, key: string): unknown => {
  try {
    return given[key]
  } catch {
    return unserializable
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0

/** An attribute that will be set a second time. */
interface Repeat {
  readonly given: unknown
  readonly name: string
  /** `undefined` if it was dropped. */
  readonly safe: AttributeValue | undefined
}

/** Collects attributes. */
export class AttributeBag {
  values: Record<string, AttributeValue> = {}
  /** Number of attributes, ≥ 0. */
  size = 0
  private dropped = 0
  /** Keys recorded under another name, because they are too long or contain a secret. */
  private renamed: Set<string> | undefined = undefined
  /** Attributes that will be set a second time, by the key that will be used. */
  private repeats: Map<string, Repeat> | undefined = undefined

  constructor(
    private readonly limits: AttributeLimits,
    private readonly redactor: Redactor = noRedactor,
    private readonly place: RedactionPlace = "span"
  ) {}

  /** Sets one attribute and returns the recorded value, if any; a later value of the same key replaces the earlier one. */
  set(key: string, value: unknown): AttributeValue | undefined {
    if (this.size >= this.limits.attributes && !this.hasPlaceFor(key)) {
      this.dropped += isNothing(handled(value)) ? 0 : 1
      return undefined
    }
    // Effect sets the attributes of a new span a second time, one by one.
    if (
      value === this.values[key] && typeof value !== "object" && !this.redactor.asksUser &&
      Object.hasOwn(this.values, key)
    ) {
      return value as AttributeValue
    }
    const repeat = this.repeats?.get(key)
    if (repeat !== undefined && Object.is(repeat.given, value)) {
      this.repeats!.delete(key)
      return this.put(repeat.name, repeat.safe)
    }
    return this.store(key, value, false)
  }

  /** Sets the attributes of a new span that will be set again one by one with `set`. They are redacted only once, here. */
  setOpening(given: Given): void {
    this.setAll(given, true)
  }

  /** The attributes to pass to another tracer, including the count of dropped ones. */
  told(): Attributes {
    const all = { ...this.values }
    if (this.dropped > 0) {
      all[droppedKey] = this.dropped
    }
    return Object.freeze(all)
  }

  /** Announces that these attributes, already redacted, will be passed to `set`: they are not redacted again. */
  expect(safe: Attributes): void {
    this.repeats ??= new Map()
    for (const [name, value] of Object.entries(safe)) {
      if (name !== droppedKey) {
        this.repeats.set(name, { given: value, name, safe: value })
      }
    }
  }

  /** Sets the attributes that another tracer hands back: those it was given, and perhaps more. */
  setHandedBack(given: Given): void {
    for (const [key, value] of Object.entries(given)) {
      if (key !== droppedKey) {
        this.set(key, value)
      }
    }
  }

  /** Sets an attribute unless the key is already set. */
  setDefault(key: string, value: string | undefined): void {
    if (value !== undefined && !Object.hasOwn(this.values, key)) {
      this.set(key, value)
    }
  }

  /** Sets all own enumerable properties of an object. Each is read once; if reading throws, its value is `<unserializable>`. */
  setAll(given: Given, isRepeated = false): void {
    try {
      if (this.size === 0 && isPlain(given)) {
        this.fill(given, isRepeated)
      } else if (catchRejection(given)) {
        this.dropped++
      } else {
        this.add(given, Object.keys(given ?? empty), isRepeated)
      }
    } catch {
      // A proxy that throws when its keys are listed.
      this.dropped++
    }
  }

  private add(given: Given, keys: ReadonlyArray<string>, isRepeated: boolean): void {
    let looked = 0
    for (const key of keys) {
      if (this.hasRoom(looked++) || this.hasPlaceFor(key)) {
        this.store(key, valueOf(given, key), isRepeated)
      } else {
        this.dropped++
      }
    }
  }

  /** The fast path for an empty bag, in one pass: most attributes come this way and are kept unchanged. */
  private fill(given: Given, isRepeated: boolean): void {
    let looked = 0
    for (const key in given) {
      if (!this.hasRoom(looked++) && !isNeverCut(key)) {
        this.dropped++
        continue
      }
      const value = valueOf(given, key)
      if (this.renamed === undefined && isOrdinary(key) && this.redactor.keeps(key, value, this.limits)) {
        this.values[key] = value as AttributeValue
        this.size++
      } else {
        this.store(key, value, isRepeated)
      }
    }
  }

  /** Whether to read another property of an object after `looked` of them. Empty values take no room, so the number of reads is bounded as well. */
  private hasRoom(looked: number): boolean {
    const { attributes, items } = this.limits
    return this.size < attributes && (looked < attributes || looked < items)
  }

  private hasPlaceFor(key: string): boolean {
    return isNeverCut(key) || Object.hasOwn(this.values, key) || this.renamed?.has(key) === true
  }

  private store(key: string, value: unknown, isRepeated: boolean): AttributeValue | undefined {
    if (key === droppedKey && isCount(value)) {
      this.dropped += value
      return value
    }
    const rule = this.redactor.ruleOf(key)
    const safe = this.redactor.attribute(rule, value, this.limits, this.place)
    if (isRepeated) {
      this.repeats = (this.repeats ?? new Map()).set(key, { given: value, name: rule.name, safe })
    }
    if (safe !== undefined && rule.name !== key) {
      this.renamed = (this.renamed ?? new Set()).add(key)
    }
    return this.put(rule.name, safe)
  }

  private put(name: string, safe: AttributeValue | undefined): AttributeValue | undefined {
    if (safe !== undefined) {
      if (!Object.hasOwn(this.values, name)) {
        this.size++
      }
      setOwn(this.values, name, safe)
    }
    return safe
  }

  /** Resets the count of dropped attributes, because they will be set again. */
  forgetDropped(): void {
    this.dropped = 0
  }

  /** A frozen copy of the attributes so far. */
  snapshot(): Attributes {
    return Object.freeze({ ...this.values })
  }

  /**
   * The collected attributes; the bag must not be used afterwards. Not frozen: that is the most expensive step, and is left to those who make a
   * record.
   */
  finish(): Attributes {
    this.repeats = undefined
    if (this.dropped > 0) {
      setOwn(this.values, droppedKey, this.dropped)
    }
    return this.values
  }
}
