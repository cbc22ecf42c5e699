/**
 * A run as a stream of events, in order, and measured like any run.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { type AgentEvent } from "loom-telemetry/agent"
import { add, arithmetic, ArithmeticLive, calling, saying, talker } from "./arithmetic.js"
import { attributeOf, flaws, outline, recorded, scripted } from "./recorded.js"

const tagsOf = (events: Iterable<AgentEvent>): ReadonlyArray<string> => [...events].map(({ _tag }) => _tag)

const streamed = arithmetic.stream("What is 2 + 3?", { userId: "alice" }).pipe(
  Stream.runCollect,
  Effect.map(Chunk.toReadonlyArray),
  Effect.provide(ArithmeticLive),
  scripted(calling(add("c1", 2, 3)), saying("The sum is 5.")),
  recorded
)

describe("a streamed run", () => {
  it.effect("emits events in order", () =>
    Effect.gen(function*() {
      const events = yield* (yield* streamed).exit
      expect(tagsOf(events)).toEqual([
        "RunStarted",
        "TurnStarted",
        "ToolCall",
        "ToolResult",
        "TurnStarted",
        "TextDelta",
        "TextDelta",
        "TextDelta",
        "TextDelta",
        "Finished"
      ])
      const path = [events.flatMap((event) => event._tag === "RunStarted" ? [event.runId] : [])[0]]
      expect(events.map((event) => event.path)).toEqual(events.map(() => path))
      expect(events[2]).toEqual({ _tag: "ToolCall", path, id: "c1", name: "add", params: { a: 2, b: 3 } })
      expect(events[3]).toEqual({ _tag: "ToolResult", path, id: "c1", name: "add", ok: true, result: 5 })
    }))

  it.effect("emits the text of its result in deltas", () =>
    Effect.gen(function*() {
      const events = yield* (yield* streamed).exit
      const text = events.map((event) => event._tag === "TextDelta" ? event.text : "").join("")
      expect(events.at(-1)).toMatchObject({ _tag: "Finished", result: { output: text, tokensIn: 42 } })
      expect(text).toBe("The sum is 5.")
    }))

  it.effect("is recorded like a run that is not streamed", () =>
    Effect.gen(function*() {
      const run = yield* streamed
      expect(outline(run, "user_id")).toEqual([
        "loom.run user_id=alice",
        "  loom.turn user_id=alice",
        "    loom.model.stream user_id=alice",
        "    loom.tool user_id=alice",
        "  loom.turn user_id=alice",
        "    loom.model.stream user_id=alice"
      ])
      expect(flaws(run)).toEqual([])
    }))

  it.effect("fails with the run's own error", () =>
    Effect.gen(function*() {
      const run = yield* talker("parrot").stream("Hi").pipe(
        Stream.runDrain,
        scripted({ text: "I", error: "broken" }),
        recorded
      )
      expect((yield* Effect.flip(run.exit))._tag).toBe("AgentError")
      expect(outline(run)[0]).toBe("loom.run [failure]")
      expect(flaws(run)).toEqual([])
    }))

  it.effect("waits for a consumer slower than the model", () =>
    Effect.gen(function*() {
      const words = Array.from({ length: 300 }, (_, index) => `word${index}`).join(" ")
      const heard: Array<string> = []
      const run = yield* talker("chatterbox").stream("Go").pipe(
        Stream.tap((event) =>
          Effect.andThen(Effect.yieldNow(), () => {
            if (event._tag === "TextDelta") heard.push(event.text)
          })
        ),
        Stream.runLast,
        scripted(saying(words)),
        recorded
      )
      expect(heard.join("")).toBe(words)
      expect(Option.map(yield* run.exit, ({ _tag }) => _tag)).toEqual(Option.some("Finished"))
    }))

  it.effect("is interrupted when its consumer stops", () =>
    Effect.gen(function*() {
      const run = yield* arithmetic.stream("Go").pipe(
        Stream.take(2),
        Stream.runCollect,
        Effect.provide(ArithmeticLive),
        scripted({ ...calling(add("c1", 1, 2)), delay: "1 hour" }),
        recorded
      )
      expect(tagsOf(yield* run.exit)).toEqual(["RunStarted", "TurnStarted"])
      expect(outline(run)).toEqual([
        "loom.run [interrupted]",
        "  loom.turn [interrupted]",
        "    loom.model.stream [interrupted]"
      ])
      expect(flaws(run)).toEqual([])
      expect(run.metrics.map(({ attributes, name }) => [name, attributes["outcome"]])).toEqual([
        ["loom.session.duration_ms", "interrupted"]
      ])
    }))

  it.effect("is a success if it has finished before a slow consumer stops", () =>
    Effect.gen(function*() {
      const run = yield* talker("parrot").stream("Hi").pipe(
        Stream.filter(({ _tag }) => _tag === "TextDelta"),
        Stream.tap(() => TestClock.adjust("1 second")),
        Stream.runHead,
        scripted(saying("Hello, Alice.")),
        recorded
      )
      expect(outline(run)).toEqual(["loom.run", "  loom.turn", "    loom.model.stream"])
    }))

  it.effect("is below the span around its consumer", () =>
    Effect.gen(function*() {
      const run = yield* talker("parrot").stream("Hi").pipe(
        Stream.runDrain,
        Effect.withSpan("consumer"),
        scripted(saying("Hi")),
        recorded
      )
      expect(outline(run)).toEqual(["consumer", "  loom.run", "    loom.turn", "      loom.model.stream"])
      expect(attributeOf(run, "loom.run", "agent")).toEqual(["parrot"])
    }))
})
