import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { entriesOf, Findings, TraceTree } from "loom-telemetry/readers"
import { dropped, file, metric, span, spanStart } from "./lines.js"

const reportOf = (bytes: Uint8Array) => Findings.of(entriesOf(bytes))

/** Kind, count and lines of all findings. */
const found = (bytes: Uint8Array) => reportOf(bytes).findings.map(({ count, kind, lines }) => [kind, count, lines])

describe("the findings of a file", () => {
  it("are empty if nothing is wrong", () => {
    const bytes = file(metric({ name: "m", value: 1, id: 2 }), span({ id: 2, parent: 1, ms: 0.5 }), span({ id: 1 }))
    expect(reportOf(bytes)).toEqual({ findings: [], records: 3, ok: true })
    expect(reportOf(new Uint8Array(0))).toEqual({ findings: [], records: 0, ok: true })
  })

  it("are counted and have line numbers, errors first", () => {
    const bytes = file(
      spanStart({ id: 1, name: "never ends" }),
      "garbage",
      span({ id: 2, parent: 1 }),
      span({ id: 2, parent: 1 }),
      span({ id: 3, parent: 99 }),
      dropped(5),
      dropped(2),
      span({ id: 4, parent: 5 }),
      span({ id: 5, parent: 4 }),
      span({ id: 6, parent: 6 }),
      metric({ name: "m", value: 1, id: 77 }),
      metric({ name: "m", value: 1, id: 77 }),
      metric({ name: "early", value: 1, id: 7 }),
      span({ id: 7, ms: 0 }),
      span({ id: 8, parent: 2, start: 5 }),
      "{\"kind\":\"sp"
    ).slice(0, -1)
    expect(found(bytes)).toEqual([
      ["bad-line", 1, [2]],
      ["duplicate-span", 1, [4]],
      ["dropped-records", 7, [6, 7]],
      ["parent-cycle", 2, [8, 10]],
      ["torn-line", 1, [16]],
      ["open-span", 1, [1]],
      ["orphan-span", 1, [5]],
      ["metric-without-span", 2, [11]],
      ["zero-duration", 1, [14]],
      ["outside-its-parent", 1, [15]]
    ])
    expect(reportOf(bytes).ok).toBe(false)
  })

  it("are ok if they are only unusual", () => {
    expect(reportOf(file(span({ id: 7, ms: 0 }))).ok).toBe(true)
  })

  it("list the first ten and count all", () => {
    const [open] =
      reportOf(file(...Array.from({ length: 30 }, (_, id) => spanStart({ id: id + 1, name: `s${id}` })))).findings
    expect(open).toMatchObject({ count: 30, lines: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] })
    expect(open!.examples[9]).toBe("s9")
  })

  it("can be requested repeatedly", () => {
    const builder = Findings.builder()
    const entries = entriesOf(file(spanStart({ id: 1 }), "x", span({ id: 1 })))
    builder.add(entries[0]!)
    expect(builder.result()).toEqual(builder.result())
    builder.add(entries[1]!)
    builder.add(entries[2]!)
    expect(builder.result().findings.map(({ count, kind }) => [kind, count])).toEqual([["bad-line", 1]])
  })

  it("agree with the trees on orphans, open spans, duplicates and cycles", () => {
    const line = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 8 }), fc.option(fc.integer({ min: 1, max: 9 })))
      .map(([isOpen, id, parent]) => (isOpen ? spanStart : span)({ id, parent }))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const entries = entriesOf(file(...lines))
        const count = (kind: Findings.FindingKind) =>
          Findings.of(entries).findings.find((finding) => finding.kind === kind)?.count ?? 0
        const nodes = [...TraceTree.nodes(TraceTree.fromEntries(entries).traces.flatMap(({ roots }) => roots))].map((
          { node }
        ) => node)
        const marked = (mark: (node: TraceTree.TraceNode) => boolean) => nodes.filter(mark).length
        expect(count("open-span")).toBe(marked((node) => node.state === "open"))
        expect(count("duplicate-span")).toBe(marked((node) => node.duplicate))
        expect(count("orphan-span")).toBe(marked((node) => node.orphan && !node.duplicate))
        expect(count("parent-cycle")).toBe(marked((node) => node.cyclic))
      }),
      { numRuns: 500 }
    )
  })
})
