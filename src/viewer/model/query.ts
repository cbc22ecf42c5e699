/**
 * Parses the search field: words, and terms such as `user:alice`, `model:"gpt 5"`, `score:correctness<0.8`, `is:failed`.
 *
 * The text is the only state of search and filters: the page's buttons and lists rewrite it, and links contain it. An unknown term is an ordinary word, so no
 * input is an error.
 */

import { type ScoreCondition, scoreCondition } from "../../readers/scoreCondition.js"

/** Fields that a filter can compare. */
export type QueryField = "user" | "session" | "agent" | "model" | "tool"

/** Measures of a trace that a search can limit. */
export type QueryMeasure = "duration" | "cost" | "start"

/** An inclusive range; either end may be infinite. Durations and instants in milliseconds, costs in US dollars. */
export interface QueryRange {
  readonly from: number
  readonly to: number
}

/** States that a search can ask for. */
export type QueryState = "failed" | "open" | "interrupted"

export interface Query {
  /** Lower case; each must occur in a span's name, ids, attributes, events or exception. */
  readonly words: ReadonlyArray<string>
  /** The exact value of each field. */
  readonly fields: ReadonlyMap<QueryField, string>
  readonly states: ReadonlySet<QueryState>
  readonly ranges: ReadonlyMap<QueryMeasure, QueryRange>
  /** Each must be met by a score of the trace or of one of its spans. */
  readonly scores: ReadonlyArray<ScoreCondition>
}

/** The fields in the order of the page's lists. */
export const queryFields: ReadonlyArray<QueryField> = ["user", "session", "agent", "model", "tool"]

const states: ReadonlySet<string> = new Set<QueryState>(["failed", "open", "interrupted"])

interface Term {
  readonly source: string
  readonly key: string
  readonly value: string
}

// key:"quoted", key:bare, "quoted", bare; an unclosed quote runs to the end.
const termPattern = /(?:([a-z]+):)?(?:"((?:[^"\\]|\\.)*)(?:"|$)|(\S+))/gi

const termsOf = (text: string): ReadonlyArray<Term> =>
  [...text.matchAll(termPattern)].map((match) => ({
    source: match[0],
    key: (match[1] ?? "").toLowerCase(),
    value: match[2] === undefined ? match[3] ?? "" : match[2].replace(/\\(.)/g, "$1")
  }))

const isField = (key: string): key is QueryField => (queryFields as ReadonlyArray<string>).includes(key)

const isState = (term: Term): boolean => term.key === "is" && states.has(term.value)

const milliseconds: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A limit as typed: `250ms`, `1.5s`, `$0.02`, `2026-11-22T14:00:00Z`; NaN for any other text. */
const limitOf = (measure: QueryMeasure, text: string): number => {
  if (measure === "start") {
    return Date.parse(text)
  }
  const [, number, unit = "s"] = /^\$?(\d+\.?\d*(?:e-?\d+)?)(ms|s|m|h)?$/i.exec(text) ?? []
  return Number(number) * (measure === "duration" ? milliseconds[unit.toLowerCase()]! : 1)
}

const isMeasure = (key: string): key is QueryMeasure => key === "duration" || key === "cost" || key === "start"

/** `1s..2s`, `1s..`, `..2s`; `undefined` for any other text. */
const rangeOf = (measure: QueryMeasure, text: string): QueryRange | undefined => {
  const [from, to, more] = text.split("..")
  if (from === undefined || to === undefined || more !== undefined || from + to === "") {
    return undefined
  }
  const range = {
    from: from === "" ? -Infinity : limitOf(measure, from),
    to: to === "" ? Infinity : limitOf(measure, to)
  }
  return Number.isNaN(range.from) || Number.isNaN(range.to) ? undefined : range
}

const scoreOf = ({ key, value }: Term): ScoreCondition | undefined => {
  const condition = key === "score" ? scoreCondition(value) : undefined
  return typeof condition === "string" ? undefined : condition
}

export const parseQuery = (text: string): Query => {
  const words: Array<string> = []
  const fields = new Map<QueryField, string>()
  const asked = new Set<QueryState>()
  const ranges = new Map<QueryMeasure, QueryRange>()
  const scores: Array<ScoreCondition> = []
  for (const term of termsOf(text)) {
    const range = isMeasure(term.key) ? rangeOf(term.key, term.value) : undefined
    const score = scoreOf(term)
    if (isField(term.key)) {
      fields.set(term.key, term.value)
    } else if (range !== undefined && isMeasure(term.key)) {
      ranges.set(term.key, range)
    } else if (score !== undefined) {
      scores.push(score)
    } else if (isState(term)) {
      asked.add(term.value as QueryState)
    } else {
      words.push((term.key === "" ? term.value : `${term.key}:${term.value}`).toLowerCase())
    }
  }
  return { words, fields, states: asked, ranges, scores }
}

const rewrite = (text: string, drop: (term: Term) => boolean, added: string | undefined): string =>
  [...termsOf(text).filter((term) => !drop(term)).map(({ source }) => source), ...(added === undefined ? [] : [added])]
    .join(" ")

/** The text with this value of a field, or without the field. */
export const withField = (text: string, field: QueryField, value: string | undefined): string =>
  rewrite(text, ({ key }) => key === field, value === undefined ? undefined : `${field}:${quoted(value)}`)

export const withState = (text: string, state: QueryState, on: boolean): string =>
  rewrite(text, (term) => isState(term) && term.value === state, on ? `is:${state}` : undefined)

/** A limit as text that `parseQuery` can read, rounded outwards so that the range keeps its ends. */
const limitText = (measure: QueryMeasure, value: number, round: (value: number) => number): string => {
  if (!Number.isFinite(value)) {
    return ""
  }
  if (measure === "start") {
    return new Date(round(value)).toISOString()
  }
  const scale = 10 ** Math.max(0, 3 - Math.floor(Math.log10(Math.max(value, 1e-12))))
  const number = Number((round(value * scale) / scale).toPrecision(12))
  return measure === "duration" ? `${number}ms` : `$${number}`
}

/** The text with this range of a measure, which replaces any other. */
export const withMeasure = (text: string, measure: QueryMeasure, { from, to }: QueryRange): string =>
  rewrite(
    text,
    ({ key }) => key === measure,
    `${measure}:${limitText(measure, from, Math.floor)}..${limitText(measure, to, Math.ceil)}`
  )

/** The text with this condition, which replaces any other on scores of the same name. */
export const withScore = (text: string, condition: string): string => {
  const added = scoreOf({ source: "", key: "score", value: condition })
  const isReplaced = (term: Term) => added !== undefined && scoreOf(term)?.name === added.name
  return rewrite(text, isReplaced, `score:${quoted(condition)}`)
}

const quoted = (value: string): string => /^[^\s"\\]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`
