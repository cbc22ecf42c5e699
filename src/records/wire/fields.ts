/**
 * Reads the fields of a parsed line, each as the type it must have. A `Flaw` states which field is wrong, and why.
 */
import type { Attributes } from "../attributes.js"
import { defaultLimits, normalizeValue } from "../attributes.js"
import { nanosFromIso } from "../instants.js"
import { setOwn } from "../named.js"

/** A parsed JSON object. */
export type Fields = { readonly [key: string]: unknown }

/** Thrown by these functions, and caught by `decodeLine`. */
export class Flaw {
  constructor(readonly field: string, readonly problem: string) {}
}

/** An event or a link from the list in `field`. */
export const part = (value: unknown, field: string): Fields => {
  if (!isFields(value)) {
    throw new Flaw(field, "contains something that is not an object")
  }
  return value
}

/** Whether a parsed value is a JSON object. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A string. */
export const string = (fields: Fields, key: string): string => {
  const value = fields[key]
  if (typeof value !== "string") {
    throw new Flaw(key, "is not a string")
  }
  return value
}

/** A string; `null` if it is missing or `null`. */
export const nullableString = (fields: Fields, key: string): string | null =>
  fields[key] === null || fields[key] === undefined ? null : string(fields, key)

/** A string; `undefined` if it is missing or `null`. */
export const optionalString = (fields: Fields, key: string): string | undefined =>
  nullableString(fields, key) ?? undefined

/** A finite number. */
export const finite = (fields: Fields, key: string): number => {
  const value = fields[key]
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new Flaw(key, "is not a finite number")
  }
  return value
}

/** A time, in nanoseconds since the epoch. */
export const instant = (fields: Fields, key: string): bigint => {
  const nanos = nanosFromIso(string(fields, key))
  if (nanos === undefined) {
    throw new Flaw(key, "is not an ISO-8601 time with an offset")
  }
  return nanos
}

/** An array of any values. */
export const list = (fields: Fields, key: string): ReadonlyArray<unknown> => {
  const value = fields[key]
  if (!Array.isArray(value)) {
    throw new Flaw(key, "is not an array")
  }
  return value
}

// The writer has already applied its limits; reading must not cut values again.
const unlimited = { ...defaultLimits, valueLength: Infinity, depth: 64, items: Infinity }

/** Attributes, normalised and frozen; an empty object if they are missing or `null`. */
export const attributes = (value: unknown): Attributes => {
  if (value === undefined || value === null) {
    return Object.freeze({})
  }
  if (!isFields(value)) {
    throw new Flaw("attributes", "is not an object")
  }
  const out: Record<string, Attributes[string]> = {}
  for (const key of Object.keys(value)) {
    const safe = normalizeValue(value[key], unlimited)
    if (safe !== undefined) {
      setOwn(out, key, safe)
    }
  }
  return Object.freeze(out)
}
