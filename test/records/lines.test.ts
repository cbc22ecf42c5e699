/**
 * Records as lines of text: durations, and lines that fit a width.
 */
import { describe, expect, it } from "@effect/vitest"
import { type LineStyle, openLine, type ShownSpan, spanLine } from "../../src/records/terminal/recordLine.js"

const unlimited: LineStyle = { color: false, width: Infinity }

const span = (over: Partial<ShownSpan> = {}): ShownSpan => ({
  name: "loom.tool",
  durationMs: 1.8345,
  attributes: { tool: "search", ok: true, score: 0.5 },
  outcome: "success",
  exception: null,
  ...over
})

const shownDuration = (durationMs: number): string => spanLine(span({ durationMs, attributes: {} }), 0, unlimited)

describe("a duration", () => {
  it("has one decimal, rounded like toFixed", () => {
    const close = Array.from({ length: 4000 }, (_, index) => index / 40)
    const odd = [
      0,
      0.05,
      0.15,
      0.25,
      0.35,
      1e-7,
      0.0499999,
      0.0500001,
      999.95,
      99_999_999.95,
      100_000_000.05,
      1e15,
      1e22
    ]
    for (const value of [...close, ...odd]) {
      expect(shownDuration(value)).toBe(`• loom.tool (${value.toFixed(1)}ms)\n`)
    }
  })
})

describe("a line that fits", () => {
  const long = "• loom.tool (1.8ms) tool=search, ok=true, score=0.5 [ERROR: no]\n"
  const failed = span({ outcome: "failure", exception: "no" })

  it("is whole at its exact width, and cut if one column is missing", () => {
    expect(spanLine(failed, 0, { color: false, width: long.length - 1 })).toBe(long)
    expect(spanLine(failed, 0, { color: false, width: long.length - 2 })).toContain("…")
  })

  it("is the same as without a width, with and without colours", () => {
    for (const color of [false, true]) {
      const [bounded, free] = [200, Infinity].map((width) => spanLine(failed, 3, { color, width }))
      expect(bounded).toBe(free)
    }
  })

  it("counts wide characters as two columns", () => {
    const wide = openLine({ name: "loom.tool", attributes: { query: "你好你好" } }, 0, { color: false, width: 28 })
    const fits = openLine({ name: "loom.tool", attributes: { query: "你好你好" } }, 0, { color: false, width: 26 })

    expect(wide).toBe("▸ loom.tool query=你好你好\n")
    expect(fits).toBe("▸ loom.tool query=你好你好\n")
    expect(openLine({ name: "loom.tool", attributes: { query: "你好你好" } }, 0, { color: false, width: 25 }))
      .toContain("…")
  })
})

describe("a line that does not fit", () => {
  const id = "run_01M82K6CSV26W59RZ7BFNZHMBH"
  const run = span({
    name: "loom.run",
    attributes: {
      session_id: id,
      user_id: "alice",
      run_id: id,
      architecture: "agent",
      agent: "arithmetic",
      model: "ScriptedModel",
      max_turns: 50,
      turns: 2,
      tokens_in: 42,
      tokens_out: 12,
      cost_usd: 0.000306
    }
  })
  const stream = span({
    name: "loom.model.stream",
    attributes: {
      input_messages: "[{\"role\":\"user\"}]",
      model: "ScriptedModel",
      provider: "scripted",
      streaming: true,
      tokens_in: 30,
      tokens_out: 8,
      cost_usd: 0.00021,
      finish_reason: "stop",
      user_id: "alice",
      session_id: id
    }
  })
  const cutTo = (width: number, shown: ShownSpan, depth = 0, note = ""): string => {
    const line = spanLine(shown, depth, { color: false, width }, note)
    expect(line.length).toBeLessThanOrEqual(width + 1)
    return line
  }

  it("keeps the agent, the model and the usage", () => {
    expect(cutTo(120, run)).toBe(
      "• loom.run (1.8ms) agent=arithmetic, model=ScriptedModel, turns=2, architecture=agent, … " +
        "[42 in, 12 out, $0.000306]\n"
    )
    expect(cutTo(80, run)).toBe("• loom.run (1.8ms) agent=arithmetic, model=ScriptedM… [42 in, 12 out, $0.000306]\n")
    expect(cutTo(80, stream, 2)).toBe(
      "    • loom.model.stream (1.8ms) model=ScriptedModel, … [30 in, 8 out, $0.00021]\n"
    )
  })

  it("shortens the span's name before the usage", () => {
    expect(cutTo(56, stream, 2)).toBe("    • loom.model.str… (1.8ms) … [30 in, 8 out, $0.00021]\n")
  })

  it("shows ids and content last, and a repeated id once", () => {
    const line = cutTo(200, {
      ...run,
      attributes: { ...run.attributes, note: "x".repeat(40), arguments: "y".repeat(60) }
    })
    expect(line).toMatch(/max_turns=50, user_id=alice, note=x+, … \[42/)
    expect(line).not.toContain("run_id")
    expect(cutTo(200, stream)).toMatch(/user_id=alice, session_id=run_01M82K6CSV26W59RZ7BFNZHMBH, …/)
    expect(cutTo(120, { ...run, attributes: { run_id: "r2", session_id: id, a: "z".repeat(99) } })).toContain(
      "run_id=r2"
    )
  })

  it("shows short values before long ones", () => {
    const attributes = { long: "x".repeat(40), first: 1, second: true }
    expect(cutTo(60, span({ attributes }))).toBe(`• loom.tool (1.8ms) first=1, second=true, long=${"x".repeat(12)}…\n`)
  })

  it("never shows part of a number or an id", () => {
    const attributes = { first: 1_234_567, call_id: "c".repeat(40), second: 7_654_321, ok: true }
    const whole = / (?:ok=true|first=1234567|second=7654321|call_id=c{40})(?=,|\n)/g
    for (let width = 20; width < 120; width++) {
      const line = cutTo(width, span({ attributes }))
      expect(line.replace("• loom.tool (1.8ms)", "").replace(whole, "").replace(/,/g, "").trim()).toMatch(/^…?$/)
    }
  })

  it("does not repeat the usage if the tree already shows it", () => {
    expect(cutTo(80, run, 0, " [50 in, 20 out, $0.001]")).toBe(
      "• loom.run (1.8ms) agent=arithmetic, model=ScriptedMode… [50 in, 20 out, $0.001]\n"
    )
  })

  it("shows only the usage that the span has", () => {
    const text = "x".repeat(80)
    expect(cutTo(60, span({ attributes: { tokens_in: 3, text } }))).toMatch(/x… \[3 in\]\n$/)
    expect(cutTo(60, span({ attributes: { cost_usd: 0.5, text } }))).toMatch(/x… \[\$0\.5\]\n$/)
    expect(cutTo(60, span({ attributes: { tokens_in: "many", text } }))).toMatch(/x…\n$/)
  })

  it("shows the usage before a long message", () => {
    const failed = { ...run, outcome: "failure", exception: "y".repeat(200) } as const
    expect(cutTo(100, failed)).toMatch(/agent=arithmetic.* \[42 in, 12 out, \$0\.000306\] \[ERROR: y+…\n$/)
  })
})
