/**
 * `diff`: compares two runs.
 */
import * as Effect from "effect/Effect"
import { Comparison } from "../../readers/diff/Comparison.js"
import {
  compareGroups,
  type Group,
  type GroupChange,
  type GroupKey,
  groupKeys,
  Groups
} from "../../readers/GroupDiff.js"
import type { AttributeChange, Side, SpanChange, Total } from "../../readers/TraceDiff.js"
import { escapeText } from "../../records/terminal/escape.js"
import { command } from "../command.js"
import { ConditionMet } from "../Failure.js"
import { type OrderedTraces, orderedTracesOf } from "../input/ordered.js"
import { inSteps } from "../input/steps.js"
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

/** What to write before the changes, for each root, between roots, and after them. */
interface Format {
  readonly head: (a: Total, b: Total, same: boolean, width: number) => string
  readonly root: (changes: ReadonlyArray<SpanChange>) => string
  readonly between: string
  readonly end: string
}

const text = (isAll: boolean): Format => ({
  head: (a, b, same, width) => {
    const columns = ["", "A", "B", "change"].map((heading) => ({ heading, right: heading !== "" }))
    const verdict = same
      ? "Both runs have the same spans with the same outcomes."
      : "~ changed, + only in B, - only in A"
    return [...tableLines(columns, totals(a, b), width), "", verdict].map((line) => `${line}\n`).join("")
  },
  root: (changes) => shownChanges(changes, isAll).flatMap(changeLines).map((line) => `${line}\n`).join(""),
  between: "",
  end: ""
})

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

const changeDocument = (each: SpanChange) => ({
  kind: each.kind,
  path: each.path,
  a: sideDocument(each.a),
  b: sideDocument(each.b),
  attributes: each.attributes
})

const json: Format = {
  head: (a, b, same) => {
    const document = { same, a: totalDocument(a), b: totalDocument(b), changes: [] }
    return jsonLine(document).slice(0, -"]}\n".length)
  },
  root: (changes) => changes.map((each) => jsonLine(changeDocument(each)).trimEnd()).join(","),
  between: ",",
  end: "]}\n"
}

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
  run: ({ all, by, fail, files: [first, second], json: isJson }) =>
    Effect.scoped(Effect.gen(function*() {
      const [a, b] = [yield* orderedTracesOf([first!]), yield* orderedTracesOf([second!])]
      if (by !== undefined) {
        return yield* writeGroups(a, b, by, isJson)
      }
      const same = yield* writeChanges(a, b, isJson ? json : text(all))
      if (fail && !same) {
        yield* Effect.fail(new ConditionMet({ message: "the runs differ" }))
      }
    }))
})

const writeGroups = (a: OrderedTraces, b: OrderedTraces, by: GroupKey, isJson: boolean) =>
  Effect.gen(function*() {
    const { width, write } = yield* Output
    const [left, right] = [new Groups(by), new Groups(by)]
    yield* inSteps(a.traces, (trace) => left.add(trace))
    yield* inSteps(b.traces, (trace) => right.add(trace))
    const groups = compareGroups(left, right)
    yield* write(isJson ? jsonLine(groupsDocument(groups, by)) : groupsText(groups, by, width))
  })

/** Characters of changes that are held until the totals, which come first, are known. If there are more, the runs are compared twice. */
const mostKept = 1_000_000

const writeChanges = (a: OrderedTraces, b: OrderedTraces, { between, end, head, root }: Format) =>
  Effect.gen(function*() {
    const { width, write } = yield* Output
    const comparison = new Comparison(a, b)
    const pieces = function*(roots: Iterable<ReadonlyArray<SpanChange>>): Generator<string> {
      let separator = ""
      for (const changes of roots) {
        yield separator + root(changes)
        separator = between
      }
    }
    const kept: Array<string> = []
    let size = 0
    yield* inSteps(pieces(comparison.roots()), (piece) => {
      size += piece.length
      if (size > mostKept) {
        kept.length = 0
      } else if (piece !== "") {
        kept.push(piece)
      }
    })
    const all = comparison.totals()
    yield* write(head(all.a, all.b, comparison.same, width))
    for (const piece of size <= mostKept ? kept : pieces(new Comparison(a, b).roots())) {
      yield* write(piece)
    }
    yield* write(end)
    return comparison.same
  })
