/**
 * Normalises attribute values before any sink receives them.
 *
 * Programs may pass any value as an attribute. It becomes plain, bounded, deep-frozen data: strings, finite numbers, booleans, and arrays and objects
 * of these. Nothing here throws, whatever the value does when it is read. A value is read once, when it is passed; later changes have no effect.
 */
import { JsonItems } from "./jsonItems.js"
import { noRules, redactItemsBy, redactPropertiesBy, setOwn, type ValueRules } from "./named.js"
import { elements, isoText, items, mapObject, numberIn, properties, sizeOf } from "./parts.js"
import { catchRejection, handled } from "./promises.js"
import { shortenJson } from "./shortenJson.js"
import { errorText, redacted, restOf, unserializable } from "./text.js"

/** A normalised attribute value. Deep-frozen. */
export type AttributeValue =
  | string
  | number
  | boolean
  | ReadonlyArray<AttributeValue>
  | { readonly [key: string]: AttributeValue }

/** Normalised attributes of a span, an event or a metric. Frozen. */
export type Attributes = { readonly [key: string]: AttributeValue }

/** Limits on what one record may hold. All are counts, ≥ 0. */
export interface AttributeLimits {
  /** Attributes of a span or a metric. Default 128. */
  readonly attributes: number
  /** Characters (UTF-16 code units) of all strings in one value. Default 8192. */
  readonly valueLength: number
  /** Levels of nesting in one value. Default 8. */
  readonly depth: number
  /** Items and keys in one value. Default 1024. */
  readonly items: number
  /** Events of a span. Default 128. */
  readonly events: number
  /** Open spans that are tracked at the same time. Default 10 000. */
  readonly openSpans?: number | undefined
}

/** The default for `AttributeLimits.openSpans`. */
export const defaultOpenSpans = 10_000

/** The default limits. */
export const defaultLimits: AttributeLimits = {
  attributes: 128,
  valueLength: 8192,
  depth: 8,
  items: 1024,
  events: 128,
  openSpans: defaultOpenSpans
}

/** Effect's `Redacted` marks its values with this registered symbol. It is repeated here so that records do not depend on Effect. */
const RedactedTypeId = Symbol.for("effect/Redacted")

/** The state of reading one value, and what is left of its limits. */
interface Reading {
  /** Characters left. */
  chars: number
  /** Items and keys left. */
  items: number
  /** Whether the next value is an item of a list. */
  isInList: boolean
  readonly depth: number
  readonly rules: ValueRules
  /** The objects that contain the next value, outermost first. */
  readonly above: Set<object>
}

const startReading = ({ depth, items, valueLength }: AttributeLimits, rules: ValueRules): Reading => ({
  chars: valueLength,
  items,
  isInList: false,
  depth,
  rules,
  above: new Set()
})

/** Normalises one value; returns `undefined` if the value is dropped (`undefined`, `null`, functions, symbols). */
export const normalizeValue = (
  value: unknown,
  limits: AttributeLimits,
  rules: ValueRules = noRules
): AttributeValue | undefined => {
  switch (typeof value) {
    case "string":
      return value.length <= limits.valueLength
        ? rules.text(value, limits.valueLength)
        : shortenJson(value, limits.valueLength, rules) ?? rules.text(value, limits.valueLength)
    case "number":
      return finite(value, rules)
    case "boolean":
      return value
    case "bigint":
      return rules.text(value.toString(), limits.valueLength)
    default:
      return JsonItems.is(value)
        ? value.safeBy(rules, limits.valueLength) ?? normalizeValue(value.text, limits, rules)
        : nested(value, startReading(limits, rules))
  }
}

// JSON has no negative zero, so a reader would get a different value than the one written.
const finite = (value: number, rules: ValueRules): number | string =>
  Number.isFinite(value) ? (rules.number === undefined ? value + 0 : rules.number(value + 0)) : String(value)

const spend = (value: string, reading: Reading): string => {
  const safe = reading.rules.text(value, reading.chars)
  reading.chars = Math.max(0, reading.chars - safe.length)
  return safe
}

/** Normalises a value inside another one. A string counts against the characters left. */
const nested = (value: unknown, reading: Reading): AttributeValue | undefined => {
  const safe = plain(value, reading)
  return typeof safe === "string" ? spend(safe, reading) : safe
}

/** Like `nested`, but leaves strings unchanged. */
const plain = (value: unknown, reading: Reading): AttributeValue | undefined => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "number":
      return finite(value, reading.rules)
    case "bigint":
      return value.toString()
    case "object":
      return value === null ? undefined : structured(value, reading)
    default:
      return undefined
  }
}

const structured = (value: object, reading: Reading): AttributeValue | undefined => {
  if (catchRejection(value)) {
    return undefined
  }
  const { above, depth } = reading
  if (above.has(value)) {
    return "<circular>"
  }
  if (above.size >= depth) {
    return "<max depth>"
  }
  above.add(value)
  try {
    return read(value, reading)
  } catch {
    return unserializable
  } finally {
    above.delete(value)
  }
}

const boxes = [String, Number, Boolean]

const read = (value: object, reading: Reading): AttributeValue | undefined => {
  if (Array.isArray(value)) {
    const length = numberIn(value.length)
    const redact = redactItemsBy(reading.rules, reading.isInList && length === 2)
    return array(elements(value, length, redact), length, reading)
  }
  if (RedactedTypeId in value) {
    return redacted
  }
  if (value instanceof Date) {
    return isoText(value)
  }
  if (value instanceof Error) {
    return reading.rules.error?.(value) ?? errorText(value)
  }
  if (value instanceof Map) {
    const copy = mapObject(value, reading.items)
    return object(properties(copy, Object.keys(copy)), sizeOf(value), reading)
  }
  if (value instanceof Set) {
    return array(items(value, redactItemsBy(reading.rules, false)), sizeOf(value), reading)
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return `<${numberIn(value.byteLength)} bytes>`
  }
  if (value instanceof WeakMap || value instanceof WeakSet) {
    return undefined
  }
  const box = boxes.find((each) => value instanceof each)
  if (box !== undefined) {
    // The built-in method: an instance may override `valueOf`.
    return plain(Reflect.apply(box.prototype.valueOf, value, []), reading)
  }
  const toJSON = handled((value as { readonly toJSON?: unknown }).toJSON)
  return typeof toJSON === "function" ? plain(Reflect.apply(toJSON, value, []), reading) : members(value, reading)
}

const members = (value: object, reading: Reading): AttributeValue => {
  const keys = Object.keys(value)
  return object(properties(value, keys), keys.length, reading)
}

/** Normalises the enumerable properties of any object. Throws if the object does not list its keys. */
export const normalizeMembers = (value: object, limits: AttributeLimits, rules: ValueRules): AttributeValue => {
  const reading = startReading(limits, rules)
  reading.above.add(value)
  return members(value, reading)
}

const array = (getters: Iterable<() => unknown>, size: number, reading: Reading): ReadonlyArray<AttributeValue> => {
  const out: Array<AttributeValue> = []
  let seen = 0
  for (const get of getters) {
    if (reading.items <= 0) {
      out.push(spend(restOf(size - seen, "items", get), reading))
      break
    }
    reading.items--
    reading.isInList = true
    seen++
    const safe = attempt(get, reading)
    if (safe !== undefined) {
      out.push(safe)
    }
  }
  return Object.freeze(out)
}

const object = (
  entries: Iterable<readonly [string, () => unknown]>,
  size: number,
  reading: Reading
): AttributeValue => {
  const out: Record<string, AttributeValue> = {}
  const redact = redactPropertiesBy(reading.rules)
  let seen = 0
  for (const [key, get] of entries) {
    // Without characters left, all keys would look the same.
    if (reading.items <= 0 || reading.chars <= 0) {
      setOwn(out, spend("…", reading), spend(restOf(size - seen, "keys", get), reading))
      break
    }
    reading.items--
    reading.isInList = false
    seen++
    const { chars } = reading
    const name = spend(key, reading)
    const safe = attempt(() => redact(key, get()), reading)
    if (safe === undefined) {
      reading.chars = chars
    } else {
      setOwn(out, name, safe)
    }
  }
  return Object.freeze(out)
}

/** Reads one item or property. If that throws, only this item is lost. */
const attempt = (get: () => unknown, reading: Reading): AttributeValue | undefined => {
  let value: unknown
  try {
    value = get()
  } catch {
    value = unserializable
  }
  return nested(value, reading)
}
