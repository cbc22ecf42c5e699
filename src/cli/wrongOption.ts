/**
 * What is wrong with the options of a command line, in words that name the option and what it was given.
 *
 * It is looked at before the parser looks, which does not say which option it speaks of, takes the second of two for a file, and leaves out one that lacks
 * its value, and a check with it. Words that are no option of the command pass: those are the parser's.
 */
import { type DeclaredOption, declaredOption } from "./declared.js"

/** What is wrong, or `undefined`. The words are those behind the command's name, the terms those of its options in the help. */
export const wrongOption = (words: ReadonlyArray<string>, terms: ReadonlyArray<string>): string | undefined => {
  const declared = terms.map(declaredOption)
  const end = words.indexOf("--")
  const meant = end < 0 ? words : words.slice(0, end)
  const seen = new Set<DeclaredOption>()
  for (let at = 0; at < meant.length; at++) {
    const option = declared.find(({ names }) => names.includes(meant[at]!))
    if (option === undefined) {
      continue
    }
    if (seen.has(option) && !option.repeats) {
      return `Give ${option.names.at(-1)} once`
    }
    seen.add(option)
    if (option.operand !== "none") {
      const wrong = wrongValue(option, meant[at]!, meant[++at])
      if (wrong !== undefined) {
        return wrong
      }
    }
  }
  return undefined
}

const wrongValue = ({ operand }: DeclaredOption, name: string, value: string | undefined): string | undefined => {
  if (value === undefined) {
    return `${name} takes a value: write it behind it`
  }
  const wanted = operand === "number" && !/^\d+$/.test(value)
    ? "a whole number, 0 or more"
    : typeof operand === "object" && !operand.includes(value)
    ? `${operand.slice(0, -1).join(", ")} or ${operand.at(-1)}`
    : undefined
  return wanted === undefined ? undefined : `${name} ${JSON.stringify(value)}: write ${wanted}`
}
