/**
 * Differences in words: where each one is, what was expected and what was recorded.
 */
import { escapeText } from "../records/terminal/escape.js"
import type { DifferentField, Mismatch } from "./Mismatch.js"
import { rangeOf } from "./SpanExpectation.js"
import { allTexts, expectedTexts, lineOf } from "./text/spans.js"
import { inQuotes, quoted, shortened, shortenedAlike, valueText } from "./text/values.js"

/** Further ones are only counted. */
const mostShown = 20

/** Longer values are shortened to the part that differs. */
const mostCharacters = 240

/** A numbered list with one entry per difference; empty if there is none. */
export const formatMismatches = (mismatches: ReadonlyArray<Mismatch>): string => {
  const shown = mismatches.slice(0, mostShown).map((mismatch, index) => {
    const number = `${index + 1}. `
    const [what, expected, actual] = inWords(mismatch)
    const margin = " ".repeat(number.length)
    return [
      `${number}${pathText(mismatch.path)}: ${what}`,
      `${margin}expected  ${expected}`,
      `${margin}recorded  ${actual}`
    ].join("\n")
  })
  const more = mismatches.length - mostShown
  return [...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join("\n")
}

const pathText = (path: ReadonlyArray<string>): string =>
  path.map((each) => shortened(escapeText(each), 100)).join(" > ")

const inWords = (mismatch: Mismatch): readonly [what: string, expected: string, actual: string] => {
  switch (mismatch.kind) {
    case "different":
      return [fieldText(mismatch.field), ...valueTexts(mismatch)]
    case "missing":
      return missingWords(mismatch.expected, mismatch.actual)
    case "unexpected":
      return [
        "there is one span too many",
        "nothing",
        shortened(lineOf(allTexts(mismatch.actual.span)), mostCharacters)
      ]
    case "misplaced":
      return ["it is in another place", `as child ${mismatch.expected}`, `as child ${mismatch.actual}`]
  }
}

const missingWords = (
  expectation: Extract<Mismatch, { readonly kind: "missing" }>["expected"],
  recorded: number
): readonly [string, string, string] => {
  const line = shortened(lineOf(expectedTexts(expectation)), mostCharacters)
  const [least, most] = rangeOf(expectation)
  if (least === 1) {
    return ["the span is missing", line, "nothing"]
  }
  const often = least === most ? `${least} times` : `${least} times or more`
  return [
    "the span is missing",
    `${often} ${line}`,
    recorded === 1 ? "once" : recorded === 0 ? "nothing" : `${recorded} times`
  ]
}

const fieldText = ([kind, ...rest]: ReadonlyArray<string>): string =>
  kind === "attributes" ? `attribute ${rest.map(quoted).join(".")}` : [kind!, ...rest].join(".")

const valueTexts = ({ actual, expected }: DifferentField): readonly [string, string] => {
  const [expectedText, actualText] = shortenedAlike(...alike(expected, actual), mostCharacters)
  const isNumberName = actual === "NaN" || actual === "Infinity" || actual === "-Infinity"
  return isNumberName && typeof expected !== "string"
    ? [expectedText, `${actualText} (a string, because records store NaN and Infinity as strings)`]
    : [expectedText, actualText]
}

/** Puts both strings in quotes if one of them needs quotes. */
const alike = (expected: DifferentField["expected"], actual: DifferentField["actual"]): readonly [string, string] =>
  typeof expected === "string" && typeof actual === "string" &&
    (quoted(expected) !== expected || quoted(actual) !== actual)
    ? [inQuotes(expected), inQuotes(actual)]
    : [fieldValue(expected), fieldValue(actual)]

/** `null` means that there is no exception. */
const fieldValue = (value: DifferentField["expected"] | undefined): string =>
  value === null ? "nothing" : valueText(value)
