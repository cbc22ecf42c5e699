/**
 * A JSON text that is too long, made short so that it is one still: machines read what was said to a model, and half of a JSON text says nothing to them.
 *
 * Its longest texts are cut to one length, each saying how much is missing. Where that is not enough, items in the middle of its longest list are left out:
 * the first and the last ones say most.
 */
import { itemsBy, propertiesBy } from "./named.js"
import { setOwn } from "./setOwn.js"
import type { ValueRules } from "./ValueRules.js"

/** Longer texts are not looked into. */
const longest = 1_048_576

/** Texts are not cut shorter than this to make room. */
const least = 64

/** Characters that the mark of a cut needs at most, with quotation marks. */
const markLength = 24

/** Keys are cut to this. */
const keyLength = 256

interface Fitting {
  readonly max: number
  readonly rules: ValueRules
}

/** At most `max` characters of JSON; `undefined` where the text is no JSON object or list, or nothing of it that would help can be left out. */
export const shortened = (json: string, max: number, rules: ValueRules): string | undefined => {
  if (max < least || json.length > longest || !mayBeJson(json)) {
    return undefined
  }
  try {
    const value: unknown = JSON.parse(json)
    return fitted(value, { max, rules }) ?? thinned(value, { max, rules })
  } catch {
    return undefined
  }
}

const mayBeJson = (text: string): boolean => {
  const first = text.trimStart()[0]
  const last = text.trimEnd().at(-1)
  return (first === "{" && last === "}") || (first === "[" && last === "]")
}

/** Cuts no text that need not be: from the greatest length down, until all of it fits. */
const fitted = (value: unknown, { max, rules }: Fitting): string | undefined => {
  const lengths: Array<number> = []
  const others = measure(value, lengths)
  for (let length = max; length >= least; length = Math.floor(length * 0.8)) {
    const expected = lengths.reduce((sum, each) => sum + Math.min(each, length + markLength), others)
    // Hiding a secret may lengthen a text, so the outcome decides.
    const text = expected <= max ? JSON.stringify(withTextsCut(value, length, rules)) : undefined
    if (text !== undefined && text.length <= max) {
      return text
    }
  }
  return undefined
}

/** The same without items in the middle, half as many left at every try. */
const thinned = (value: unknown, fitting: Fitting): string | undefined => {
  const key = Array.isArray(value) ? undefined : keyOfLongestList(value as object)
  const list = Array.isArray(value) ? value : key === undefined ? [] : (value as Record<string, Array<unknown>>)[key]!
  for (let last = Math.min(Math.floor(list.length / 2), list.length - 2); last >= 1; last = Math.floor(last / 2)) {
    const fewer = [list[0], `…[+${list.length - 1 - last} items]`, ...list.slice(-last)]
    const text = fitted(key === undefined ? fewer : { ...value as object, [key]: fewer }, fitting)
    if (text !== undefined) {
      return text
    }
  }
  return undefined
}

const keyOfLongestList = (value: object): string | undefined =>
  Object.entries(value)
    .filter((entry): entry is [string, ReadonlyArray<unknown>] => Array.isArray(entry[1]))
    .reduce<readonly [string | undefined, number]>(
      (most, [key, list]) => list.length > most[1] ? [key, list.length] : most,
      [undefined, 2]
    )[0]

const writtenLength = (value: unknown): number => JSON.stringify(value).length

/** Characters of everything but texts; those of the texts are added to `lengths`. */
const measure = (value: unknown, lengths: Array<number>): number => {
  if (typeof value === "string") {
    lengths.push(writtenLength(value))
    return 0
  }
  if (Array.isArray(value)) {
    return value.reduce<number>((sum, item) => sum + measure(item, lengths) + 1, 2)
  }
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).reduce((sum, [key, item]) => sum + writtenLength(key) + measure(item, lengths) + 2, 2)
  }
  return writtenLength(value)
}

/** A copy with no text longer than `length` when it is written, and without secrets. */
const withTextsCut = (value: unknown, length: number, rules: ValueRules, isInList = false): unknown => {
  if (typeof value === "string") {
    const written = writtenLength(value)
    return rules.text(value, written <= length ? value.length : Math.floor(value.length * length / written))
  }
  if (Array.isArray(value)) {
    const judged = itemsBy(rules, isInList && value.length === 2)
    return value.map((item) => withTextsCut(judged(item), length, rules, true))
  }
  if (typeof value === "object" && value !== null) {
    const copy: Record<string, unknown> = {}
    const judged = propertiesBy(rules)
    for (const [key, item] of Object.entries(value)) {
      setOwn(copy, rules.text(key, keyLength), withTextsCut(judged(key, item), length, rules))
    }
    return copy
  }
  return value
}
