/**
 * What a value becomes before any sink sees it.
 *
 * Attributes arrive as anything a program holds; they leave as plain, bounded, deep-frozen data: strings, finite numbers,
 * booleans, arrays and objects of these. Nothing here throws, whatever the value does when it is read.
 * The one trap: a value is read exactly once, when it is given, so that later changes by the caller are not seen.
 */

import { itemsBy, propertiesBy } from "./named.js"
import { setOwn } from "./setOwn.js"
import { shortened } from "./shortened.js"
import { errorText, redacted, restOf, text, unserializable } from "./text.js"
import { noRules, type ValueRules } from "./ValueRules.js"

/** A normalised attribute value. Deep-frozen. */
export type AttributeValue =
  | string
  | number
  | boolean
  | ReadonlyArray<AttributeValue>
  | { readonly [key: string]: AttributeValue }

/** Normalised attributes of a span, an event or a metric. Frozen. */
export type Attributes = { readonly [key: string]: AttributeValue }

/** Bounds on what one record may hold. All are counts, ≥ 0. */
export interface AttributeLimits {
  /** Attributes of a span or a metric. Default 128. */
  readonly attributes: number
  /** Characters (UTF-16 code units) of text in one value. Default 8192. */
  readonly valueLength: number
  /** Levels of nesting in one value. Default 8. */
  readonly depth: number
  /** Items and keys in one value. Default 1024. */
  readonly items: number
  /** Events of a span. Default 128. */
  readonly events: number
}

/** The limits that hold where none are given. */
export const defaultLimits: AttributeLimits = {
  attributes: 128,
  valueLength: 8192,
  depth: 8,
  items: 1024,
  events: 128
}

/** Effect's `Redacted` marks its values with this registered symbol; named here so that records stay free of Effect. */
const RedactedTypeId = Symbol.for("effect/Redacted")

interface Budget {
  chars: number
  items: number
  readonly rules: ValueRules
}

/**
 * One value, made safe. `undefined` says that the value is dropped (`undefined`, `null`, functions, symbols).
 */
export const normalizeValue = (
  value: unknown,
  limits: AttributeLimits,
  rules: ValueRules = noRules
): AttributeValue | undefined => {
  switch (typeof value) {
    case "string":
      return value.length <= limits.valueLength
        ? rules.text(value, limits.valueLength)
        : shortened(value, limits.valueLength, rules) ?? rules.text(value, limits.valueLength)
    case "number":
      return finite(value)
    case "boolean":
      return value
    case "object":
      return value === null
        ? undefined
        : nested(value, limits.depth, { chars: limits.valueLength, items: limits.items, rules }, new Set())
    case "bigint":
      return text(value.toString(), limits.valueLength)
    default:
      return undefined
  }
}

// JSON has no negative zero: what is written would not be what is read.
const finite = (value: number): number | string => Number.isFinite(value) ? value + 0 : String(value)

const spend = (value: string, budget: Budget): string => {
  const safe = budget.rules.text(value, budget.chars)
  budget.chars = Math.max(0, budget.chars - safe.length)
  return safe
}

/** A value inside another one, its text taken from what is left. */
const nested = (
  value: unknown,
  depth: number,
  budget: Budget,
  above: Set<object>
): AttributeValue | undefined => {
  const safe = plain(value, depth, budget, above)
  return typeof safe === "string" ? spend(safe, budget) : safe
}

/** The same with a text as it is. */
const plain = (
  value: unknown,
  depth: number,
  budget: Budget,
  above: Set<object>
): AttributeValue | undefined => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "number":
      return finite(value)
    case "bigint":
      return value.toString()
    case "object":
      return value === null ? undefined : structured(value, depth, budget, above)
    default:
      return undefined
  }
}

const structured = (value: object, depth: number, budget: Budget, above: Set<object>): AttributeValue | undefined => {
  if (above.has(value)) {
    return "<circular>"
  }
  if (depth <= 0) {
    return "<max depth>"
  }
  above.add(value)
  try {
    return read(value, depth, budget, above)
  } catch {
    return unserializable
  } finally {
    above.delete(value)
  }
}

const read = (value: object, depth: number, budget: Budget, above: Set<object>): AttributeValue | undefined => {
  if (Array.isArray(value)) {
    return array(elements(value), value.length, depth, budget, above)
  }
  if (RedactedTypeId in value) {
    return redacted
  }
  if (value instanceof Date) {
    return isoText(value)
  }
  if (value instanceof Error) {
    return errorText(value)
  }
  if (value instanceof Map) {
    return object(properties(mapObject(value, budget.items)), mapSize.call(value), depth, budget, above)
  }
  if (value instanceof Set) {
    return array(items(value), setSize.call(value), depth, budget, above)
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return `<${value.byteLength} bytes>`
  }
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) {
    return undefined
  }
  if (value instanceof String || value instanceof Number || value instanceof Boolean) {
    return plain(value.valueOf(), depth, budget, above)
  }
  const toJSON = (value as { readonly toJSON?: unknown }).toJSON
  if (typeof toJSON === "function") {
    return plain(toJSON.call(value), depth - 1, budget, above)
  }
  return object(properties(value), Object.keys(value).length, depth, budget, above)
}

// Date's own methods: an instance or a subclass may have others, which may give anything.
const isoText = (date: Date): string => {
  const time = Date.prototype.getTime.call(date)
  return Number.isNaN(time) ? "Invalid Date" : new Date(time).toISOString()
}

// The built-in members: what an instance has of its own may lie, throw or never end.
const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, "size")!.get!
const setSize = Object.getOwnPropertyDescriptor(Set.prototype, "size")!.get!

// An object puts keys that look like indices first: in this order they are read, so that what is cut is at the end.
const mapObject = (map: Map<unknown, unknown>, most: number): object => {
  const out: Record<string, unknown> = {}
  let count = 0
  for (const [key, value] of Map.prototype.entries.call(map)) {
    if (count++ > most) {
      break
    }
    setOwn(out, typeof key === "object" || typeof key === "function" ? `<${typeof key}>` : String(key), value)
  }
  return out
}

function* properties(value: object): Iterable<readonly [string, () => unknown]> {
  for (const key of Object.keys(value)) {
    yield [key, () => (value as Record<string, unknown>)[key]]
  }
}

function* elements(value: ReadonlyArray<unknown>): Iterable<() => unknown> {
  for (let index = 0; index < value.length; index++) {
    yield () => value[index]
  }
}

function* items(set: Set<unknown>): Iterable<() => unknown> {
  for (const item of Set.prototype.values.call(set)) {
    yield () => item
  }
}

const array = (
  getters: Iterable<() => unknown>,
  size: number,
  depth: number,
  budget: Budget,
  above: Set<object>
): ReadonlyArray<AttributeValue> => {
  const out: Array<AttributeValue> = []
  const judged = itemsBy(budget.rules)
  let seen = 0
  for (const get of getters) {
    if (budget.items <= 0) {
      out.push(spend(restOf(size - seen, "items", get), budget))
      break
    }
    budget.items--
    seen++
    const safe = attempt(() => judged(get()), depth - 1, budget, above)
    if (safe !== undefined) {
      out.push(safe)
    }
  }
  return Object.freeze(out)
}

const object = (
  entries: Iterable<readonly [string, () => unknown]>,
  size: number,
  depth: number,
  budget: Budget,
  above: Set<object>
): AttributeValue => {
  const out: Record<string, AttributeValue> = {}
  const judged = propertiesBy(budget.rules)
  let seen = 0
  for (const [key, get] of entries) {
    // Without text left, keys could not be told apart.
    if (budget.items <= 0 || budget.chars <= 0) {
      setOwn(out, spend("…", budget), spend(restOf(size - seen, "keys", get), budget))
      break
    }
    budget.items--
    seen++
    const { chars } = budget
    const name = spend(key, budget)
    const safe = attempt(() => judged(key, get()), depth - 1, budget, above)
    if (safe === undefined) {
      budget.chars = chars
    } else {
      setOwn(out, name, safe)
    }
  }
  return Object.freeze(out)
}

/** One item or property; what throws when it is read costs only itself. */
const attempt = (
  get: () => unknown,
  depth: number,
  budget: Budget,
  above: Set<object>
): AttributeValue | undefined => {
  let value: unknown
  try {
    value = get()
  } catch {
    value = unserializable
  }
  return nested(value, depth, budget, above)
}
