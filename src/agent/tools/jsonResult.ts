/**
 * Converts a tool's result to a form that every vendor accepts: a copy as plain JSON data, so that no vendor's layer fails on it and nothing changes
 * it later.
 *
 * Follows `JSON.stringify`, except where its result would be useless. Maps, sets and errors, which it turns into `{}`, are converted as in records.
 * Promises, and bytes, which it turns into an object with a key per byte, are rejected.
 */
import * as Either from "effect/Either"
import { handled } from "../../records/promises.js"
import { errorText } from "../../records/text.js"

/** Sent if there is no result. Some vendors require an object, and all accept one. */
const noResult: { readonly [key: string]: never } = {}

/** The result as JSON data, or why it cannot be sent. */
export const jsonResult = (value: unknown): Either.Either<unknown, string> => {
  if (value === undefined) {
    return Either.right(noResult)
  }
  const parents = new Set<object>()
  try {
    const copied = copy(value, "", parents)
    return copied === undefined ? Either.left(`it is a ${typeof value}`) : Either.right(copied)
  } catch (error) {
    return Either.left(error instanceof Unsendable ? error.message : "it could not be read")
  }
}

class Unsendable extends Error {}

const copy = (given: unknown, key: string, parents: Set<object>): unknown => {
  const value = handled(withToJson(handled(given), key))
  switch (typeof value) {
    case "bigint":
      throw new Unsendable("it contains a bigint")
    case "function":
    case "symbol":
      return undefined
    case "number":
      return Number.isFinite(value) ? value : null
    case "object":
      return value === null ? null : copyObject(value, parents)
    default:
      return value
  }
}

const withToJson = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && !isBytes(value) && "toJSON" in value &&
    typeof value.toJSON === "function"
    ? value.toJSON(key)
    : value

const copyObject = (value: object, parents: Set<object>): unknown => {
  if (isBytes(value)) {
    throw new Unsendable("it contains bytes; encode them as text")
  }
  if (value instanceof Promise) {
    throw new Unsendable("it contains a promise; wait for it in the tool")
  }
  if (value instanceof BigInt) {
    throw new Unsendable("it contains a bigint")
  }
  if (value instanceof Error) {
    return errorText(value)
  }
  if (value instanceof String || value instanceof Number || value instanceof Boolean) {
    return value.valueOf()
  }
  if (parents.has(value)) {
    throw new Unsendable("it contains itself")
  }
  parents.add(value)
  const copied = Array.isArray(value) || value instanceof Set
    ? Array.from(value, (item, index) => copy(item, String(index), parents) ?? null)
    : Object.fromEntries(
      (value instanceof Map ? entriesOf(value) : Object.entries(value)).flatMap(([key, item]) => {
        const copied = copy(item, key, parents)
        return copied === undefined ? [] : [[key, copied] as const]
      })
    )
  parents.delete(value)
  return copied
}

const entriesOf = (map: ReadonlyMap<unknown, unknown>): ReadonlyArray<readonly [string, unknown]> =>
  Array.from(map, ([key, item]) => {
    if (typeof key !== "string" && typeof key !== "number" && typeof key !== "boolean") {
      throw new Unsendable("it contains a map whose keys are not text")
    }
    return [String(key), item]
  })

const isBytes = (value: object): boolean => ArrayBuffer.isView(value) || value instanceof ArrayBuffer
