import { describe, expect, it } from "vitest"
import { entriesOf } from "../../src/readers/TraceEntry.js"
import { formatUsd } from "../../src/viewer/model/format.js"
import { labelOf } from "../../src/viewer/model/kind.js"
import { TraceBook } from "../../src/viewer/model/TraceBook.js"
import type { SpanView } from "../../src/viewer/model/TraceView.js"
import { bookOf } from "./book.js"
import { bigFile, fileOf, lineOf, smallFile, traceId } from "./samples.js"

const primary = (span: SpanView) => labelOf(span.kind, span.name, span.known).primary

describe("the traces of a file", () => {
  it("come newest first, named by their agent, with their state and totals", () => {
    const [open, ended] = bookOf(smallFile()).traces
    expect(open).toMatchObject({ title: "coder", state: "open", open: 1, failed: 0, totalMs: 60 })
    expect(ended).toMatchObject({ title: "editor", state: "success", failed: 1, interrupted: 1, open: 0, totalMs: 82 })
    expect(ended!.usage).toMatchObject({ tokensIn: 1200, tokensOut: 60, cachedTokensIn: 400, costUsd: 0.0045 })
  })

  it("list their spans parent first, with depth, subtree size and parallel children", () => {
    const { spans } = bookOf(smallFile()).traces[1]!
    expect(spans.map((span) => [primary(span), span.depth, span.size, span.parent])).toEqual([
      ["editor", 0, 7, -1],
      ["Turn 0", 1, 6, 0],
      ["m-1", 2, 1, 1],
      ["search", 2, 1, 1],
      ["writer", 2, 3, 1],
      ["writer", 3, 2, 4],
      ["Turn 0", 4, 1, 5]
    ])
    expect(spans.map(({ kind }) => kind)).toEqual(["run", "turn", "model", "tool", "delegate", "run", "turn"])
    expect(spans.map(({ parallel }) => parallel)).toEqual([1, 2, 0, 0, 1, 1, 0])
  })

  it("count the usage of a model call once, at the call and in the sums above it", () => {
    const { spans } = bookOf(smallFile()).traces[1]!
    expect(spans.map(({ usage }) => usage.tokensIn)).toEqual([1200, 1200, 1200, 0, 0, 0, 0])
  })

  it("show the cost of every call, and the total at the root, however many calls there are", () => {
    const calls = 20_501
    const call = (id: number) =>
      lineOf({
        id,
        parent: 1,
        name: "loom.model.stream",
        start: id,
        end: id + 1,
        attributes: { model: "m", cost_usd: 0.001 }
      })
    const root = lineOf({ id: 1, name: "loom.run", start: 0, end: calls + 3, attributes: { agent: "many" } })
    const { spans, usage } = bookOf(fileOf([root, ...Array.from({ length: calls }, (_, index) => call(index + 2))]))
      .traces[0]!
    expect(formatUsd(usage.costUsd)).toBe("$20.50")
    expect(formatUsd(spans[0]!.usage.costUsd)).toBe("$20.50")
    expect(spans.slice(1).filter((span) => span.usage.costUsd !== 0.001)).toEqual([])
  })

  it("list the values to filter by", () => {
    const { values } = bookOf(smallFile()).traces[1]!
    expect(Object.fromEntries([...values].map(([field, found]) => [field, [...found]]))).toEqual({
      user: ["alice"],
      session: ["desk-1"],
      agent: ["editor", "writer"],
      model: ["m-1"],
      tool: ["search", "delegate"]
    })
  })

  it("let an open span last until the last known instant", () => {
    const [run] = bookOf(smallFile()).traces[0]!.spans
    expect(run).toMatchObject({ state: "open", start: 0, end: 60, durationMs: 60 })
  })

  it("keep a span whose parent is missing, and mark it", () => {
    const [trace] = bookOf(fileOf([lineOf({ id: 5, parent: 99, name: "late", start: 0, end: 1 })])).traces
    expect(trace!.spans).toMatchObject([{ depth: 0, oddity: "parent missing" }])
  })

  it("are correct even ten thousand levels deep", () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, id) =>
        lineOf({
          id: id + 1,
          ...(id === 0 ? {} : { parent: id }),
          name: "nested",
          start: id / 100,
          end: 1000 - id / 100
        })
    )
    const { spans } = bookOf(fileOf(lines)).traces[0]!
    expect(spans.at(-1)).toMatchObject({ depth: 9_999, size: 1 })
    expect(spans[0]!.size).toBe(10_000)
  })
})

describe("a book that grows", () => {
  it("rebuilds only the traces with new records", () => {
    const book = bookOf(smallFile())
    const [coder, editor] = book.traces
    entriesOf(
      fileOf([lineOf({ id: 9, trace: 2, name: "loom.run", start: 200, end: 400, attributes: { agent: "coder" } })])
    )
      .forEach((entry) => book.add(entry))
    const [coderNow, editorNow] = book.traces
    expect(editorNow).toBe(editor)
    expect(coderNow).not.toBe(coder)
    expect(coderNow).toMatchObject({ state: "success", open: 0, totalMs: 200 })
  })

  it("lets open spans grow with time", () => {
    const book = bookOf(smallFile())
    const began = book.traces[0]!.startedAt
    expect(book.growTo(began + 5000)).toBe(true)
    expect(book.traces[0]!.spans[0]!.durationMs).toBe(5000)
    expect(book.traces[0]!.totalMs).toBe(5000)
  })

  it("treats a trace that has been silent for a long time as cut off", () => {
    const book = bookOf(smallFile())
    const hour = 3_600_000
    expect(book.growTo(book.traces[0]!.startedAt + hour)).toBe(false)
    expect(book.traces[0]!.totalMs).toBe(60)
  })

  it("counts bad lines and dropped records, and keeps the first bad lines", () => {
    const book = bookOf(fileOf([
      "nonsense",
      "{\"kind\":\"dropped\",\"count\":7,\"reason\":\"queue_full\",\"at\":\"2026-11-22T14:00:00.000000Z\"}"
    ]))
    expect(book.badTotal).toBe(1)
    expect(book.bad[0]).toMatchObject({ line: 1 })
    expect(book.droppedTotal).toBe(7)
    expect(book.traces).toEqual([])
  })

  it("summarizes all traces, or the given ones", () => {
    const book = bookOf(smallFile())
    expect(book.summaryOf(book.traces).usage).toMatchObject({ tokensIn: 1200, costUsd: 0.0045 })
    expect(book.summaryOf([book.traces[0]!])).toMatchObject({ spans: 1, usage: { tokensIn: 0 } })
    expect(book.summaryOf(book.traces).by.user.map(({ label }) => label)).toEqual(["alice"])
  })

  it("has no trace for measurements without spans", () => {
    const file = smallFile().split("\n").filter((line) => line.includes("\"metric\"")).join("\n")
    expect(bookOf(file).traces).toEqual([])
    expect(bookOf(file).records).toBe(3)
  })
})

describe("a trace of fifty thousand spans", () => {
  it("is one trace with every span in its place", () => {
    const book = new TraceBook()
    entriesOf(bigFile(50_000)).forEach((entry) => book.add(entry))
    const [trace] = book.traces
    expect(trace!.traceId).toBe(traceId())
    expect(trace!.spans.length).toBe(50_000)
    expect(trace!.spans[0]!.size).toBe(50_000)
    expect(trace!.spans.every(({ parent }, index) => parent < index)).toBe(true)
  })
})
