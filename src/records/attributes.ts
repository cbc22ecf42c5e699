/**
 * What a value becomes before any sink sees it.
 *
 * Attributes arrive as anything a program holds; they leave as plain, bounded, deep-frozen data: strings, finite numbers,
 * booleans, arrays and objects of these. Nothing here throws, whatever the value does when it is read.
 * The one trap: a value is read exactly once, when it is given, so that later changes by the caller are not seen.
 */

import { itemsBy, propertiesBy } from "./named.js"
import { elements, isoText, items, mapObject, numberIn, properties, sizeOf } from "./parts.js"
import { catchRejection, handled } from "./promises.js"
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
  /** Whether what is read next is an item of a list. */
  isInList: boolean
  readonly rules: ValueRules
}

const budgetOf = ({ items, valueLength }: AttributeLimits, rules: ValueRules): Budget => ({
  chars: valueLength,
  items,
  isInList: false,
  rules
})

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
        : nested(value, limits.depth, budgetOf(limits, rules), new Set())
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
  if (catchRejection(value)) {
    return undefined
  }
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

// The built-in methods: what an instance has of its own may be anything.
const unboxed = (value: object): unknown =>
  value instanceof String
    ? String.prototype.valueOf.call(value)
    : value instanceof Number
    ? Number.prototype.valueOf.call(value)
    : Boolean.prototype.valueOf.call(value)

const read = (value: object, depth: number, budget: Budget, above: Set<object>): AttributeValue | undefined => {
  if (Array.isArray(value)) {
    const length = numberIn(value.length)
    const judged = itemsBy(budget.rules, budget.isInList && length === 2)
    return array(elements(value, length, judged), length, depth, budget, above)
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
    const copy = mapObject(value, budget.items)
    return object(properties(copy, Object.keys(copy)), sizeOf(value), depth, budget, above)
  }
  if (value instanceof Set) {
    return array(items(value, itemsBy(budget.rules, false)), sizeOf(value), depth, budget, above)
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return `<${numberIn(value.byteLength)} bytes>`
  }
  if (value instanceof WeakMap || value instanceof WeakSet) {
    return undefined
  }
  if (value instanceof String || value instanceof Number || value instanceof Boolean) {
    return plain(unboxed(value), depth - 1, budget, above)
  }
  const toJSON = handled((value as { readonly toJSON?: unknown }).toJSON)
  if (typeof toJSON === "function") {
    return plain(Reflect.apply(toJSON, value, []), depth - 1, budget, above)
  }
  return members(value, depth, budget, above)
}

const members = (value: object, depth: number, budget: Budget, above: Set<object>): AttributeValue => {
  const keys = Object.keys(value)
  return object(properties(value, keys), keys.length, depth, budget, above)
}

/** The enumerable properties of an object, whatever else it is. Throws where it does not tell its keys. */
export const normalizeMembers = (value: object, limits: AttributeLimits, rules: ValueRules): AttributeValue =>
  members(value, limits.depth, budgetOf(limits, rules), new Set([value]))

const array = (
  getters: Iterable<() => unknown>,
  size: number,
  depth: number,
  budget: Budget,
  above: Set<object>
): ReadonlyArray<AttributeValue> => {
  const out: Array<AttributeValue> = []
  let seen = 0
  for (const get of getters) {
    if (budget.items <= 0) {
      out.push(spend(restOf(size - seen, "items", get), budget))
      break
    }
    budget.items--
    budget.isInList = true
    seen++
    const safe = attempt(get, depth - 1, budget, above)
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
    budget.isInList = false
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
