/**
 * The console's output for an agent's run, line by line, and the effect of its options.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { ConsoleTelemetry, Loom, Telemetry } from "loom-telemetry"
import { capture, linesOf } from "./console/capture.js"

class NotFound extends Data.TaggedError("NotFound")<{ readonly message: string }> {}

const after = (millis: number) => TestClock.adjust(`${millis} millis`)

/** The run of the contract's example, with its times. */
const run = Effect.gen(function*() {
  yield* after(0.1)
  yield* after(1.8).pipe(Telemetry.withSpan("loom.model.stream", { model: "ScriptedModel" }))
  yield* after(0.2).pipe(Telemetry.withSpan("loom.tool", { tool: "add", ok: true }))
}).pipe(
  Telemetry.withSpan("loom.turn", { turn: 0, session_id: "run_xyz" }),
  Effect.zipRight(after(2.1)),
  Telemetry.withSpan("loom.run", { session_id: "run_xyz", user_id: "alice" })
)

describe("the console sink", () => {
  it.effect("prints a trace as a tree when its root ends", () =>
    Effect.gen(function*() {
      expect((yield* linesOf(run, { order: "tree" })).join("\n")).toBe(
        `• loom.run (4.2ms) session_id=run_xyz, user_id=alice
  • loom.turn (2.1ms) turn=0, session_id=run_xyz
    • loom.model.stream (1.8ms) model=ScriptedModel
    • loom.tool (0.2ms) tool=add, ok=true`
      )
    }))

  it.effect("prints records as they arrive, but parents first, by default", () =>
    Effect.gen(function*() {
      expect((yield* linesOf(run)).join("\n")).toBe(
        `▸ loom.run session_id=run_xyz, user_id=alice
  ▸ loom.turn turn=0, session_id=run_xyz
    • loom.model.stream (1.8ms) model=ScriptedModel
    • loom.tool (0.2ms) tool=add, ok=true
  • loom.turn (2.1ms) turn=0, session_id=run_xyz
• loom.run (4.2ms) session_id=run_xyz, user_id=alice`
      )
    }))

  it.effect("shows the outcome of a span", () =>
    Effect.gen(function*() {
      const lines = yield* linesOf(
        Effect.gen(function*() {
          yield* Effect.ignore(Telemetry.withSpan(new NotFound({ message: "no such run" }), "failed", { a: 1 }))
          yield* Effect.exit(Telemetry.withSpan(Effect.die("a defect"), "died"))
          yield* Effect.exit(Telemetry.withSpan(Effect.interrupt, "stopped", { a: 1 }))
          yield* Telemetry.withSpan(Effect.void, "fine")
        })
      )
      expect(lines).toEqual([
        "• failed (0.0ms) a=1 [ERROR: NotFound: no such run]",
        "• died (0.0ms) [ERROR: a defect]",
        "• stopped (0.0ms) a=1 [interrupted]",
        "• fine (0.0ms)"
      ])
    }))

  it.effect("prints every kind of value", () =>
    Effect.gen(function*() {
      const lines = yield* linesOf(Telemetry.withSpan(Effect.void, "s", {
        text: "two words",
        empty: "",
        int: 3,
        sum: 0.1 + 0.2,
        tiny: 1e-9,
        yes: true,
        list: [1, "a"],
        object: { a: "b c" }
      }))
      expect(lines).toEqual([
        `• s (0.0ms) text="two words", empty="", int=3, sum=0.3, tiny=1e-9, yes=true, ` +
        `list="[1,\\"a\\"]", object="{\\"a\\":\\"b c\\"}"`
      ])
    }))

  it.effect("shows a library's span like our own", () =>
    Effect.gen(function*() {
      expect(yield* linesOf(Telemetry.withSpan(Effect.withSpan(Effect.void, "sql.execute"), "tool"))).toEqual([
        "▸ tool",
        "  • sql.execute (0.0ms)",
        "• tool (0.0ms)"
      ])
    }))
})

describe("metrics on the console", () => {
  const metered = Effect.gen(function*() {
    yield* Loom.tokensInput(12, { model: "m" })
    yield* Telemetry.emitMetric("loom.tool.duration_ms", 1.5, { tool: "add", ok: true })
  }).pipe(Telemetry.withSpan("loom.run"), Effect.zipRight(Telemetry.emitMetric("outside", 1)))

  it.effect("appear inside their span", () =>
    Effect.gen(function*() {
      expect(yield* linesOf(metered)).toEqual([
        "▸ loom.run",
        "  loom.tokens.input 12 (counter) model=m",
        "  loom.tool.duration_ms 1.5 (histogram) tool=add, ok=true",
        "• loom.run (0.0ms)",
        "outside 1 (counter)"
      ])
    }))

  it.effect("appear below their trace if it prints as a tree", () =>
    Effect.gen(function*() {
      expect(yield* linesOf(metered, { order: "tree" })).toEqual([
        "• loom.run (0.0ms)",
        "loom.tokens.input 12 (counter) model=m",
        "loom.tool.duration_ms 1.5 (histogram) tool=add, ok=true",
        "outside 1 (counter)"
      ])
    }))

  it.effect("are not shown with showMetrics: false, and print no `▸` line", () =>
    Effect.gen(function*() {
      expect(yield* linesOf(metered, { showMetrics: false })).toEqual(["• loom.run (0.0ms)"])
      expect(yield* linesOf(metered, { showMetrics: false, order: "tree" })).toEqual(["• loom.run (0.0ms)"])
    }))
})

describe("the console's stream", () => {
  it.effect("may be any object with write, which receives one line per call", () =>
    Effect.gen(function*() {
      const calls: Array<string> = []
      const stream = { write: (text: string) => calls.push(text) }
      yield* Effect.provide(run, ConsoleTelemetry.layer({ stream, order: "tree" }))
      expect(calls).toHaveLength(4)
      expect(calls.every((text) => text.indexOf("\n") === text.length - 1)).toBe(true)
    }))

  it.effect("may be shared by any number of sinks", () =>
    Effect.gen(function*() {
      const stream = capture()
      const layer = ConsoleTelemetry.layer({ stream, color: false })
      yield* Effect.provide(Telemetry.withSpan(Effect.void, "a"), layer)
      yield* Effect.provide(Telemetry.withSpan(Effect.void, "b"), layer)
      expect(stream.lines()).toEqual(["• a (0.0ms)", "• b (0.0ms)"])
    }))
})
