/**
 * A dialect in reverse: which of our attributes its names correspond to, and what a span with them represents.
 */
import { type AttributeKey, prefixed, type SpanRole } from "../../records/vocabulary.js"

/** Attributes as read from a file: values of any type. */
export type Foreign = { readonly [key: string]: unknown }

/** A plain value that was recognised. */
export type Plain = string | number | boolean

/** Sets one of our attributes, unless a dialect that takes precedence has set it. */
export type Set = (key: AttributeKey, value: Plain | undefined) => void

/** Reads an attribute whose value needs conversion. */
export type Read = (value: unknown, set: Set) => void

/** A dialect in reverse. */
export interface Reading {
  /** The dialect's names, each with our name or a function that reads the value. If several names mean the same, the first one wins. */
  readonly names: { readonly [theirs: string]: AttributeKey | Read }
  /** What the span represents, if the dialect states it; `null` if it has none of our roles, whatever other dialects state. */
  readonly role: (attributes: Foreign, name: string) => SpanRole | null | undefined
  /** Reads values that are spread over several attributes or come from the name of the span. */
  readonly others?: (attributes: Foreign, role: SpanRole | undefined, set: Set, name: string) => void
}

/** A plain value; anything else as JSON; `undefined` if there is no value. */
export const plain = (value: unknown): Plain | undefined => {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value
    default:
      return value === null || value === undefined ? undefined : JSON.stringify(value)
  }
}

/** Parses a JSON string; `undefined` if it is invalid. Returns any other value unchanged. */
export const jsonValue = (value: unknown): unknown => {
  try {
    return typeof value === "string" ? JSON.parse(value) : value
  } catch {
    return undefined
  }
}

/** Parses a JSON object; empty if the value is anything else. */
export const jsonObject = (value: unknown): Foreign => {
  const parsed = jsonValue(value)
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? parsed as Foreign : {}
}

/** A number of tokens, dollars or milliseconds, if it is finite and not negative. Some producers write it as a string. */
export const amountOf = (value: unknown): number | undefined => {
  const amount = typeof value === "string" && /^\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : value
  return typeof amount === "number" && Number.isFinite(amount) && amount >= 0 ? amount : undefined
}

/** The sum of the values that are amounts; `undefined` if none is. */
export const sumOf = (values: ReadonlyArray<unknown>): number | undefined => {
  const amounts = values.flatMap((value) => amountOf(value) ?? [])
  return amounts.length === 0 ? undefined : amounts.reduce((sum, amount) => sum + amount)
}

/** Sets the input and output of a span, under the names for its role. */
export const setContent = (
  role: SpanRole | undefined,
  input: Plain | undefined,
  output: Plain | undefined,
  set: Set
): void => {
  switch (role) {
    case "model":
      set("input_messages", input)
      set("output_messages", output)
      return
    case "tool":
      set("arguments", input)
      set("result", output)
      return
    case "run":
      set("input", input)
      set("output", output)
  }
}

/** Looks up a string in a table. */
export const oneOf = <A>(table: { readonly [text: string]: A }) => (value: unknown): A | undefined =>
  typeof value === "string" && Object.hasOwn(table, value) ? table[value] : undefined

/** Our attributes under the names that avoid clashes, such as `loom.tool` for `tool` (see `withoutClashes`). */
export const prefixedNames = (keys: ReadonlyArray<AttributeKey>): Reading["names"] =>
  Object.fromEntries(keys.map((key) => [prefixed(key), key]))
