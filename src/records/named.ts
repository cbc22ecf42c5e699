/**
 * Values whose key does not stand where keys stand: in a pair of a list (`["authorization", "…"]`), beside its name (`{ name: "token", value: "…" }`),
 * behind a flag (`["--token", "…"]`). The rules of keys hold for them, too.
 */
import type { ValueRules } from "./ValueRules.js"

/** Gives the items of one list in their order, what comes after a name judged by it. `isPair`: it has two items and stands in a list itself. */
export const itemsBy = (rules: ValueRules, isPair: boolean): (item: unknown) => unknown => {
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

/** Gives the properties of one object in their order, each judged by its key, and `value` by the name before it. */
export const propertiesBy = (rules: ValueRules): (key: string, value: unknown) => unknown => {
  let name: string | undefined
  return (key, value) => {
    if ((key === "name" || key === "key" || key === "header") && typeof value === "string") {
      name = value
    }
    const given = rules.given(key, value)
    return key === "value" && name !== undefined ? rules.given(name, given) : given
  }
}
