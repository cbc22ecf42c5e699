/**
 * Applies redaction rules by key while values are normalised. Secrets must be hidden before anything is cut: half a secret cannot be recognized.
 *
 * A key may also appear in other places: in a pair (`["authorization", "…"]`), next to its value (`{ name: "token", value: "…" }`), or as a flag
 * (`["--token", "…"]`).
 */
import { text } from "./text.js"

/** Decides what is recorded in place of strings and of the values of keys. Nothing here throws. */
export interface ValueRules {
  /** The string without secrets, at most `max` characters. */
  readonly text: (value: string, max: number) => string
  /** Whether strings must be searched as a whole, not in parts. Default `false`. */
  readonly searchesWhole?: boolean
  /** The text of an error. Default: its name and message. */
  readonly error?: (error: Error) => string
  /** What to record for a finite number. Default: the number. */
  readonly number?: (value: number) => number | string
  /** What to record for the value of this key: the value itself or a replacement. Called before the value is read. */
  readonly given: (key: string, value: unknown) => unknown
}

/** Hides nothing. */
export const noRules: ValueRules = { text, given: (_, value) => value }

/** Whether there is nothing to record. */
export const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === "function" || typeof value === "symbol"

/** Sets a property as data: `__proto__` is a key like any other. */
export const setOwn = <V>(target: Record<string, V>, key: string, value: V): void => {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    target[key] = value
  }
}

/** Applies the rules to the items of a list, in order: an item after a name is the value of that name. `isPair`: a list of two, itself in a list. */
export const redactItemsBy = (rules: ValueRules, isPair: boolean): (item: unknown) => unknown => {
  let previous: unknown
  return (item) => {
    const name = previous
    previous = item
    return isFlag(name)
      ? (typeof item === "string" && !isFlag(item) ? rules.given(name, item) : item)
      : isPair && typeof name === "string"
      ? rules.given(name, item)
      : item
  }
}

const isFlag = (item: unknown): item is string => typeof item === "string" && item.startsWith("-")

/** Applies the rules to the properties of one object, in order: each by its key, and `value` also by the name before it. */
export const redactPropertiesBy = (rules: ValueRules): (key: string, value: unknown) => unknown => {
  let name: string | undefined
  return (key, value) => {
    if ((key === "name" || key === "key" || key === "header") && typeof value === "string") {
      name = value
    }
    const given = rules.given(key, value)
    return key === "value" && name !== undefined ? rules.given(name, given) : given
  }
}
