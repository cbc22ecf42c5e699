/**
 * The attributes of one span or metric while they are being collected: without secrets, within the limits.
 *
 * `user_id` and `session_id` are never cut. What is cut is counted in `loom.dropped_attributes` and never read, so that the work is bounded by what is
 * kept. What remains is the engine's: it lists all keys of an object before it gives the first one.
 */
import type { AttributeLimits, Attributes, AttributeValue } from "../../records/attributes.js"
import { isNothing, setOwn } from "../../records/named.js"
import { catchRejection, handled } from "../../records/promises.js"
import { noRedactor, type RedactionPlace, type Redactor } from "../../records/redact/Redactor.js"
import { unserializable } from "../../records/text.js"
import { ownNames } from "../../records/vocabulary.js"

const droppedKey = ownNames.droppedAttributes

/** Where spans go through another tracer on their way, what was left out of them is said already. */
const isNeverCut = (key: string): boolean => key === "user_id" || key === "session_id" || key === droppedKey

/** Whether a key needs no care of its own. */
const isOrdinary = (key: string): boolean => key !== "__proto__" && key !== droppedKey

/** Attributes as they are given. */
interface Given {
  readonly [key: string]: unknown
}

const empty = {}

/** Whether every object has members that somebody gave to all of them: they are no attributes. */
const isPolluted = (): boolean => {
  for (const _ in empty) {
    return true
  }
  return false
}

/** Whether `for … in` gives the object's own keys and no others. */
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

/** An attribute that will be offered once more. */
interface Repeat {
  readonly given: unknown
  readonly name: string
  /** `undefined` if it was dropped. */
  readonly safe: AttributeValue | undefined
}

/** Attributes being collected. */
export class AttributeBag {
  values: Record<string, AttributeValue> = {}
  /** How many there are, ≥ 0. */
  size = 0
  private dropped = 0
  /** Keys that stand under another name: too long, or with a secret in them. */
  private renamed: Set<string> | undefined = undefined
  /** What will be offered once more, by the key under which it will be. */
  private repeats: Map<string, Repeat> | undefined = undefined

  constructor(
    private readonly limits: AttributeLimits,
    private readonly redactor: Redactor = noRedactor,
    private readonly place: RedactionPlace = "span"
  ) {}

  /** Sets one attribute and gives what is recorded for it, if anything; a later value of the same key replaces the earlier one. */
  set(key: string, value: unknown): AttributeValue | undefined {
    if (this.size >= this.limits.attributes && !this.hasPlaceFor(key)) {
      this.dropped += isNothing(handled(value)) ? 0 : 1
      return undefined
    }
    // Effect offers the attributes that a span opens with a second time, one by one.
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

  /** Sets what a span opens with where each will be offered once more, with `set`: it is made safe only now. */
  setOpening(given: Given): void {
    this.setAll(given, true)
  }

  /** What another tracer is told. */
  told(): Attributes {
    const all = { ...this.values }
    if (this.dropped > 0) {
      all[droppedKey] = this.dropped
    }
    return Object.freeze(all)
  }

  /** Says that these, which are safe, will be offered with `set`: they are not made safe again. */
  expect(safe: Attributes): void {
    this.repeats ??= new Map()
    for (const [name, value] of Object.entries(safe)) {
      if (name !== droppedKey) {
        this.repeats.set(name, { given: value, name, safe: value })
      }
    }
  }

  /** Sets what another tracer hands back: what it was told, and perhaps more. */
  setHandedBack(given: Given): void {
    for (const [key, value] of Object.entries(given)) {
      if (key !== droppedKey) {
        this.set(key, value)
      }
    }
  }

  /** Sets what is not there yet. */
  setDefault(key: string, value: string | undefined): void {
    if (value !== undefined && !Object.hasOwn(this.values, key)) {
      this.set(key, value)
    }
  }

  /** Sets all own enumerable properties of an object. Each is read once; one that throws then becomes `<unserializable>`. */
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
      // A proxy that does not tell its keys.
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

  /** The same where no key is there yet, in one pass: most attributes come this way, and stay as they are. */
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

  /** Whether one more property is read, after so many of its object. Those that hold nothing take no place, so their number is bounded as well. */
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
    this.repeats = undefined
    if (this.dropped > 0) {
      setOwn(this.values, droppedKey, this.dropped)
    }
    return this.values
  }
}
