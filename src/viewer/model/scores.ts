/**
 * Prepares scores for the page: the low ones of a trace, a line per name, and their distribution over many traces.
 *
 * Names, labels and explanations are untrusted text: see `format`.
 */
import { scoreCondition } from "../../readers/scoreCondition.js"
import { type ScoreRow, ScoreTable } from "../../readers/summary/ScoreTable.js"
import type { ScoreData } from "../../records/ScoreData.js"
import { feedbackScores } from "../../records/vocabulary.js"
import type { TraceView } from "./TraceView.js"

/** Values below these are low, on a scale from 0 to 1 and on the scale of stars. Larger scales are unknown, so nothing on them is low. */
const middle = 0.5
const middleStars = 3

const failingLabels: ReadonlySet<string> = new Set(["fail", "failed"])

/** Whether a score should stand out: its value is low, or its label says that it failed. */
export const isLow = ({ label, name, value }: ScoreData): boolean =>
  value !== null && value < (name === feedbackScores.stars ? middleStars : middle) ||
  label !== null && failingLabels.has(label.toLowerCase())

/** A value of at most four digits. */
export const formatScore = (value: number): string => String(Number(value.toPrecision(4)))

/** The value, the label, or both. */
export const scoreValue = ({ label, value }: Pick<ScoreData, "label" | "value">): string =>
  [value === null ? "" : formatScore(value), label ?? ""].filter((part) => part !== "").join(" ")

/** A line per name: the only score, or how many there are and their mean. */
export interface ScoreLine {
  readonly name: string
  readonly text: string
  readonly isLow: boolean
  /** The span that it links to: that of the first low score, or else of the first score; -1 if that span is missing. */
  readonly span: number
}

/** At most this many names have a line of their own. */
const mostNames = 12

const countedText = ({ count, labels, mean }: ScoreRow): string =>
  mean === null ? `${labels[0]?.label ?? ""} ×${count}` : `${formatScore(mean)} ×${count}`

/** The lines of a trace, the most frequent names first. */
export const scoreLines = (trace: TraceView): ReadonlyArray<ScoreLine> =>
  rowsOf(trace.scores).map((row) => {
    const scores = trace.scores.filter(({ name }) => name === row.name)
    const shown = scores.find(isLow) ?? scores[0]
    return {
      name: row.name,
      text: scores.length === 1 ? scoreValue(scores[0]!) : countedText(row),
      isLow: scores.some(isLow),
      span: shown === undefined ? -1 : trace.spans.findIndex((span) => span.scores.includes(shown))
    }
  })

const rowsOf = (scores: Iterable<ScoreData>): ReadonlyArray<ScoreRow> => {
  const table = new ScoreTable(mostNames)
  for (const score of scores) {
    table.add(score)
  }
  return table.finished()
}

export interface ScoreBar {
  /** The lower end of its values, the value, or the label. */
  readonly label: string
  /** The same in full. */
  readonly title: string
  readonly count: number
  readonly low: number
  /** The condition that finds these scores; `undefined` if their name or label cannot be searched for. */
  readonly condition: string | undefined
}

export interface ScoreChart {
  readonly row: ScoreRow
  /** Values in ascending order, then labels of scores without a value. */
  readonly bars: ReadonlyArray<ScoreBar>
}

/** The distribution of the scores of these traces, by name, the most frequent first; the rarer names share one chart without bars. */
export const scoreCharts = (traces: ReadonlyArray<TraceView>): ReadonlyArray<ScoreChart> => {
  const byName = new Map<string, Array<ScoreData>>()
  for (const score of traces.flatMap(({ scores }) => scores)) {
    const known = byName.get(score.name)
    if (known === undefined) {
      byName.set(score.name, [score])
    } else {
      known.push(score)
    }
  }
  return rowsOf([...byName.values()].flat())
    .map((row) => ({ row, bars: row.other ? [] : barsOf(byName.get(row.name)!) }))
}

/** The maximum number of bars for values, and of bars for labels. */
const mostBars = 10

const barsOf = (scores: ReadonlyArray<ScoreData>): ReadonlyArray<ScoreBar> => [
  ...valueBars(scores.filter(hasValue).sort((a, b) => a.value - b.value)),
  ...labelBars(scores.filter(({ value }) => value === null))
]

type Valued = ScoreData & { readonly value: number }

const hasValue = (score: ScoreData): score is Valued => score.value !== null

/** A bar per value if there are few, or else bars of equal width. */
const valueBars = (scores: ReadonlyArray<Valued>): ReadonlyArray<ScoreBar> => {
  const values = [...new Set(scores.map(({ value }) => value))]
  if (values.length <= mostBars) {
    return values.map((value) =>
      barOf(formatScore(value), String(value), scores.filter((score) => score.value === value))
    )
  }
  const isShare = values[0]! >= 0 && values.at(-1)! <= 1
  const [from, to] = isShare ? [0, 1] : [values[0]!, values.at(-1)!]
  // Divided before subtracting, because the difference of large numbers may be infinite.
  const width = to / mostBars - from / mostBars
  // Rounded, so that 0.3 does not fall into the bar that ends there.
  const placeOf = (value: number) =>
    Math.min(Math.floor(Number((value / width - from / width).toPrecision(12))) || 0, mostBars - 1)
  const buckets = Array.from({ length: mostBars }, (): Array<Valued> => [])
  scores.forEach((score) => buckets[placeOf(score.value)]!.push(score))
  return buckets.map((bucket, at) =>
    barOf(formatScore(from + at * width), `${bucket[0]?.value}..${bucket.at(-1)?.value}`, bucket)
  )
}

const labelBars = (scores: ReadonlyArray<ScoreData>): ReadonlyArray<ScoreBar> => {
  const counts = new Map<string, number>()
  scores.forEach(({ label }) => counts.set(label ?? "", (counts.get(label ?? "") ?? 0) + 1))
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, mostBars)
    .map(([label]) => barOf(label, label, scores.filter((score) => score.label === label)))
}

/** `searched` is the text after `NAME=` in a search. */
const barOf = (label: string, searched: string, scores: ReadonlyArray<ScoreData>): ScoreBar => {
  const text = `${scores[0]?.name}=${searched}`
  const condition = scoreCondition(text)
  return {
    label,
    title: searched.replace("..", " to "),
    count: scores.length,
    low: scores.filter(isLow).length,
    condition: scores.length > 0 && typeof condition !== "string" && scores.every(condition.meets) ? text : undefined
  }
}
