/**
 * Differences on Effect 4.
 */
import { describe, expect, it } from "@effect/vitest"
import * as AiError from "effect/ai/AiError"
import * as LanguageModel from "effect/ai/LanguageModel"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { InMemoryTelemetry, NoTelemetryLive, Telemetry } from "loom-telemetry"
import { instrumentLanguageModel, instrumentToolkit, ScriptedModel } from "loom-telemetry/agent"
import { makeTelemetry } from "loom-telemetry/promise"

describe("on Effect 4", () => {
  it.effect("builds the same sink layer once, even if it is provided twice", () =>
    Effect.gen(function*() {
      const layer = InMemoryTelemetry.layer()
      const inner = Telemetry.withSpan(Effect.void, "inner").pipe(Effect.provide(layer))
      const spans = yield* inner.pipe(
        Effect.andThen(Telemetry.withSpan(Effect.void, "outer")),
        Effect.andThen(Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)),
        Effect.provide(layer)
      )
      expect(spans.map(({ name }) => name)).toEqual(["inner", "outer"])
    }))

  it.effect("builds NoTelemetryLive each time, so that it silences every program it is provided to", () =>
    Effect.gen(function*() {
      const silent = Effect.withSpan(Effect.void, "silent").pipe(Effect.provide(NoTelemetryLive))
      const spans = yield* silent.pipe(
        Effect.andThen(silent),
        Effect.andThen(Telemetry.withSpan(silent, "heard")),
        Effect.andThen(Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)),
        Effect.provide(InMemoryTelemetry.layer()),
        Effect.provide(NoTelemetryLive)
      )
      expect(spans.map(({ name }) => name)).toEqual(["heard"])
    }))

  it.effect("passes a start hook the attributes of Telemetry's spans, but not those of a library's spans", () =>
    Effect.gen(function*() {
      const started: Array<unknown> = []
      const ended: Array<unknown> = []
      const sink = Telemetry.layerSink({
        name: "both",
        onSpanStart: ({ attributes, name }) => void started.push([name, attributes]),
        onSpanEnd: ({ attributes, name }) => void ended.push([name, attributes])
      })
      yield* Telemetry.withSpan(Effect.void, "ours", { n: 1 }).pipe(
        Effect.andThen(Effect.withSpan(Effect.void, "library", { attributes: { n: 1 } })),
        Effect.provide(sink)
      )
      expect(started).toEqual([["ours", { n: 1 }], ["library", {}]])
      expect(ended).toEqual([["ours", { n: 1 }], ["library", { n: 1 }]])
    }))

  it.effect("does not record tool parameters, which effect/ai sets on the span around a tool, in a measured call", () =>
    Effect.gen(function*() {
      const toolkit = Toolkit.make(Tool.make("note", { parameters: Schema.Struct({ text: Schema.String }) }))
      const asked = (
        given: Effect.Effect<
          Toolkit.WithHandler<(typeof toolkit)["tools"]>,
          never,
          Tool.HandlersFor<(typeof toolkit)["tools"]>
        >
      ) =>
        Effect.andThen(
          LanguageModel.generateText({ prompt: "Go", toolkit: given }),
          Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)
        ).pipe(
          Effect.provide(instrumentLanguageModel()),
          Effect.provide(toolkit.toLayer({ note: () => Effect.void })),
          Effect.provide(
            ScriptedModel.layer([{ toolCalls: [{ id: "c1", name: "note", params: { text: "secret" } }] }])
          ),
          Effect.provide(InMemoryTelemetry.layer())
        )
      for (const given of [toolkit, instrumentToolkit(toolkit)]) {
        const spans = yield* asked(given)
        expect(spans.map(({ name }) => name)).toContain("loom.model.stream")
        expect(JSON.stringify(spans)).not.toContain("secret")
      }
    }))

  it.effect("passes on preliminary results of a tool at once", () =>
    Effect.gen(function*() {
      const toolkit = Toolkit.make(Tool.make("count", { success: Schema.Finite }))
      const handled = yield* instrumentToolkit(toolkit).pipe(Effect.provide(toolkit.toLayer({
        count: (_, { preliminary }) => Effect.andThen(preliminary(1), Effect.succeed(2))
      })))
      const results = yield* Stream.runCollect(Stream.unwrap(handled.handle("count", {})))
      expect(results.map(({ preliminary, result }) => [result, preliminary])).toEqual([[1, true], [2, false]])
    }))

  it.effect("does not record the messages of effect/ai errors", () =>
    Effect.gen(function*() {
      const reason = new AiError.UnknownError({ description: "secret" })
      const error = AiError.make({ module: "Vendor", method: "call", reason })
      for (const failure of [error, reason, new Error("around", { cause: error })]) {
        const spans = yield* Effect.exit(Telemetry.withSpan(Effect.fail(failure), "failing")).pipe(
          Effect.andThen(Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)),
          Effect.provide(InMemoryTelemetry.layer())
        )
        expect(JSON.stringify(spans)).toContain("UnknownError")
        expect(JSON.stringify(spans)).not.toContain("secret")
      }
    }))

  it.live("records an aborted effect as interrupted, and rejects the promise around it with InterruptError", () =>
    Effect.promise(async () => {
      const telemetry = await makeTelemetry(InMemoryTelemetry.layer())
      const controller = new AbortController()
      const ended = telemetry.withSpan(
        "outside",
        () => telemetry.runPromise(Effect.never, { signal: controller.signal })
      )
        .catch((error: Error) => error.name)
      controller.abort()
      expect(await ended).toBe("InterruptError")
      const spans = await telemetry.runPromise(Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans))
      expect(spans.map(({ outcome }) => outcome)).toEqual(["interrupted"])
      await telemetry.close()
    }))
})
