/**
 * `diff`: compares two runs.
 */
import * as Effect from "effect/Effect"
import { compareGroups, type Group, type GroupChange, type GroupKey, groupKeys } from "../../readers/GroupDiff.js"
import {
  type AttributeChange,
  compare,
  type Side,
  type SpanChange,
  type Total,
  type TraceDiff
} from "../../readers/TraceDiff.js"
import { escapeText } from "../../records/terminal/escape.js"
import { command } from "../command.js"
import { ConditionMet } from "../Failure.js"
import { forestOf } from "../input/forest.js"
import { choice } from "../options.js"
import { jsonLine, scoreRowDocument, usageDocument } from "../output/document.js"
import { count, dollars, duration } from "../output/numbers.js"
import { Output } from "../output/Output.js"
import { type Column, labelOf, tableLines } from "../output/table.js"

const marks = { same: " ", changed: "~", added: "+", removed: "-" } as const

const signed = (value: number, text: string): string => `${value > 0 ? "+" : value < 0 ? "−" : "±"}${text}`

const change = (from: number | undefined, to: number | undefined, shown: (value: number) => string): string =>
  from === undefined || to === undefined ? "" : signed(to - from, shown(Math.abs(to - from)))

const tokensOf = ({ usage }: Pick<Side, "usage">): number => usage.tokensIn + usage.tokensOut

const scoreText = (value: number): string => String(Number(value.toPrecision(4)))

/** The scores that have values in one of the runs. */
const scoreNames = (...all: ReadonlyArray<Total>): ReadonlyArray<string> =>
  [...new Set(all.flatMap(({ scores }) => scores.filter(({ valued }) => valued > 0).map(({ name }) => name)))].sort()

const totals = (first: Total, second: Total): ReadonlyArray<ReadonlyArray<string>> => {
  const row = (heading: string, of: (total: Total) => number | null, shown: (value: number) => string) => {
    const [from, to] = [of(first), of(second)]
    const cell = (value: number | null) => value === null ? "–" : shown(value)
    return [heading, cell(from), cell(to), change(from ?? undefined, to ?? undefined, shown)]
  }
  return [
    row("traces", ({ traces }) => traces, count),
    row("spans", ({ spans }) => spans, count),
    row("time", ({ durationMs }) => durationMs, duration),
    row("tokens in", ({ usage }) => usage.tokensIn, count),
    row("tokens out", ({ usage }) => usage.tokensOut, count),
    row("cost", ({ usage }) => usage.costUsd, dollars),
    ...scoreNames(first, second).map((name) =>
      row(
        `mean of ${escapeText(name)}`,
        ({ scores }) => scores.find((each) => each.name === name)?.mean ?? null,
        scoreText
      )
    )
  ]
}

const valueText = (value: AttributeChange["a"]): string =>
  value === undefined ? "(not set)" : escapeText(JSON.stringify(value))

const attributeLine = ({ a: from, b: to, key }: AttributeChange): string =>
  `      ${escapeText(key)}: ${valueText(from)} → ${valueText(to)}`

const detailOf = ({ a, b }: SpanChange): string => {
  const { durationMs } = b ?? a!
  const details = [
    durationMs === undefined ? "open" : duration(durationMs),
    change(a?.durationMs, b?.durationMs, duration)
  ]
  if (a !== undefined && b !== undefined) {
    const [before, after] = [tokensOf(a), tokensOf(b)]
    details.push(before === after ? "" : `${change(before, after, count)} tokens`)
    details.push(a.outcome === b.outcome ? "" : `${a.outcome ?? "open"} → ${b.outcome ?? "open"}`)
  }
  return details.filter((detail) => detail !== "").join(", ")
}

const changeLines = (each: SpanChange): ReadonlyArray<string> => {
  const depth = each.path.length - 1
  const name = escapeText(each.path[depth] ?? "")
  return [
    `${marks[each.kind]} ${"  ".repeat(Math.min(depth, 40))}${name} (${detailOf(each)})`,
    ...each.attributes.map(attributeLine)
  ]
}

/** The changed spans and their ancestors, which show where a change is. */
const shownChanges = (changes: ReadonlyArray<SpanChange>, isAll: boolean): ReadonlyArray<SpanChange> => {
  if (isAll) {
    return changes
  }
  const paths = new Set<string>()
  for (const { kind, path } of changes) {
    if (kind !== "same") {
      path.forEach((_, index) => paths.add(JSON.stringify(path.slice(0, index + 1))))
    }
  }
  return changes.filter(({ path }) => paths.has(JSON.stringify(path)))
}

const text = (difference: TraceDiff, isAll: boolean, width: number): string => {
  const columns = ["", "A", "B", "change"].map((heading) => ({ heading, right: heading !== "" }))
  const verdict = difference.same
    ? "Both runs have the same spans with the same outcomes."
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

const totalDocument = ({ durationMs, scores, spans, traces, usage }: Total) => ({
  traces,
  spans,
  duration_ms: durationMs,
  usage: usageDocument(usage),
  scores: scores.map(scoreRowDocument)
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

const groupColumns = (names: ReadonlyArray<string>, by: GroupKey): ReadonlyArray<Column> => [
  { heading: by },
  { heading: "traces", right: true, weight: 1 },
  { heading: "failed", right: true, weight: 2 },
  { heading: "cost", right: true, weight: 1 },
  ...names.map((name) => ({ heading: escapeText(name), right: true, weight: 3 }))
]

/** Both values, or one if they are the same. */
const both = (a: string, b: string): string => a === b ? a : `${a} → ${b}`

const groupRow = ({ a, b, label }: GroupChange, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const cell = (of: (group: Group) => number | null, shown: (value: number) => string) => {
    const [from, to] = [a, b].map((group) => group === undefined ? null : of(group))
    return both(from === null ? "–" : shown(from!), to === null ? "–" : shown(to!))
  }
  return [
    labelOf({ label, other: false }),
    cell(({ traces }) => traces, count),
    cell(({ failed }) => failed, count),
    cell(({ usage }) => usage.costUsd, dollars),
    ...names.map((name) => cell(({ scores }) => scores.find((each) => each.name === name)?.mean ?? null, scoreText))
  ]
}

const groupsText = (groups: ReadonlyArray<GroupChange>, by: GroupKey, width: number): string => {
  const names = scoreNames(...groups.flatMap(({ a, b }) => [a, b].filter((group) => group !== undefined)))
  return `${tableLines(groupColumns(names, by), groups.map((group) => groupRow(group, names)), width).join("\n")}\n`
}

const groupDocument = (group: Group | undefined) =>
  group === undefined ? null : { ...totalDocument(group), failed: group.failed }

const groupsDocument = (groups: ReadonlyArray<GroupChange>, by: GroupKey) => ({
  by,
  groups: groups.map(({ a, b, label }) => ({ label, a: groupDocument(a), b: groupDocument(b) }))
})

const file = (name: string, which: string) => ({ name, description: `The file of the ${which} run` })

export const diff = command({
  name: "diff",
  summary: "Compare two runs",
  details: "Shows which spans were added, removed or changed, and the time, tokens, cost and mean scores of both runs.",
  arguments: [file("A", "first"), file("B", "second")],
  options: {
    all: { description: "Also show unchanged spans" },
    by: { type: choice(...groupKeys), description: "Compare the cases of an experiment or the versions of an agent" },
    fail: { description: "Exit with code 1 if the spans or their outcomes differ" }
  },
  examples: [
    "diff before.jsonl after.jsonl",
    "diff --fail expected.jsonl actual.jsonl",
    "diff --by case version1.jsonl version2.jsonl"
  ],
  run: ({ all, by, fail, files: [a, b], json }) =>
    Effect.gen(function*() {
      const output = yield* Output
      const [first, second] = [yield* forestOf([a!]), yield* forestOf([b!])]
      if (by !== undefined) {
        const groups = compareGroups(first, second, by)
        return yield* output.write(json ? jsonLine(groupsDocument(groups, by)) : groupsText(groups, by, output.width))
      }
      const difference = compare(first, second)
      yield* output.write(json ? jsonLine(document(difference)) : text(difference, all, output.width))
      if (fail && !difference.same) {
        yield* Effect.fail(new ConditionMet({ message: "the runs differ" }))
      }
    })
})
