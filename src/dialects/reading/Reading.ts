/**
 * A dialect read backwards: which of its attributes mean what ours mean, and what a span with them stands for.
 */
import { type AttributeKey, prefixed, type SpanRole } from "../../records/vocabulary.js"

/** Attributes as they come from a file: values of any type. */
export type Foreign = { readonly [key: string]: unknown }

/** A plain value that was recognised. */
export type Plain = string | number | boolean

/** Sets one of our attributes, unless a dialect that takes precedence has set it. */
export type Set = (key: AttributeKey, value: Plain | undefined) => void

/** Reads an attribute that is not simply another name. */
export type Read = (value: unknown, set: Set) => void

/** A dialect read backwards. */
export interface Reading {
  /** Its names: of one of our attributes each, or with a function that reads the value. Where several names mean the same, the first counts. */
  readonly names: { readonly [theirs: string]: AttributeKey | Read }
  /** What the span stands for, if the dialect says. */
  readonly role: (attributes: Foreign, name: string) => SpanRole | undefined
  /** Reads what is spread over many attributes, or stands in the name of the span. */
  readonly others?: (attributes: Foreign, role: SpanRole | undefined, set: Set, name: string) => void
}

/** A plain value, or anything else as JSON; `undefined` for none. */
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

/** What a JSON text holds; `undefined` if it is anything else. A value that was parsed already is returned. */
export const jsonValue = (value: unknown): unknown => {
  try {
    return typeof value === "string" ? JSON.parse(value) : value
  } catch {
    return undefined
  }
}

/** A JSON text as an object; empty if it is anything else. */
export const jsonObject = (value: unknown): Foreign => {
  const parsed = jsonValue(value)
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? parsed as Foreign : {}
}

/** A number of tokens or dollars: finite and not negative. */
export const amountOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined

/** Sets what went into a span and what came out of it. */
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

/** Looks a text up. */
export const oneOf = <A>(table: { readonly [text: string]: A }) => (value: unknown): A | undefined =>
  typeof value === "string" && Object.hasOwn(table, value) ? table[value] : undefined

/** `loom.tool` for `tool`: our attributes where another dialect's name would clash (see `recordedBeside`). */
export const prefixedNames = (keys: ReadonlyArray<AttributeKey>): Reading["names"] =>
  Object.fromEntries(keys.map((key) => [prefixed(key), key]))
