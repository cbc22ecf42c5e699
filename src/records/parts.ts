/**
 * What dates, maps, sets, arrays and objects hold, read with the built-in members: those that an instance has of its own may lie, throw or never end.
 */
import { handled } from "./promises.js"
import { setOwn } from "./setOwn.js"

/** The date as ISO-8601. */
export const isoText = (date: Date): string => {
  const time = Date.prototype.getTime.call(date)
  return Number.isNaN(time) ? "Invalid Date" : new Date(time).toISOString()
}

/** The length that an array or a view of bytes says it has. A proxy may say anything: what is no number counts as 0. */
export const numberIn = (length: unknown): number => typeof handled(length) === "number" ? length as number : 0

const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, "size")!.get!
const setSize = Object.getOwnPropertyDescriptor(Set.prototype, "size")!.get!

/** How many entries there are. */
export const sizeOf = (of: Map<unknown, unknown> | Set<unknown>): number =>
  of instanceof Map ? mapSize.call(of) : setSize.call(of)

const keyText = (key: unknown): string =>
  typeof handled(key) === "object" || typeof key === "function" ? `<${typeof key}>` : String(key)

/** The first entries of a map. An object puts keys that look like indices first: in this order they are read, so that what is cut is at the end. */
export const mapObject = (map: Map<unknown, unknown>, most: number): object => {
  const out: Record<string, unknown> = {}
  let count = 0
  for (const [key, value] of Map.prototype.entries.call(map)) {
    if (count++ > most) {
      break
    }
    // Keys that are objects share one name, and so lose all values but the last.
    setOwn(out, keyText(key), handled(value))
  }
  return out
}

/** The properties of these names, each to be read. */
export function* properties(
  value: object,
  keys: ReadonlyArray<string>
): Iterable<readonly [string, () => unknown]> {
  for (const key of keys) {
    yield [key, () => (value as Record<string, unknown>)[key]]
  }
}

/** The elements of an array, each to be read and judged. */
export function* elements(
  value: ReadonlyArray<unknown>,
  length: number,
  judged: (item: unknown) => unknown
): Iterable<() => unknown> {
  for (let index = 0; index < length; index++) {
    yield () => judged(value[index])
  }
}

/** The items of a set, each to be judged. */
export function* items(set: Set<unknown>, judged: (item: unknown) => unknown): Iterable<() => unknown> {
  for (const item of Set.prototype.values.call(set)) {
    yield () => judged(item)
  }
}
