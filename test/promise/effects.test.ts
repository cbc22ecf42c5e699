/**
 * Effects and asynchronous functions nested in each other: one tree, whichever is outside.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { Loom, RunContext, Telemetry } from "loom-telemetry"
import { describe, expect, it } from "vitest"
import { inMemory, pause } from "./recorded.js"

describe("runPromise", () => {
  it("runs an effect as a child of the current span, and returns its result", async () => {
    const { telemetry, trees } = await inMemory()
    const effect = Effect.succeed(1).pipe(Telemetry.withSpan("ours"), Effect.withSpan("library"))
    const result = await telemetry.withSpan("outer", () => telemetry.runPromise(effect))
    await telemetry.runPromise(effect)
    expect(result).toBe(1)
    expect(await trees()).toEqual(["outer(library(ours))", "library(ours)"])
  })

  it("lets functions inside an effect find the effect's span: at once, later, in fibers and streams", async () => {
    const { telemetry, trees } = await inMemory()
    const leaf = (name: string) =>
      Effect.promise(async () => {
        telemetry.withSpan(`${name}1`, () => 0)
        await pause()
        await telemetry.withSpan(`${name}2`, () => pause())
      })
    const sync = Effect.sync(() => telemetry.withSpan("sync", () => 0))
    const program = Effect.gen(function*() {
      yield* sync
      yield* Effect.sleep("1 millis")
      yield* sync
      yield* Telemetry.withSpan(leaf("a"), "inner")
      yield* Fiber.join(yield* Effect.fork(Effect.withSpan(leaf("b"), "forked")))
      yield* Stream.runDrain(Stream.fromEffect(leaf("c")).pipe(Telemetry.withSpanStream("stream")))
    })
    await telemetry.withSpan("root", () => telemetry.runPromise(Telemetry.withSpan(program, "effect")))
    expect(await trees()).toEqual([
      "root(effect(sync sync inner(a1 a2) forked(b1 b2) stream(c1 c2)))"
    ])
  })

  it("nests through several layers of each", async () => {
    const { telemetry, trees } = await inMemory()
    const nest = (depth: number): Promise<void> =>
      depth === 0 ? Promise.resolve() : telemetry.withSpan(`p${depth}`, async () => {
        await pause()
        await telemetry.runPromise(
          Effect.promise(() => nest(depth - 1)).pipe(Effect.delay("1 millis"), Telemetry.withSpan(`e${depth}`))
        )
      })
    await nest(3)
    expect(await trees()).toEqual(["p3(e3(p2(e2(p1(e1)))))"])
  })

  it("does not give a fiber the span of the caller that wakes it", async () => {
    const { telemetry, trees } = await inMemory()
    const queue = Effect.runSync(Queue.unbounded<number>())
    const worker = telemetry.runPromise(
      Effect.andThen(Queue.take(queue), Effect.sync(() => telemetry.withSpan("job", () => 0)))
    )
    await pause()
    await telemetry.withSpan("request", () => telemetry.runPromise(Queue.offer(queue, 1)))
    await worker
    expect((await trees()).toSorted()).toEqual(["job", "request"])
  })

  it("passes the run in both directions", async () => {
    const { spans, telemetry } = await inMemory()
    await telemetry.withRun(
      { userId: "alice", sessionId: "s" },
      () => telemetry.runPromise(Telemetry.withSpan(Effect.void, "effect"))
    )
    await telemetry.runPromise(
      Effect.promise(async () => {
        await pause()
        telemetry.withSpan("function", () => 0)
      }).pipe(RunContext.with({ userId: "bob" }))
    )
    expect((await spans()).map(({ attributes, name }) => [name, attributes])).toEqual([
      ["effect", { user_id: "alice", session_id: "s" }],
      ["function", { user_id: "bob" }]
    ])
  })

  it("annotates and measures in the effect's span", async () => {
    const { metrics, spans, telemetry } = await inMemory()
    await telemetry.runPromise(
      Effect.sync(() => {
        telemetry.annotate({ by: "function" })
        telemetry.emitMetric("calls", 1)
      }).pipe(Loom.tool({ tool: "add", call_id: "c1" }))
    )
    const [span] = await spans()
    expect(span!.attributes).toMatchObject({ tool: "add", by: "function" })
    expect((await metrics())[0]!.spanId).toBe(span!.spanId)
  })

  class NotFound extends Data.TaggedError("NotFound")<{ readonly id: string }> {}
  const typed = new NotFound({ id: "x" })
  const defect = new RangeError("a defect")

  it.each<[string, Effect.Effect<never, unknown>, unknown]>([
    ["a typed error", Effect.fail(typed), typed],
    ["a defect", Effect.die(defect), defect],
    [
      "the reason of a rejected promise",
      Effect.tryPromise({ try: () => Promise.reject(defect), catch: (e) => e }),
      defect
    ]
  ])("rejects with the same error: %s", async (_, effect, error) => {
    const { spans, telemetry } = await inMemory()
    const caught = await telemetry.withSpan("outer", () => telemetry.runPromise(Telemetry.withSpan(effect, "inner")))
      .then(() => undefined, (reason: unknown) => reason)
    expect(caught).toBe(error)
    expect((await spans()).map(({ name, outcome }) => [name, outcome])).toEqual([["inner", "failure"], [
      "outer",
      "failure"
    ]])
  })

  it("is interrupted by a signal, and records that on both sides", async () => {
    const { spans, telemetry } = await inMemory()
    const controller = new AbortController()
    const running = telemetry.withSpan(
      "outer",
      () => telemetry.runPromise(Telemetry.withSpan(Effect.never, "inner"), { signal: controller.signal })
    )
    await pause()
    controller.abort()
    await expect(running).rejects.toThrow()
    expect((await spans()).map(({ name, outcome }) => [name, outcome])).toEqual([
      ["inner", "interrupted"],
      ["outer", "interrupted"]
    ])
  })
})
