/**
 * Trees as text for snapshots, the same in every run despite random ids and times.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { InMemoryTelemetry, InMemoryTelemetryLive, type SpanNode, Telemetry } from "loom-telemetry"
import { Agent, Pricing } from "loom-telemetry/agent"
import { renderTrace, renderTree, TestTelemetry } from "loom-telemetry/testing"
import { add, ArithmeticLive, arithmeticTools, calling, saying } from "../agent/arithmetic.js"
import { scripted } from "../agent/recorded.js"
import { record } from "./plans.js"

const agent = Agent.make({ name: "arithmetic", instructions: "", toolkit: arithmeticTools })

/** With random ids and the system clock, as in a program. */
const run = agent.run("2 + 3?", { userId: "alice" }).pipe(
  Effect.provide([ArithmeticLive, Pricing.table([{ model: "ScriptedModel", input: 1, output: 1 }])]),
  scripted(calling(add("c1", 2, 3)), saying("5")),
  Effect.zipRight(renderTrace()),
  Effect.provide(InMemoryTelemetryLive)
)

describe("renderTree", () => {
  it("returns the same text for each run of an agent, despite random ids and the system clock", async () => {
    const text = await Effect.runPromise(run)
    expect(await Effect.runPromise(run)).toBe(text)
    expect(text.split("\n").map((line) => line.replace(/ [a-z_]+=.*/, ""))).toEqual([
      "• loom.run",
      "  • loom.turn",
      "    • loom.model.stream",
      "    • loom.tool",
      "  • loom.turn",
      "    • loom.model.stream"
    ])
    expect(text).toContain("run_id=run_1")
    expect(text).toContain("• loom.tool arguments_digest=…, call_id=c1, duration_ms=…, ok=true")
    expect(text).not.toMatch(/_ms=\d|\(\d/)
  })

  it("shows how spans ended, and sorts attributes by name", () => {
    const tree = record(
      {
        name: "a",
        attributes: { z: 1, y: [1, "1"], x: { k: "v w" } },
        children: [{ name: "b", outcome: "interrupted" }]
      },
      { name: "c d", outcome: "failure", exception: "not\nfound" }
    )
    expect(renderTree(tree)).toBe([
      "• a x={k: \"v w\"}, y=[1, \"1\"], z=1",
      "  • b [interrupted]",
      "• c d [ERROR: not\\nfound]"
    ].join("\n"))
    expect(renderTree(tree[1]!)).toBe("• c d [ERROR: not\\nfound]")
    expect(renderTree([])).toBe("")
  })

  it("quotes strings that look like a number, a keyword or a field", () => {
    const attributes = {
      a: "1",
      b: 1,
      c: "true",
      d: "x, y=2",
      e: "",
      f: "<any value>",
      g: "1e3",
      h: "c:\\n",
      i: "plain/text.1"
    }
    expect(renderTree(record({ name: "s", attributes }))).toBe(
      "• s a=\"1\", b=1, c=\"true\", d=\"x, y=2\", e=\"\", f=\"<any value>\", g=\"1e3\", h=\"c:\\\\n\", i=plain/text.1"
    )
  })

  it("shows only the chosen attributes", () => {
    const tree = record({ name: "s", attributes: { a: 1, b: 2 } })
    expect(renderTree(tree, { attributes: false })).toBe("• s")
    expect(renderTree(tree, { attributes: ["b", "c"] })).toBe("• s b=2")
    expect(renderTree(tree, { attributes: (key, span) => span.attributes[key] === 1 })).toBe("• s a=1")
  })

  it.effect("numbers ids in the order in which they occur, in any attribute", () =>
    Effect.gen(function*() {
      const other = yield* Effect.scoped(Telemetry.spanScoped("other"))
      yield* Effect.gen(function*() {
        const { spanId, traceId } = yield* Effect.currentSpan
        yield* Effect.linkSpanCurrent(other)
        yield* Telemetry.annotate({
          traceparent: `00-${traceId}-${spanId}-01`,
          above: { list: [spanId] },
          unknown: "ffffffffffffffff",
          runs: "run_01M81MKCKTV410JG41K3X97CX2 run_01M81MKCKTV410JG41K3X97CX3 run_01M81MKCKTV410JG41K3X97CX2"
        })
      }).pipe(Effect.orDie, Telemetry.withSpan("inner"), Telemetry.withSpan("outer"))
      expect(yield* renderTrace({ ids: true })).toBe([
        "• other #s1",
        "• outer #s2",
        "  • inner above={list: [\"s3\"]}, runs=\"run_1 run_2 run_1\", traceparent=00-t2-s3-01, unknown=ffffffffffffffff #s3 → s1"
      ].join("\n"))
    }).pipe(Effect.provide(InMemoryTelemetryLive)))

  it.effect("shows durations, times and events if asked to", () =>
    Effect.gen(function*() {
      yield* Effect.log("it is late").pipe(
        Telemetry.withSpan("s", { wait_ms: 3, wait_seconds: 1, at: new Date(0), text: "at 2026-01-31T12:00:00+01:00." })
      )
      expect(yield* renderTrace()).toBe("• s at=TIME, text=\"at TIME.\", wait_ms=…, wait_seconds=…")
      expect(yield* renderTrace({ durations: true, events: true })).toBe(
        "• s (0ms) at=1970-01-01T00:00:00.000Z, text=\"at 2026-01-31T12:00:00+01:00.\", wait_ms=3, wait_seconds=1 " +
          "[events: \"it is late\"]"
      )
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.live("sorts siblings that overlap in time, if asked to, by their text and that of their children", () =>
    Effect.gen(function*() {
      const worker = (step: string, delay: number) =>
        Telemetry.withSpan(Effect.void, step).pipe(Effect.delay(delay), Telemetry.withSpan("worker"))
      const render = (order: ReadonlyArray<readonly [string, number]>) =>
        Effect.forEach(order, ([step, delay]) => worker(step, delay), { concurrency: "unbounded" }).pipe(
          Telemetry.withSpan("parallel"),
          Effect.zipRight(Telemetry.withSpan(Effect.void, "after")),
          Telemetry.withSpan("root"),
          Effect.zipRight(Effect.all([renderTrace({ ids: true, order: "stable" }), renderTrace()])),
          Effect.provide(InMemoryTelemetryLive)
        )
      const [text, unsorted] = yield* render([["c", 30], ["a", 10], ["b", 20]])
      expect(text).toBe([
        "• root #s1",
        "  • parallel #s2",
        "    • worker #s3",
        "      • a #s4",
        "    • worker #s5",
        "      • b #s6",
        "    • worker #s7",
        "      • c #s8",
        "  • after #s9"
      ].join("\n"))
      expect((yield* render([["b", 30], ["c", 10], ["a", 20]]))[0]).toBe(text)
      expect(unsorted.indexOf("• c")).toBeLessThan(unsorted.indexOf("• a"))
    }))

  it("keeps the order of siblings that ran one after another, and ignores ids when sorting", () => {
    const [node] = record({ name: "s" })
    const at = (name: string, start: number, end: number, id: string): SpanNode => ({
      span: {
        ...node!.span,
        name,
        startedAt: new Date(start),
        endedAt: new Date(end),
        spanId: id,
        attributes: { self: id }
      },
      children: []
    })
    const ids = ["b", "a", "c"].map((letter) => letter.repeat(16))
    const tree = [at("z", 0, 5, ids[0]!), at("y", 5, 9, ids[1]!), at("x", 8, 9, ids[2]!)]
    expect(renderTree(tree, { order: "stable" })).toBe("• z self=s1\n• x self=s2\n• y self=s3")
    const same = [at("y", 5, 9, ids[0]!), at("y", 6, 9, ids[1]!)]
    expect(renderTree(same, { order: "stable" })).toBe("• y self=s1\n• y self=s2")
    expect(renderTree(tree, { order: "text" })).toBe("• x self=s1\n• y self=s2\n• z self=s3")
  })

  /** Runs workers that start in random order after random delays, each with parallel steps. */
  const schedule = (overlap: boolean) =>
    Effect.gen(function*() {
      const pause = Effect.flatMap(Random.nextIntBetween(0, 4), (ms) => ms === 0 ? Effect.yieldNow() : Effect.sleep(ms))
      const allStarted = yield* Deferred.make<void>()
      let started = 0
      const waitForAll = Effect.suspend(() =>
        ++started === 8 ? Deferred.succeed(allStarted, undefined) : Deferred.await(allStarted)
      )
      const step = (worker: number, n: number) =>
        pause.pipe(Effect.zipRight(Telemetry.withSpan(overlap ? waitForAll : pause, "step", { n, worker })))
      const worker = (n: number) =>
        Effect.zipRight(
          pause,
          Effect.forEach([0, 1], (each) => step(n, each), { concurrency: "unbounded" }).pipe(
            Telemetry.withSpan(n === 3 ? "first" : "worker")
          )
        )
      const order = yield* Random.shuffle([0, 1, 2, 3])
      yield* Effect.forEach(order, worker, { concurrency: "unbounded" }).pipe(Telemetry.withSpan("root"))
      return yield* Effect.all([
        renderTrace({ ids: true, order: "stable" }),
        renderTrace({ ids: true, order: "text" }),
        renderTrace()
      ])
    }).pipe(Effect.provide(InMemoryTelemetryLive))

  const snapshots = (overlap: boolean) =>
    Effect.map(
      Effect.all(Array.from({ length: 25 }, () => schedule(overlap)), { concurrency: 5 }),
      (runs) => [0, 1, 2].map((index) => new Set(runs.map((texts) => texts[index])).size)
    )

  it.live("returns one snapshot for any schedule of overlapping spans, or of any spans if all siblings are sorted", () =>
    Effect.gen(function*() {
      const [stable, text, start] = yield* snapshots(true)
      expect([stable, text]).toEqual([1, 1])
      expect(start).toBeGreaterThan(1)
      expect((yield* snapshots(false))[1]).toBe(1)
    }))

  it.effect("can show trees that are deeper than the call stack", () =>
    Effect.gen(function*() {
      yield* Stream.runDrain(Telemetry.withSpanStream(Stream.empty, "s"))
      let [tree] = yield* Effect.flatMap(InMemoryTelemetry, (memory) => memory.tree)
      for (let depth = 0; depth < 3000; depth++) {
        tree = { span: tree!.span, children: [tree!] }
      }
      expect(renderTree(tree!).split("\n")).toHaveLength(3001)
    }).pipe(Effect.provide(TestTelemetry.layer)))
})
