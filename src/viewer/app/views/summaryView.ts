/**
 * The summary of all traces that the search finds: by user, model, agent, tool and span name.
 */
import type { Summary, SummaryRow } from "../../../readers/TraceSummary.js"
import { agentGraph } from "../../model/agentGraph.js"
import { durationBuckets, timeBuckets } from "../../model/charts.js"
import type { FindingView } from "../../model/findings.js"
import {
  clockTime,
  formatCount,
  formatDuration,
  formatNumberOf,
  formatUsd,
  fullTime,
  oneLine
} from "../../model/format.js"
import { type QueryField, queryFields, type QueryMeasure, type QueryRange } from "../../model/query.js"
import type { TraceView } from "../../model/TraceView.js"
import { block, button, type Child, element, fill, inline } from "../dom.js"
import { makeAgentGraph } from "./agentGraph.js"
import { type Bar, makeChart } from "./chart.js"
import { makeFindingsView } from "./findingsView.js"
import { makeScatter } from "./scatter.js"
import { makeScoreCharts } from "./scoreViews.js"

type Dimension = keyof Summary["by"]

const tables: ReadonlyArray<readonly [dimension: Dimension, title: string, counted: string]> = [
  ["model", "Models", "Calls"],
  ["user", "Users", "Runs"],
  ["agent", "Agents", "Runs"],
  ["tool", "Tools", "Calls"],
  ["session", "Sessions", "Runs"],
  ["name", "Spans by name", "Spans"]
]

/** Rows shown per table; the others are counted in one line. */
const maxRows = 50

interface Column {
  readonly title: string
  readonly value: (row: SummaryRow) => number
  readonly text: (value: number) => string
}

const duration = (of: "p50" | "p95" | "max") => (row: SummaryRow): number => row.durationMs?.[of] ?? 0
const time = (value: number): string => value === 0 ? "" : formatDuration(value)
const whole = (value: number): string => value === 0 ? "" : formatCount(value)

const columnsOf = (counted: string): ReadonlyArray<Column> => [
  { title: counted, value: ({ count }) => count, text: whole },
  { title: "Failed", value: ({ failures }) => failures, text: whole },
  { title: "p50", value: duration("p50"), text: time },
  { title: "p95", value: duration("p95"), text: time },
  { title: "Max", value: duration("max"), text: time },
  { title: "Tokens in", value: ({ usage }) => usage.tokensIn, text: whole },
  { title: "out", value: ({ usage }) => usage.tokensOut, text: whole },
  { title: "Cost", value: ({ usage }) => usage.costUsd ?? 0, text: formatUsd }
]

export interface SummaryView {
  readonly element: HTMLElement
  /** `query` is the search that found these traces; empty for all of them. */
  readonly draw: (
    summary: Summary,
    traces: ReadonlyArray<TraceView>,
    query: string,
    selected: TraceView | undefined,
    findings: ReadonlyArray<FindingView>
  ) => void
  /** Repaints with the colors of the current theme. */
  readonly recolor: () => void
}

export interface SummaryActions {
  /** Shows the traces with a chosen value. */
  readonly filter: (field: QueryField, value: string) => void
  /** Clears the search. */
  readonly showAll: () => void
  /** Shows the traces with such a score. */
  readonly searchScore: (condition: string) => void
  readonly open: (trace: TraceView) => void
  readonly narrow: (ranges: ReadonlyArray<readonly [QueryMeasure, QueryRange]>) => void
}

/** The number of bars in the chart over time. */
const timeBars = 40

export const makeSummaryView = (actions: SummaryActions): SummaryView => {
  const { filter: onFilter, showAll: onAll } = actions
  const durations = makeChart("Durations")
  const costs = makeChart("Cost over time")
  const scatter = makeScatter(actions)
  const graph = makeAgentGraph((node) => onFilter("agent", node.name))
  const agents = element("section", {}, element("h2", {}, "Delegations"), graph.element)
  const findings = makeFindingsView()
  const scores = makeScoreCharts(actions.searchScore)
  const filtered = block("filtered")
  const cards = block("cards")
  const grid = block("tables")
  return {
    element: element(
      "main",
      { class: "summary", attributes: { tabindex: -1, id: "summary", "aria-label": "Summary" } },
      filtered,
      cards,
      block("charts", durations.element, costs.element, scatter.element),
      scores.element,
      findings.element,
      agents,
      grid
    ),
    recolor: () => {
      scatter.recolor()
      graph.recolor()
    },
    draw: (summary, traces, query, selected, found) => {
      filtered.hidden = query === ""
      fill(
        filtered,
        "Only traces that match ",
        element("b", { class: "mono" }, oneLine(query)),
        button("Show all", "Clear the search", onAll)
      )
      fill(cards, ...cardsOf(summary, traces.length))
      durations.draw(...durationBars(traces, actions))
      costs.draw(...costBars(traces, actions))
      scatter.draw(traces, selected)
      scores.draw(traces)
      findings.draw(found)
      const delegations = agentGraph(traces)
      agents.hidden = delegations.edges.length === 0
      graph.draw(delegations)
      fill(grid, ...tables.map(([dimension, title, counted]) => table(summary, dimension, title, counted, onFilter)))
    }
  }
}

type Bars = readonly [bars: ReadonlyArray<Bar>, top: string]

const failedText = (failed: number): string => failed === 0 ? "" : `, ${formatCount(failed)} with failures`

const durationBars = (traces: ReadonlyArray<TraceView>, { narrow }: SummaryActions): Bars => {
  const buckets = durationBuckets(traces)
  const most = buckets.reduce((top, { count }) => Math.max(top, count), 0)
  return [
    buckets.map(({ count, failed, from, to }) => ({
      share: count / most,
      failed: count === 0 ? 0 : failed / count,
      label: formatDuration(from),
      title: `${formatDuration(from)} to ${formatDuration(to)}: ${formatNumberOf(count, "trace")}${failedText(failed)}`,
      onPress: () => narrow([["duration", { from, to }]])
    })),
    most === 0 ? "" : `up to ${formatNumberOf(most, "trace")}`
  ]
}

const costBars = (traces: ReadonlyArray<TraceView>, { narrow }: SummaryActions): Bars => {
  const buckets = timeBuckets(traces, timeBars)
  const most = buckets.reduce((top, { costUsd }) => Math.max(top, costUsd), 0)
  const newest = buckets.at(-1)?.to ?? 0
  return most === 0 ? [[], ""] : [
    buckets.map(({ costUsd, count, failed, from, to }, at) => ({
      share: costUsd / most,
      failed: count === 0 ? 0 : failed / count,
      label: at % (timeBars / 4) === 0 ? clockTime(from, newest) : "",
      title: `${fullTime(from)}: ${formatUsd(costUsd) || "$0"}, ${formatNumberOf(count, "trace")}${failedText(failed)}`,
      onPress: () => narrow([["start", { from, to }]])
    })),
    `up to ${formatUsd(most)}`
  ]
}

const cardsOf = (summary: Summary, traces: number): ReadonlyArray<Child> => {
  const card = (value: string, title: string) => block("card", element("b", {}, value), inline("", title))
  const { cachedTokensIn, costUsd, tokensIn, tokensOut } = summary.usage
  return [
    card(formatCount(traces), "traces"),
    card(
      formatCount(summary.spans),
      summary.opened === 0 ? "spans" : `spans ended, ${formatCount(summary.opened)} open`
    ),
    card(formatCount(summary.failures), "failed spans"),
    card(
      formatCount(tokensIn),
      cachedTokensIn === 0 ? "tokens in" : `tokens in, ${formatCount(cachedTokensIn)} cached`
    ),
    card(formatCount(tokensOut), "tokens out"),
    card(
      costUsd === null ? "–" : formatUsd(costUsd) || "$0",
      costUsd === null ? "no cost recorded" : "cost, US dollars"
    )
  ]
}

const table = (
  summary: Summary,
  dimension: Dimension,
  title: string,
  counted: string,
  onFilter: (field: QueryField, value: string) => void
): HTMLElement | undefined => {
  const rows = summary.by[dimension]
  if (rows.length === 0) {
    return undefined
  }
  const columns = columnsOf(counted)
  const total = summary.usage.costUsd ?? 0
  const body = element("tbody")
  const heads = columns.map((column) =>
    element(
      "th",
      { attributes: { scope: "col" } },
      button(column.title, "Sort", () => sortBy(column), { class: "sort" })
    )
  )
  const sortBy = (column: Column): void => {
    heads.forEach((head, index) =>
      columns[index] === column ? head.setAttribute("aria-sort", "descending") : head.removeAttribute("aria-sort")
    )
    const sorted = [...rows].sort((a, b) => column.value(b) - column.value(a))
    fill(
      body,
      ...sorted.slice(0, maxRows).map((row) => rowOf(row, dimension, columns, total, onFilter)),
      restOf(sorted.length, columns.length)
    )
  }
  sortBy(total > 0 ? columns.at(-1)! : columns[0]!)
  return block(
    "",
    element("h2", {}, title),
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, element("th", { attributes: { scope: "col" } }), ...heads)),
      body
    )
  )
}

const restOf = (rows: number, columns: number): Child =>
  rows <= maxRows
    ? undefined
    : element(
      "tr",
      {},
      element("td", { class: "dim", attributes: { colspan: columns + 1 } }, `and ${formatCount(rows - maxRows)} more`)
    )

const rowOf = (
  row: SummaryRow,
  dimension: Dimension,
  columns: ReadonlyArray<Column>,
  totalCost: number,
  onFilter: (field: QueryField, value: string) => void
): HTMLElement =>
  element(
    "tr",
    {},
    element("td", { class: "clip" }, labelView(row, dimension, onFilter)),
    ...columns.map((column) => cell(row, column, totalCost))
  )

const cell = (row: SummaryRow, column: Column, totalCost: number): HTMLElement => {
  const value = column.value(row)
  const isCost = column.title === "Cost"
  const made = element(
    "td",
    { class: isCost ? "share" : column.title === "Failed" && value > 0 ? "some-failed" : "" },
    column.text(value)
  )
  if (isCost && totalCost > 0) {
    made.append(element("i", { style: { width: `${(value / totalCost) * 100}%` } }))
  }
  return made
}

const labelView = (
  row: SummaryRow,
  dimension: Dimension,
  onFilter: (field: QueryField, value: string) => void
): Child => {
  const field = queryFields.find((known) => known === dimension)
  const { label } = row
  if (label === null) {
    return inline("dim", "not attributed")
  }
  return field === undefined
    ? oneLine(label)
    : button(oneLine(label), `Traces of ${oneLine(label)}`, () => onFilter(field, label), { class: "link clip" })
}
