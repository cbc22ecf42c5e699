/**
 * Makes a `ConfigError` an `Error`: of other objects that a promise rejects with, Node prints only `{}`.
 */
import * as Predicate from "effect/Predicate"

/** The own and inherited fields of a value, not enumerable, so that they are not printed. */
const fieldsOf = (value: object): PropertyDescriptorMap => {
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === null) { // `Object.prototype`: an `Error` has it too.
    return {}
  }
  const hidden = Reflect.ownKeys(value).filter((key) => key !== "constructor" && key !== "__proto__").map((key) =>
    [key, { ...Object.getOwnPropertyDescriptor(value, key), enumerable: false }] as const
  )
  return { ...fieldsOf(prototype), ...Object.fromEntries(hidden) }
}

/** A `ConfigError` as an `Error` with the same fields and text; anything else as it is. */
export const printable = (error: unknown): unknown => {
  if (error instanceof Error || !Predicate.isTagged(error, "ConfigError")) {
    return error
  }
  const text = error.toString()
  return Object.defineProperties(new Error(text), {
    ...fieldsOf(error),
    message: { value: text },
    stack: { value: `ConfigError: ${text}` }
  })
}
