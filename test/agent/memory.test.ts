/**
 * Memory: the episodes of runs, and the extraction of facts in the layer's scope.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { type MetricRecord, Telemetry } from "loom-telemetry"
import { AutoExtract, type Episode, Memory } from "loom-telemetry/agent"
import { saying, talker } from "./arithmetic.js"
import { attributeOf, flaws, metricsNamed, outline, recorded, scripted, totalOf } from "./recorded.js"

const parrot = talker("parrot")

const factsOf = (userId: string) =>
  Effect.flatMap(Memory, (memory) => Effect.map(memory.facts(userId), (facts) => facts.map(({ text }) => text)))

/** A memory that exposes its episodes. */
const remembering = (episodes: Array<Episode>) =>
  Layer.succeed(Memory, {
    remember: (episode) => Effect.sync(() => episodes.push(episode)),
    learn: () => Effect.void,
    facts: () => Effect.succeed([])
  })

/** Extraction around a memory that stays accessible. */
const extracting = (options: Parameters<typeof AutoExtract.layer>[0]) =>
  AutoExtract.layer(options).pipe(Layer.provide(Memory.layerInMemory))

const statuses = (run: Parameters<typeof metricsNamed>[0], name: string) =>
  metricsNamed(run, name).map(({ status, user_id }) => `${status} ${user_id}`)

describe("a run with a memory", () => {
  it.effect("remembers its episode", () =>
    Effect.gen(function*() {
      const episodes: Array<Episode> = []
      yield* TestClock.setTime(1000)
      const result = yield* parrot.run("I like moths", { userId: "alice", sessionId: "s-1" }).pipe(
        Effect.provide(remembering(episodes)),
        scripted(saying("Moths are fine."))
      )
      expect(episodes).toEqual([{
        runId: result.runId,
        sessionId: "s-1",
        userId: "alice",
        agent: "parrot",
        input: "I like moths",
        output: "Moths are fine.",
        messages: result.messages,
        at: new Date(1000)
      }])
    }))

  it.effect("that fails leaves no episode", () =>
    Effect.gen(function*() {
      const episodes: Array<Episode> = []
      yield* parrot.run("Hi").pipe(Effect.exit, Effect.provide(remembering(episodes)), scripted({ error: "dead" }))
      expect(episodes).toEqual([])
    }))

  it.effect("keeps each fact once per user, and separate for each user", () =>
    Effect.gen(function*() {
      const memory = yield* Memory
      const at = new Date(0)
      const fact = (userId: string, text: string) => ({ userId, text, runId: "run_1", at })
      yield* memory.learn([fact("alice", "likes moths"), fact("bob", "likes ants"), fact("alice", "likes moths")])
      expect(yield* factsOf("alice")).toEqual(["likes moths"])
      expect(yield* factsOf("carol")).toEqual([])
    }).pipe(Effect.provide(Memory.layerInMemory)))
})

describe("extraction", () => {
  it.effect("asks the model for facts, one per line, measured like any call", () =>
    Effect.gen(function*() {
      const program = Effect.zipRight(parrot.run("I like moths", { userId: "alice" }), factsOf("alice"))
      const run = yield* program.pipe(
        Effect.provide(extracting({ background: false })),
        scripted(saying("Fine."), saying("- Likes moths.\n\n• Writes short questions.\n")),
        recorded
      )
      expect(yield* run.exit).toEqual(["Likes moths.", "Writes short questions."])
      expect(outline(run, "tokens_in", "user_id")).toEqual([
        "loom.run tokens_in=12 user_id=alice",
        "  loom.turn user_id=alice",
        "    loom.model.stream tokens_in=12 user_id=alice",
        "  loom.model.stream tokens_in=12 user_id=alice"
      ])
      expect(statuses(run, "loom.auto_extract.invocations")).toEqual(["ok alice"])
      expect(statuses(run, "loom.auto_extract.duration_ms")).toEqual(["ok alice"])
      expect(totalOf(run, "loom.model.stream", "tokens_in")).toBe(24)
      expect(flaws(run)).toEqual([])
    }))

  it.effect("can be your own function", () =>
    Effect.gen(function*() {
      const extract = ({ input }: Episode) => Effect.succeed([`Said: ${input}`])
      const program = Effect.zipRight(parrot.run("I like moths", { userId: "alice" }), factsOf("alice"))
      const run = yield* program.pipe(
        Effect.provide(extracting({ background: false, extract })),
        scripted(saying("Fine.")),
        recorded
      )
      expect(yield* run.exit).toEqual(["Said: I like moths"])
      expect(statuses(run, "loom.auto_extract.invocations")).toEqual(["ok alice"])
    }))

  it.effect("does not run for an episode without a user", () =>
    Effect.gen(function*() {
      const run = yield* parrot.run("Hi").pipe(
        Effect.provide(extracting({ background: false })),
        scripted(saying("Hi")),
        recorded
      )
      expect(metricsNamed(run, "loom.auto_extract.invocations")).toEqual([])
    }))

  it.effect.each<readonly [how: string, extract: () => Effect.Effect<ReadonlyArray<string>, unknown>]>([
    ["fails", () => Effect.fail("no")],
    ["dies", () => Effect.die(new Error("no"))],
    ["throws", () => {
      throw new Error("no")
    }]
  ])("that %s does not fail the run, and is an error in the metrics", ([, extract]) =>
    Effect.gen(function*() {
      const run = yield* parrot.run("Hi", { userId: "alice" }).pipe(
        Effect.provide(AutoExtract.layer({ background: false, extract }).pipe(Layer.provide(Memory.layerInMemory))),
        scripted(saying("Hi")),
        recorded
      )
      expect((yield* run.exit).output).toBe("Hi")
      expect(statuses(run, "loom.auto_extract.invocations")).toEqual(["error alice"])
      expect(statuses(run, "loom.auto_extract.duration_ms")).toEqual(["error alice"])
    }))

  it.effect("in the background does not delay the run", () =>
    Effect.gen(function*() {
      const go = yield* Deferred.make<void>()
      const extract = () => Effect.as(Deferred.await(go), ["likes moths"])
      const program = Effect.gen(function*() {
        yield* parrot.run("Hi", { userId: "alice" })
        const before = yield* factsOf("alice")
        yield* Deferred.succeed(go, undefined)
        yield* Effect.yieldNow().pipe(Effect.repeatN(20))
        return { before, after: yield* factsOf("alice") }
      })
      const run = yield* program.pipe(Effect.provide(extracting({ extract })), scripted(saying("Hi")), recorded)
      expect(yield* run.exit).toEqual({ before: [], after: ["likes moths"] })
    }))

  it.effect("in the background is awaited when the layer is released", () =>
    Effect.gen(function*() {
      const run = yield* Effect.gen(function*() {
        const scope = yield* Scope.make()
        const memory = yield* Layer.buildWithScope(
          extracting({ extract: () => Effect.as(Effect.sleep("5 seconds"), ["likes moths"]) }),
          scope
        )
        yield* Effect.provide(parrot.run("Hi", { userId: "alice" }), memory)
        const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
        yield* TestClock.adjust("4 seconds")
        const early = yield* Fiber.poll(closing)
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(closing)
        return { early: early._tag, facts: yield* Effect.provide(factsOf("alice"), memory) }
      }).pipe(scripted(saying("Hi")), recorded)
      expect(yield* run.exit).toEqual({ early: "None", facts: ["likes moths"] })
      expect(metricsNamed(run, "loom.auto_extract.duration_ms")).toEqual([
        { status: "ok", user_id: "alice", value: 5000 }
      ])
    }))

  it.effect("in the background is interrupted after `drain`, and measured as such", () =>
    Effect.gen(function*() {
      const run = yield* Effect.gen(function*() {
        const scope = yield* Scope.make()
        const memory = yield* Layer.buildWithScope(extracting({ drain: "3 seconds" }), scope)
        yield* Effect.provide(parrot.run("Hi", { userId: "alice" }), memory)
        const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
        yield* TestClock.adjust("3 seconds")
        yield* Fiber.join(closing)
      }).pipe(scripted(saying("Hi"), { text: "never said", delay: "1 hour" }), recorded)
      expect(Exit.isSuccess(run.exit)).toBe(true)
      expect(metricsNamed(run, "loom.auto_extract.duration_ms")).toEqual([
        { status: "interrupted", user_id: "alice", value: 3000 }
      ])
      expect(statuses(run, "loom.auto_extract.invocations")).toEqual(["interrupted alice"])
      expect(outline(run)).toEqual([
        "loom.run",
        "  loom.turn",
        "    loom.model.stream",
        "  loom.model.stream [interrupted]"
      ])
      expect(flaws(run)).toEqual([])
    }))

  it.effect("in the background is measured before telemetry outside of it closes", () =>
    Effect.gen(function*() {
      const events: Array<string> = []
      const sink = Effect.acquireRelease(
        Effect.succeed({ name: "events", onMetric: ({ name }: MetricRecord) => void events.push(name) }),
        () => Effect.sync(() => events.push("closed"))
      )
      const extract = () => Effect.as(Effect.sleep("5 seconds"), ["likes moths"])
      const fiber = yield* parrot.run("Hi", { userId: "alice" }).pipe(
        Effect.provide(extracting({ extract })),
        scripted(saying("Hi")),
        Effect.provide(Telemetry.layerSinkScoped(sink)),
        Effect.fork
      )
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(fiber)
      expect(events.slice(-3)).toEqual(["loom.auto_extract.duration_ms", "loom.auto_extract.invocations", "closed"])
    }))

  it.effect("uses tokens that count in the metrics, not in the finished run", () =>
    Effect.gen(function*() {
      const run = yield* parrot.run("Hi", { userId: "alice" }).pipe(
        Effect.provide(extracting({ background: false })),
        scripted(saying("Hi"), saying("Likes moths.")),
        recorded
      )
      expect((yield* run.exit).tokensIn).toBe(12)
      expect(attributeOf(run, "loom.run", "tokens_in")).toEqual([12])
      expect(metricsNamed(run, "loom.tokens.input").map(({ value }) => value)).toEqual([12, 12])
    }))
})
