/**
 * Values whose key does not stand where keys stand: in a pair of a list (`["authorization", "…"]`), beside its name (`{ name: "token", value: "…" }`),
 * behind a flag (`["--token", "…"]`). The rules of keys hold for them, too.
 */
import type { ValueRules } from "./ValueRules.js"

/** Gives the items of one list in their order, what comes after a name judged by it. */
export const itemsBy = (rules: ValueRules): (item: unknown) => unknown => {
  let previous: unknown
  return (item) => {
    const given = isFlag(previous) && typeof item === "string" && !isFlag(item) ? rules.given(previous, item) : item
    previous = item
    return pair(given, rules)
  }
}

const isFlag = (item: unknown): item is string => typeof item === "string" && item.startsWith("-")

const pair = (item: unknown, rules: ValueRules): unknown => {
  if (!Array.isArray(item) || item.length !== 2 || typeof item[0] !== "string" || isFlag(item[0])) {
    return item
  }
  const given = rules.given(item[0], item[1])
  return given === item[1] ? item : [item[0], given]
}

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
