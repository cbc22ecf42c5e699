/**
 * What `find` looks for: conditions on a span, written as words of the command line.
 */
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { hasFailed, type TraceNode } from "../../readers/TraceTree.js"
import type { AttributeValue } from "../../records/attributes.js"
import { UsageError } from "../Failure.js"

/** Whether a span is one that is looked for. */
export type Condition = (node: TraceNode) => boolean

const usage = (message: string): UsageError => new UsageError({ message })

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&")

/** A name with `*` for any text, or a regular expression between slashes. */
export const named = (text: string): Either.Either<Condition, UsageError> =>
  Either.map(pattern(text), (expression) => (node: TraceNode) => expression.test(node.name))

const pattern = (text: string): Either.Either<RegExp, UsageError> => {
  const match = /^\/(.*)\/([a-z]*)$/.exec(text)
  return match === null
    ? Either.right(new RegExp(`^${text.split("*").map(escaped).join(".*")}$`, "s"))
    : expressionOf(match[1]!, match[2]!)
}

const expressionOf = (source: string, flags: string): Either.Either<RegExp, UsageError> =>
  Either.try({
    try: () => new RegExp(source, flags.replace(/[gy]/g, "")),
    catch: () => usage(`/${source}/${flags} is no regular expression`)
  })

const shown = (value: AttributeValue): string => typeof value === "string" ? value : JSON.stringify(value)

type Compare = (value: AttributeValue, text: string) => boolean

const numeric = (compare: (a: number, b: number) => boolean): Compare => (value, text) =>
  typeof value === "number" && compare(value, Number(text))

const comparisons: { readonly [sign: string]: Compare } = {
  "=": (value, text) => shown(value) === text,
  "!=": (value, text) => shown(value) !== text,
  ">": numeric((a, b) => a > b),
  ">=": numeric((a, b) => a >= b),
  "<": numeric((a, b) => a < b),
  "<=": numeric((a, b) => a <= b)
}

/** `key` (is there), `key=value`, `key!=value`, `key>1`, `key~regex`. */
export const attribute = (text: string): Either.Either<Condition, UsageError> => {
  const match = /^([^=!<>~]+)(?:(!=|>=|<=|=|>|<|~)([^]*))?$/.exec(text)
  if (match === null) {
    return Either.left(usage(`--attr ${JSON.stringify(text)}: write key, key=value, key!=value, key>1 or key~regex`))
  }
  const [, key = "", sign, operand = ""] = match
  if (sign === undefined) {
    return Either.right((node) => Object.hasOwn(node.attributes, key))
  }
  if (sign === "~") {
    return Either.map(
      expressionOf(operand, ""),
      (expression) => (node: TraceNode) => has(node, key, (value) => expression.test(shown(value)))
    )
  }
  if (sign.match(/[<>]/) !== null && (operand.trim() === "" || Number.isNaN(Number(operand)))) {
    return Either.left(usage(`--attr ${JSON.stringify(text)}: ${JSON.stringify(operand)} is no number`))
  }
  return Either.right((node) => has(node, key, (value) => comparisons[sign]!(value, operand)))
}

const has = (node: TraceNode, key: string, holds: (value: AttributeValue) => boolean): boolean =>
  Object.hasOwn(node.attributes, key) && holds(node.attributes[key]!)

const units: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }

/** Milliseconds of a text such as `250ms`, `1.5s`, `2m`, or of one that Effect's `Duration` knows. */
export const milliseconds = (option: string, text: string): Either.Either<number, UsageError> => {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)$/.exec(text.trim())
  const millis = match === null
    ? Option.map(Duration.decodeUnknown(text), Duration.toMillis)
    : Option.some(Number(match[1]) * units[match[2]!]!)
  return Either.fromOption(
    millis,
    () => usage(`${option} ${JSON.stringify(text)}: write a duration such as 250ms, 1.5s or 2m`)
  )
}

/** The ways in which a span can have ended. */
export const outcomes = ["success", "failure", "interrupted", "open"] as const

/** That a span ended like this. A tool that is not `ok` failed, whatever its own outcome. */
export const ended = (outcome: (typeof outcomes)[number]): Condition => (node) =>
  outcome === "open"
    ? node.outcome === undefined
    : outcome === "failure"
    ? hasFailed(node)
    : node.outcome === outcome && !hasFailed(node)
