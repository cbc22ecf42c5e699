/**
 * Shows scores in the list of traces, in the head of a trace, in a row of the waterfall and in the details of a span, and their charts.
 */
import type { ScoreData } from "../../../records/ScoreData.js"
import { formatCount, formatNumberOf, fullTime, manyLines, oneLine } from "../../model/format.js"
import {
  formatScore,
  isLow,
  type ScoreBar,
  type ScoreChart,
  scoreCharts,
  scoreLines,
  scoreValue
} from "../../model/scores.js"
import type { SpanView, TraceView } from "../../model/TraceView.js"
import { block, button, type Child, element, fill, inline } from "../dom.js"
import { type Bar, makeChart } from "./chart.js"

// The value first, because a narrow row truncates the end.
const scoreText = (score: ScoreData): string => oneLine(`${scoreValue(score)} ${score.name}`)

const mark = (scores: ReadonlyArray<ScoreData>, kind: string): Child => {
  const low = scores.filter(isLow)
  const shown = low.length > 0 ? low : scores
  return shown.length === 0
    ? undefined
    : element(
      "span",
      {
        class: `${kind} score${low.length > 0 ? " low" : ""} clip`,
        attributes: {
          title: `${formatNumberOf(scores.length, "score")}, ${low.length} low: ${
            shown.slice(0, 5).map(scoreText).join(", ")
          }`
        }
      },
      shown.length === 1
        ? `★ ${scoreText(shown[0]!)}`
        : `★ ${formatCount(shown.length)} ${low.length > 0 ? "low" : "scores"}`
    )
}

/** The low scores of a trace, or else its scores. */
export const traceScoreMark = ({ scores }: TraceView): Child => mark(scores, "")

/** The same for a span. */
export const spanScoreMark = ({ scores }: SpanView): Child => mark(scores, "flag")

/** A button per name of a score, which shows the scored span. */
export const scoreButtons = (trace: TraceView, onSpan: (index: number) => void): ReadonlyArray<Child> =>
  scoreLines(trace).map((line) =>
    button(
      `★ ${oneLine(line.name)} ${oneLine(line.text)}`,
      line.span < 0 ? "The scored span is missing" : "Show the scored span",
      () => onSpan(line.span),
      { class: `score clip${line.isLow ? " low" : ""}`, attributes: { disabled: line.span < 0 } }
    )
  )

const sources: { readonly [Source in ScoreData["source"]]: string } = {
  code: "by code",
  model: "by a model",
  human: "by a person"
}

/** All details of a score. `attributes` shows its attributes. */
export const scoreDetail = (score: ScoreData, attributes: Child): HTMLElement =>
  block(
    "event",
    element(
      "span",
      { class: "when", attributes: { title: fullTime(Number(score.time / BigInt(1_000_000))) } },
      sources[score.source]
    ),
    element("b", {}, `★ ${oneLine(score.name)}`),
    score.value === null
      ? undefined
      : inline(`value number-value${isLow(score) ? " is-failure" : ""}`, ` ${score.value}`),
    score.label === null ? undefined : inline(isLow(score) ? "is-failure" : "", ` ${oneLine(score.label)}`),
    score.spanId === null ? inline("dim", " whole trace") : undefined,
    score.explanation === null ? undefined : block("text", element("p", {}, manyLines(score.explanation))),
    attributes
  )

export interface ScoreCharts {
  readonly element: HTMLElement
  readonly draw: (traces: ReadonlyArray<TraceView>) => void
}

/** Makes the charts; `onCondition` is called with the condition of the bar that was pressed. */
export const makeScoreCharts = (onCondition: (condition: string) => void): ScoreCharts => {
  const charts = block("charts")
  const view = element("section", { class: "scores" }, element("h2", {}, "Scores"), charts)
  return {
    element: view,
    draw: (traces) => {
      const drawn = scoreCharts(traces)
      view.hidden = drawn.length === 0
      fill(charts, ...drawn.map((chart) => chartView(chart, onCondition)))
    }
  }
}

const chartView = ({ bars, row }: ScoreChart, onCondition: (condition: string) => void): HTMLElement => {
  const chart = makeChart(`★ ${oneLine(row.name)}`)
  const most = bars.reduce((top, { count }) => Math.max(top, count), 0)
  chart.draw(bars.map((bar) => barView(bar, most, onCondition)), rowText(row))
  chart.element.hidden = false
  return chart.element
}

const rowText = ({ count, max, mean, min }: ScoreChart["row"]): string =>
  mean === null || min === null || max === null
    ? formatNumberOf(count, "score")
    : `${formatNumberOf(count, "score")}, mean ${formatScore(mean)}, ${formatScore(min)} to ${formatScore(max)}`

const barView = (
  { condition, count, label, low, title }: ScoreBar,
  most: number,
  onCondition: (condition: string) => void
): Bar => ({
  share: count / most,
  failed: count === 0 ? 0 : low / count,
  label: oneLine(label),
  title: `${oneLine(title)}: ${formatNumberOf(count, "score")}${low === 0 ? "" : `, ${formatCount(low)} low`}`,
  onPress: condition === undefined ? undefined : () => onCondition(condition)
})
