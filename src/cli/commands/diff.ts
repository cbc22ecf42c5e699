/**
 * `diff`: two runs beside each other.
 */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import {
  type AttributeChange,
  compare,
  type Side,
  type SpanChange,
  type Total,
  type TraceDiff
} from "../../readers/TraceDiff.js"
import { escapeText } from "../../records/escape.js"
import { common, described, working } from "../command.js"
import { Found } from "../Failure.js"
import { forestOf } from "../input/forest.js"
import { jsonLine, usageDocument } from "../output/document.js"
import { count, dollars, duration } from "../output/numbers.js"
import { Output } from "../output/Output.js"
import { tableLines } from "../output/table.js"

const a = Args.text({ name: "A" }).pipe(Args.withDescription("The file of the first run"))
const b = Args.text({ name: "B" }).pipe(Args.withDescription("The file of the second run"))
const all = Options.boolean("all").pipe(Options.withDescription("Show spans that are the same, too"))
const fail = Options.boolean("fail").pipe(
  Options.withDescription("End with exit code 1 where the spans or their outcomes differ")
)

const marks = { same: " ", changed: "~", added: "+", removed: "-" } as const

const signed = (value: number, text: string): string => `${value > 0 ? "+" : value < 0 ? "−" : "±"}${text}`

const change = (from: number | undefined, to: number | undefined, shown: (value: number) => string): string =>
  from === undefined || to === undefined ? "" : signed(to - from, shown(Math.abs(to - from)))

const tokensOf = ({ usage }: Pick<Side, "usage">): number => usage.tokensIn + usage.tokensOut

const totals = (first: Total, second: Total): ReadonlyArray<ReadonlyArray<string>> => [
  ["traces", count(first.traces), count(second.traces), change(first.traces, second.traces, count)],
  ["spans", count(first.spans), count(second.spans), change(first.spans, second.spans, count)],
  [
    "time",
    duration(first.durationMs),
    duration(second.durationMs),
    change(first.durationMs, second.durationMs, duration)
  ],
  [
    "tokens in",
    count(first.usage.tokensIn),
    count(second.usage.tokensIn),
    change(first.usage.tokensIn, second.usage.tokensIn, count)
  ],
  [
    "tokens out",
    count(first.usage.tokensOut),
    count(second.usage.tokensOut),
    change(first.usage.tokensOut, second.usage.tokensOut, count)
  ],
  [
    "cost",
    dollars(first.usage.costUsd),
    dollars(second.usage.costUsd),
    change(first.usage.costUsd ?? undefined, second.usage.costUsd ?? undefined, dollars)
  ]
]

const valueText = (value: AttributeChange["a"]): string =>
  value === undefined ? "(not set)" : escapeText(JSON.stringify(value))

const attributeLine = ({ a: from, b: to, key }: AttributeChange): string =>
  `      ${escapeText(key)}: ${valueText(from)} → ${valueText(to)}`

const detailOf = ({ a: from, b: to }: SpanChange): string => {
  const side = to ?? from
  if (side === undefined) {
    return ""
  }
  const time = change(from?.durationMs, to?.durationMs, duration)
  const outcome = from !== undefined && to !== undefined && from.outcome !== to.outcome
    ? `, ${from.outcome ?? "open"} → ${to.outcome ?? "open"}`
    : ""
  const used = from !== undefined && to !== undefined && tokensOf(from) !== tokensOf(to)
    ? `, ${change(tokensOf(from), tokensOf(to), count)} tokens`
    : ""
  return ` (${side.durationMs === undefined ? "open" : duration(side.durationMs)}${
    time === "" ? "" : `, ${time}`
  }${used}${outcome})`
}

const changeLines = (each: SpanChange): ReadonlyArray<string> => {
  const depth = each.path.length - 1
  const name = escapeText(each.path[depth] ?? "")
  return [
    `${marks[each.kind]} ${"  ".repeat(Math.min(depth, 40))}${name}${detailOf(each)}`,
    ...each.attributes.map(attributeLine)
  ]
}

/** What changed, and the way to it: without what it stands in, a change says little. */
const shownChanges = (changes: ReadonlyArray<SpanChange>, isAll: boolean): ReadonlyArray<SpanChange> => {
  if (isAll) {
    return changes
  }
  const ways = new Set<string>()
  for (const { kind, path } of changes) {
    if (kind !== "same") {
      path.forEach((_, index) => ways.add(JSON.stringify(path.slice(0, index + 1))))
    }
  }
  return changes.filter(({ path }) => ways.has(JSON.stringify(path)))
}

const text = (difference: TraceDiff, isAll: boolean, width: number): string => {
  const columns = [{ heading: "" }, { heading: "A", right: true }, { heading: "B", right: true }, {
    heading: "change",
    right: true
  }]
  const verdict = difference.same
    ? "Both have the same spans with the same outcomes."
    : "~ changed, + only in B, - only in A"
  const lines = [
    ...tableLines(columns, totals(difference.a, difference.b), width),
    "",
    verdict,
    ...shownChanges(difference.changes, isAll).flatMap(changeLines)
  ]
  return `${lines.join("\n")}\n`
}

const sideDocument = (side: Side | undefined) =>
  side === undefined ? null : {
    duration_ms: side.durationMs ?? null,
    outcome: side.outcome ?? null,
    spans: side.spans,
    usage: usageDocument(side.usage)
  }

const totalDocument = ({ durationMs, spans, traces, usage }: Total) => ({
  traces,
  spans,
  duration_ms: durationMs,
  usage: usageDocument(usage)
})

const document = (difference: TraceDiff) => ({
  same: difference.same,
  a: totalDocument(difference.a),
  b: totalDocument(difference.b),
  changes: difference.changes.map((each) => ({
    kind: each.kind,
    path: each.path,
    a: sideDocument(each.a),
    b: sideDocument(each.b),
    attributes: each.attributes
  }))
})

/** The command. */
export const diff = Command.make(
  "diff",
  { a, b, ...common, all, fail },
  (given) =>
    working(
      { ...given, files: [given.a, given.b] },
      Effect.gen(function*() {
        const output = yield* Output
        const difference = compare(yield* forestOf([given.a]), yield* forestOf([given.b]))
        yield* output.write(given.json ? jsonLine(document(difference)) : text(difference, given.all, output.width))
        if (given.fail && !difference.same) {
          yield* Effect.fail(new Found({ message: "the runs differ" }))
        }
      })
    )
).pipe(Command.withDescription(described(
  "Two runs beside each other",
  "Spans that were added, removed or changed, and what they took in time, tokens and cost.",
  ["diff before.jsonl after.jsonl", "diff --fail expected.jsonl actual.jsonl"]
)))
