import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { entriesOf, TraceTree, TreeView, usageOfForest } from "loom-telemetry/readers"
import { dropped, file, metric, span, spanStart } from "./lines.js"

const forestOf = (...lines: ReadonlyArray<string>) => TraceTree.fromEntries(entriesOf(file(...lines)))

const work = forestOf(
  metric({ name: "loom.tokens.input", value: 30, id: 3 }),
  span({ id: 3, parent: 2, name: "loom.model.stream", start: 1, ms: 1.8, attributes: { model: "m" } }),
  span({
    id: 4,
    parent: 2,
    name: "loom.tool",
    start: 2,
    ms: 0.2,
    attributes: { tool: "add" },
    outcome: "failure",
    exception: "Error: no"
  }),
  span({
    id: 5,
    parent: 2,
    name: "loom.tool",
    start: 3,
    ms: 0.2,
    attributes: { tool: "wait" },
    outcome: "interrupted"
  }),
  span({ id: 2, parent: 1, name: "loom.turn", start: 1, ms: 2.1, attributes: { turn: 0 } }),
  spanStart({ id: 1, name: "loom.run", attributes: { session_id: "run_xyz" } }),
  span({ id: 9, parent: 8, name: "lost", start: 9 })
)

describe("trees as text", () => {
  it("look like the console's output, with anything unusual marked", () => {
    expect(TreeView.render(work)).toBe([
      "▸ loom.run session_id=run_xyz",
      "  • loom.turn (2.1ms) turn=0",
      "    • loom.model.stream (1.8ms) model=m",
      "    • loom.tool (0.2ms) tool=add [ERROR: Error: no]",
      "    • loom.tool (0.2ms) tool=wait [interrupted]",
      "• lost (1.0ms) [orphan]",
      ""
    ].join("\n"))
  })

  it("show measurements and usage on request", () => {
    const usage = usageOfForest(work).below
    expect(TreeView.render(work, { metrics: true, usage })).toContain([
      "    • loom.model.stream (1.8ms) model=m [30 in, 0 out]",
      "      loom.tokens.input 30 (counter)",
      ""
    ].join("\n"))
  })

  it("show some attributes only", () => {
    expect(TreeView.render(work, { attributes: (key) => key === "tool" })).toContain(
      "▸ loom.run\n  • loom.turn (2.1ms)\n"
    )
  })

  it("say how many spans are not shown", () => {
    expect(TreeView.render(work, { maxDepth: 2 })).toContain("  • loom.turn (2.1ms) turn=0\n    … 3 below\n• lost")
    expect(TreeView.render(work, { maxChildren: 1 })).toContain("model=m\n    … 2 more\n• lost")
  })

  it("mark duplicates and cycles", () => {
    const text = TreeView.render(
      forestOf(span({ id: 1, parent: 1, name: "a" }), span({ id: 2, name: "b" }), span({ id: 2, name: "b" }))
    )
    expect(text).toBe("• a (1.0ms) [cycle]\n• b (1.0ms)\n• b (1.0ms) [duplicate]\n")
  })

  it("keep every span on one line of visible characters, whatever it contains", () => {
    const text = fc.string({ unit: "binary", maxLength: 20 })
    fc.assert(fc.property(text, text, text, fc.integer({ min: 1, max: 60 }), (name, key, value, width) => {
      const forest = forestOf(span({ id: 1, name, attributes: { [key]: value }, outcome: "failure", exception: value }))
      const lines = TreeView.render(forest, { width }).split("\n")
      expect(lines.length).toBe(2)
      expect(lines[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
    }))
  })

  it("are rendered even if they are ten thousand spans deep", () => {
    const lines = Array.from({ length: 10_000 }, (_, id) => span({ id: id + 1, parent: id === 0 ? null : id }))
    expect([...TreeView.lines(forestOf(...lines).traces[0]!.roots, { width: 100 })].length).toBe(10_000)
  })

  it("are empty for an empty file", () => {
    expect(TreeView.render(forestOf(dropped(1)))).toBe("")
  })
})
