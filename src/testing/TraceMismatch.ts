/**
 * The error of a failed expectation, for any test runner: a message that is clear without the source, and two strings to compare.
 */
import * as Data from "effect/Data"
import type { SpanNode } from "../records/spanTree.js"
import { escapeText } from "../records/terminal/escape.js"
import { compare, type Comparison } from "./compare/Comparison.js"
import type { DifferentField, Mismatch } from "./Mismatch.js"
import { rootsOf } from "./renderTree.js"
import { rangeOf, type TraceExpectation } from "./SpanExpectation.js"
import { allTexts, expectedTexts, lineOf } from "./text/spans.js"
import { alignedTrees, expectedTree, recordedTree } from "./text/trees.js"
import { inQuotes, quoted, shortened, shortenedAlike, valueText } from "./text/values.js"

/** The recorded trace is not as expected. */
export class TraceMismatch extends Data.TaggedError("TraceMismatch")<{
  /** The differences in words, then both trees with the differing lines marked. */
  readonly message: string
  /** The same differences as data, from the top of the tree to the bottom; at least one. */
  readonly mismatches: ReadonlyArray<Mismatch>
  /** The expected tree as text. Fields that match show the recorded value. */
  readonly expected: string
  /** The recorded tree as text, without spans and fields that are not checked. */
  readonly actual: string
}> {}

/** The differences between a recorded tree and an expectation; empty if it is as expected. */
export const matchTree = (
  tree: SpanNode | ReadonlyArray<SpanNode>,
  expectation: TraceExpectation
): ReadonlyArray<Mismatch> => compare(rootsOf(tree), expectation).mismatches

/**
 * The error for this expectation, or `undefined` if the tree is as expected. For custom matchers of a test runner.
 *
 * @param note added after the first line of the message
 */
export const mismatchOf = (
  tree: SpanNode | ReadonlyArray<SpanNode>,
  expectation: TraceExpectation,
  note?: string
): TraceMismatch | undefined => {
  const comparison = compare(rootsOf(tree), expectation)
  const { mismatches } = comparison
  return mismatches.length === 0
    ? undefined
    : new TraceMismatch({ message: messageOf(comparison, note), mismatches, ...alignedTrees(comparison) })
}

/**
 * Throws a `TraceMismatch` unless the tree is as expected.
 *
 * @example
 * expectTree(tree, { name: "loom.run", children: [some({ name: "loom.turn" })] })
 */
export const expectTree = (tree: SpanNode | ReadonlyArray<SpanNode>, expectation: TraceExpectation): void => {
  const mismatch = mismatchOf(tree, expectation)
  if (mismatch !== undefined) {
    throw callSite(expectTree)(mismatch)
  }
}

const messageOf = (comparison: Comparison, note: string | undefined): string => {
  const { length } = comparison.mismatches
  return [
    `The recorded trace is not as expected: ${length === 1 ? "1 difference" : `${length} differences`}.${
      note === undefined ? "" : `\n${note}`
    }`,
    formatMismatches(comparison.mismatches),
    expectedTree(comparison),
    recordedTree(comparison),
    ""
  ].join("\n\n").trimEnd()
}

/** Captures where this function was called, for an error that is created later. Only V8 can omit the frames above. */
export const callSite = (calledFunction: (...args: never) => unknown): <E extends Error>(error: E) => E => {
  const here = new Error()
  Error.captureStackTrace?.(here, calledFunction)
  const frames = (here.stack ?? "").replace(/^.*\n/, "")
  return (error) => Object.assign(error, { stack: `${error.name}: ${error.message}\n${frames}` })
}

/** Further differences are only counted. */
const mostShown = 20

/** Longer values are shortened to the part that differs. */
const mostCharacters = 240

/** Formats differences as a numbered list; empty if there are none. */
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

/** A longer path shows this many labels at its start and at its end. */
const mostLabels = 15

const pathText = (path: ReadonlyArray<string>): string => {
  const texts = (labels: ReadonlyArray<string>) => labels.map((each) => shortened(escapeText(each), 100))
  const left = path.length - 2 * mostLabels
  return (left <= 1
    ? texts(path)
    : [...texts(path.slice(0, mostLabels)), `… ${left} spans …`, ...texts(path.slice(-mostLabels))]).join(" > ")
}

const inWords = (mismatch: Mismatch): readonly [what: string, expected: string, actual: string] => {
  switch (mismatch.kind) {
    case "different":
      return [fieldText(mismatch.field), ...valueTexts(mismatch)]
    case "missing":
      return missingWords(mismatch.expected, mismatch.actual)
    case "unexpected":
      return [
        "unexpected span",
        "nothing",
        shortened(lineOf(allTexts(mismatch.actual.span)), mostCharacters)
      ]
    case "misplaced":
      return ["the span is at a different position", `as child ${mismatch.expected}`, `as child ${mismatch.actual}`]
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

/** Quotes both strings if one of them needs quotes. */
const alike = (expected: DifferentField["expected"], actual: DifferentField["actual"]): readonly [string, string] =>
  typeof expected === "string" && typeof actual === "string" &&
    (quoted(expected) !== expected || quoted(actual) !== actual)
    ? [inQuotes(expected), inQuotes(actual)]
    : [fieldValue(expected), fieldValue(actual)]

/** `null` means that there is no exception. */
const fieldValue = (value: DifferentField["expected"] | undefined): string =>
  value === null ? "nothing" : valueText(value)
