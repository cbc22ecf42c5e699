/**
 * Reads the values of OTLP/JSON: ids, times, texts and attributes, as its JSON mapping writes them.
 */
import type { AttributeValue } from "../records/attributes.js"
import { setOwn } from "../records/named.js"

/** A parsed JSON object. */
export type Json = { readonly [key: string]: unknown }

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A field of a request, by its JSON or its proto name. */
export const part = (from: Json, camel: string, snake: string): unknown => from[camel] ?? from[snake]

/** The objects in a list; empty for anything else. */
export const listOf = (value: unknown): ReadonlyArray<Json> => Array.isArray(value) ? value.filter(isObject) : []

/** A string; empty for anything else. */
export const textOf = (value: unknown): string => typeof value === "string" ? value : ""

/**
 * An id in lower case; `undefined` for anything else, and for all zeros, which mean no id. Generic converters of protobuf write its bytes as base64,
 * which cannot be mistaken for hexadecimal digits of this length.
 */
export const idOf = (value: unknown, length: 16 | 32): string | undefined => {
  const text = textOf(value)
  const id = isBase64(text, length) ? hexOf(text) : text.toLowerCase()
  return id.length === length && /^[0-9a-f]+$/.test(id) && !/^0+$/.test(id) ? id : undefined
}

const isBase64 = (text: string, length: 16 | 32): boolean =>
  text.length === (length === 16 ? 12 : 24) && /^[A-Za-z0-9+/]+={1,2}$/.test(text)

const hexOf = (base64: string): string =>
  Array.from(atob(base64), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("")

/** Nanoseconds, written as text because a JSON number cannot hold them; some producers write a number. */
export const nanosOf = (value: unknown): bigint | undefined =>
  typeof value === "string" && /^\d{1,20}$/.test(value)
    ? BigInt(value)
    : typeof value === "number" && Number.isInteger(value) && value >= 0
    ? BigInt(value)
    : undefined

/** The attributes of a list of pairs. */
export const attributesOf = (pairs: unknown, depth = 0): Record<string, AttributeValue> => {
  const out: Record<string, AttributeValue> = {}
  for (const pair of listOf(pairs)) {
    const value = valueOf(pair["value"], depth)
    if (typeof pair["key"] === "string" && value !== undefined) {
      setOwn(out, pair["key"], value)
    }
  }
  return out
}

/** Deeper values are left out, as in records. */
const maxDepth = 64

/** An `AnyValue`; `undefined` for an empty one. */
const valueOf = (value: unknown, depth: number): AttributeValue | undefined => {
  if (!isObject(value) || depth > maxDepth) {
    return undefined
  }
  const read = (camel: string, snake: string): unknown => part(value, camel, snake)
  const text = read("stringValue", "string_value")
  if (typeof text === "string") {
    return text
  }
  const flag = read("boolValue", "bool_value")
  if (typeof flag === "boolean") {
    return flag
  }
  const bytes = read("bytesValue", "bytes_value")
  if (typeof bytes === "string") {
    return `<${Math.floor(bytes.replace(/=+$/, "").length * 3 / 4)} bytes>`
  }
  return integerOf(read("intValue", "int_value")) ?? doubleOf(read("doubleValue", "double_value")) ??
    listValue(read("arrayValue", "array_value"), depth) ?? recordValue(read("kvlistValue", "kvlist_value"), depth)
}

/** An integer; left as text if a number cannot hold it. */
const integerOf = (value: unknown): AttributeValue | undefined =>
  typeof value === "number"
    ? value
    : typeof value === "string" && /^-?\d{1,20}$/.test(value)
    ? String(Number(value)) === value ? Number(value) : value
    : undefined

/** A number; `NaN` and the infinities are strings in the JSON mapping, and in records. */
const doubleOf = (value: unknown): AttributeValue | undefined =>
  typeof value === "number" || typeof value === "string" ? value : undefined

const listValue = (value: unknown, depth: number): AttributeValue | undefined => {
  if (!isObject(value)) {
    return undefined
  }
  return listOf(value["values"]).map((item) => valueOf(item, depth + 1)).filter((item) => item !== undefined)
}

const recordValue = (value: unknown, depth: number): AttributeValue | undefined =>
  isObject(value) ? attributesOf(value["values"], depth + 1) : undefined
