/**
 * Reads dates, maps, sets, arrays and objects with their built-in methods: methods that an instance overrides may lie, throw or never end.
 */
import { setOwn } from "./named.js"
import { handled } from "./promises.js"

/** The date as ISO-8601. */
export const isoText = (date: Date): string => {
  const time = Date.prototype.getTime.call(date)
  return Number.isNaN(time) ? "Invalid Date" : new Date(time).toISOString()
}

/** The length of an array or a byte view. A proxy may return anything: a value that is not a number counts as 0. */
export const numberIn = (length: unknown): number => typeof handled(length) === "number" ? length as number : 0

const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, "size")!.get!
const setSize = Object.getOwnPropertyDescriptor(Set.prototype, "size")!.get!

export const sizeOf = (of: Map<unknown, unknown> | Set<unknown>): number =>
  of instanceof Map ? mapSize.call(of) : setSize.call(of)

const keyText = (key: unknown): string =>
  typeof handled(key) === "object" || typeof key === "function" ? `<${typeof key}>` : String(key)

/** The first entries of a map, as an object. Objects list index-like keys first, so the entries are read in that order. */
export const mapObject = (map: Map<unknown, unknown>, most: number): object => {
  const out: Record<string, unknown> = {}
  let count = 0
  for (const [key, value] of Map.prototype.entries.call(map)) {
    if (count++ > most) {
      break
    }
    // All object keys share one name, so only the last of their values is kept.
    setOwn(out, keyText(key), handled(value))
  }
  return out
}

/** Getters for the properties with these keys. */
export function* properties(
  value: object,
  keys: ReadonlyArray<string>
): Iterable<readonly [string, () => unknown]> {
  for (const key of keys) {
    yield [key, () => (value as Record<string, unknown>)[key]]
  }
}

/** Getters for the elements of an array; each applies the rules when called. */
export function* elements(
  value: ReadonlyArray<unknown>,
  length: number,
  redact: (item: unknown) => unknown
): Iterable<() => unknown> {
  for (let index = 0; index < length; index++) {
    yield () => redact(value[index])
  }
}

/** Getters for the items of a set; each applies the rules when called. */
export function* items(set: Set<unknown>, redact: (item: unknown) => unknown): Iterable<() => unknown> {
  for (const item of Set.prototype.values.call(set)) {
    yield () => redact(item)
  }
}
