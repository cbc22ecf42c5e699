/**
 * Commands that hold one trace at a time print the same as the readers do for the whole file in memory.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { CollapsedStacks, entriesOf, Findings, TraceDiff, TraceTree, usageOfForest } from "loom-telemetry/readers"
import { gzipSync } from "node:zlib"
import { documents, loom } from "./command.js"
import { mixedFile } from "./mixedLines.js"
import { folder, type Samples } from "./samples.js"

const texts = { a: mixedFile(300, 1), b: mixedFile(300, 2) }
const [first, second] = [texts.a, texts.b].map((text) => TraceTree.fromEntries(entriesOf(text)))

let files: Samples
beforeAll(() => {
  files = folder()
  files.write("a.jsonl", texts.a)
  files.write("b.jsonl.gz", gzipSync(texts.b))
})
afterAll(() => files.remove())

const [a, b] = [() => files.path("a.jsonl"), () => files.path("b.jsonl.gz")]

describe("trace by trace", { timeout: 60_000 }, () => {
  it("doctor finds the problems of the whole file, with the first lines of each kind", async () => {
    const [found, ...more] = documents(await loom(["doctor", "--json", a(), b()]))
    expect(found).toEqual({ file: a(), ...Findings.of(entriesOf(texts.a)) })
    expect(more).toEqual([{ file: b(), ...Findings.of(entriesOf(texts.b)) }])
    expect((found as Findings.FindingsReport).findings.length).toBeGreaterThan(8)
  })

  it.each(["time", "tokens", "cost"] as const)("export adds up the stacks by %s", async (weight) => {
    const { stdout } = await loom(["export", "--to", "collapsed", "--weight", weight, a()])
    expect(stdout.trimEnd().split("\n")).toEqual(CollapsedStacks.lines(first!, weight))
  })

  it("diff compares all spans of both files", async () => {
    const [found] = documents(await loom(["diff", "--json", a(), b()]))
    const { changes, same, ...totals } = TraceDiff.compare(first!, second!)
    expect(found).toMatchObject({ same, a: { spans: totals.a.spans }, b: { spans: totals.b.spans } })
    expect(totals.a.usage).toEqual(usageOfForest(first!).total)
    const { changes: shown } = found as { readonly changes: ReadonlyArray<TraceDiff.SpanChange> }
    expect(shown.map(({ kind, path }) => [kind, path])).toEqual(changes.map(({ kind, path }) => [kind, path]))
    expect(new Set(changes.map(({ kind }) => kind)).size).toBeGreaterThan(2)
  })
})
