/**
 * Your own loop on `@effect/ai`, measured by an instrumented model.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { RunContext, Telemetry } from "loom-telemetry"
import { instrumentLanguageModel, Pricing } from "loom-telemetry/agent"
import { add, arithmetic, ArithmeticLive, calling, saying } from "./arithmetic.js"
import { metricsNamed, outline, recorded, scripted, spanNamed } from "./recorded.js"
import { vendorModel } from "./vendorModel.js"

const secret = "s3cr3t-marker"

const instrumented = Effect.provide(instrumentLanguageModel())

const generated = LanguageModel.generateText({ prompt: secret }).pipe(
  RunContext.with({ userId: "alice", sessionId: "s-1" }),
  instrumented,
  scripted(saying(secret)),
  recorded
)

describe("an instrumented model", () => {
  it.effect("records one span per call, with its usage, and no other span", () =>
    Effect.gen(function*() {
      const run = yield* generated
      expect((yield* run.exit).text).toBe(secret)
      expect(outline(run)).toEqual(["loom.model.stream"])
      expect(spanNamed(run, "loom.model.stream").attributes).toEqual({
        model: "ScriptedModel",
        provider: "scripted",
        streaming: false,
        response_model: "ScriptedModel",
        tokens_in: 12,
        tokens_out: 4,
        retries: 0,
        finish_reason: "stop",
        user_id: "alice",
        session_id: "s-1"
      })
    }))

  it.effect("emits tokens and cost", () =>
    Effect.gen(function*() {
      const run = yield* LanguageModel.generateText({ prompt: "Hi" }).pipe(
        RunContext.with({ userId: "alice" }),
        instrumented,
        Effect.provide(Pricing.table([{ model: "ScriptedModel", input: 1e6, output: 1e6 }])),
        scripted(saying("Hi")),
        recorded
      )
      const labels = { model: "ScriptedModel", user_id: "alice" }
      expect(run.metrics.map(({ attributes, name, value }) => [name, value, attributes])).toEqual([
        ["loom.tokens.input", 12, labels],
        ["loom.tokens.output", 4, labels],
        ["loom.cost.usd", 16, labels]
      ])
    }))

  it.effect("measures generateObject", () =>
    Effect.gen(function*() {
      const run = yield* LanguageModel.generateObject({ prompt: "Hi", schema: Schema.Struct({ a: Schema.Number }) })
        .pipe(
          instrumented,
          scripted(saying("{\"a\":1}")),
          recorded
        )
      expect((yield* run.exit).value).toEqual({ a: 1 })
      expect(outline(run, "streaming", "tokens_in")).toEqual(["loom.model.stream streaming=false tokens_in=12"])
    }))

  it.effect("counts the usage of an object that does not fit its schema", () =>
    Effect.gen(function*() {
      const run = yield* LanguageModel.generateObject({ prompt: "Hi", schema: Schema.Struct({ a: Schema.Number }) })
        .pipe(
          instrumented,
          scripted(saying(`{"a":"${secret}"}`)),
          recorded
        )
      expect(run.exit._tag).toBe("Failure")
      expect(outline(run, "tokens_in", "tokens_out")).toEqual([
        "loom.model.stream tokens_in=12 tokens_out=4 [failure]"
      ])
      expect(metricsNamed(run, "loom.tokens.input").map(({ value }) => value)).toEqual([12])
      expect(JSON.stringify(run.spans)).not.toContain(secret)
    }))

  it.effect("measures streamText, with the time to its first content", () =>
    Effect.gen(function*() {
      const program = LanguageModel.streamText({ prompt: "Hi" }).pipe(
        Stream.runCollect,
        instrumented,
        scripted({ ...saying("Hi there"), delay: "150 millis" }),
        recorded
      )
      const fiber = yield* Effect.fork(program)
      yield* TestClock.adjust("150 millis")
      const run = yield* Fiber.join(fiber)
      expect(outline(run, "streaming", "ttft_ms", "tokens_in")).toEqual([
        "loom.model.stream streaming=true ttft_ms=150 tokens_in=12"
      ])
      expect(metricsNamed(run, "loom.model.ttft_ms")).toEqual([{ model: "ScriptedModel", value: 150 }])
    }))

  it.effect("records an abandoned stream as interrupted", () =>
    Effect.gen(function*() {
      const run = yield* LanguageModel.streamText({ prompt: "Hi" }).pipe(
        Stream.take(2),
        Stream.runDrain,
        instrumented,
        scripted(saying("one two three")),
        recorded
      )
      expect(outline(run)).toEqual(["loom.model.stream [interrupted]"])
      expect(run.open).toEqual([])
    }))

  it.effect("records a failing call as a failure, and returns the original error", () =>
    Effect.gen(function*() {
      const run = yield* LanguageModel.generateText({ prompt: secret }).pipe(
        instrumented,
        scripted({ error: new Error(secret) }),
        recorded
      )
      expect(yield* Effect.flip(run.exit)).toMatchObject({ _tag: "UnknownError", module: "ScriptedModel" })
      expect(outline(run)).toEqual(["loom.model.stream [failure]"])
      expect(JSON.stringify(run.spans)).not.toContain(secret)
    }))

  it.effect("takes its name from the options, else from the answer", () =>
    Effect.gen(function*() {
      const ask = LanguageModel.generateText({ prompt: "Hi" })
      const named = ask.pipe(
        Effect.provide(instrumentLanguageModel({ model: "gpt-5", provider: "azure.ai.openai" })),
        Effect.provide(vendorModel({ model: "gpt-5-2026", inputTokens: 1, outputTokens: 1 }))
      )
      const unnamed = ask.pipe(
        instrumented,
        Effect.provide(vendorModel({ model: "gpt-5-2026", inputTokens: 1, outputTokens: 1 }))
      )
      const run = yield* Effect.zipRight(named, unnamed).pipe(recorded)
      expect(outline(run, "model", "provider", "response_model")).toEqual([
        "loom.model.stream model=gpt-5 provider=azure.ai.openai response_model=gpt-5-2026",
        "loom.model.stream model=gpt-5-2026 provider=openai response_model=gpt-5-2026"
      ])
    }))

  it.effect.each(["generateText", "streamText"] as const)(
    "is the parent of the library's spans in %s",
    (method) =>
      Effect.gen(function*() {
        const ask = method === "generateText"
          ? Effect.asVoid(LanguageModel.generateText({ prompt: "Hi" }))
          : Stream.runDrain(LanguageModel.streamText({ prompt: "Hi" }))
        const run = yield* ask.pipe(
          instrumented,
          Effect.provide(vendorModel({ request: Effect.void.pipe(Effect.withSpan("http.client POST")) })),
          Telemetry.withSpan("around"),
          recorded
        )
        expect(outline(run)).toEqual(["around", "  loom.model.stream", "    http.client POST"])
      })
  )

  it.effect("is measured once under an agent", () =>
    Effect.gen(function*() {
      const run = yield* arithmetic.run("Go").pipe(
        Effect.provide(ArithmeticLive),
        instrumented,
        scripted(calling(add("c1", 1, 2)), saying("3")),
        recorded
      )
      expect(outline(run)).toEqual([
        "loom.run",
        "  loom.turn",
        "    loom.model.stream",
        "    loom.tool",
        "  loom.turn",
        "    loom.model.stream"
      ])
      expect((yield* run.exit).tokensIn).toBe(42)
    }))

  it.effect("that is instrumented twice measures once", () =>
    Effect.gen(function*() {
      const run = yield* LanguageModel.generateText({ prompt: "Hi" }).pipe(
        instrumented,
        instrumented,
        scripted(saying("Hi")),
        recorded
      )
      expect(outline(run)).toEqual(["loom.model.stream"])
    }))

  it.effect("cannot be changed in place: an agent would not call the new method", () =>
    Effect.gen(function*() {
      const model = yield* LanguageModel.LanguageModel
      expect(Object.isFrozen(model)).toBe(true)
    }).pipe(instrumented, scripted()))

  it.effect("answers the same without telemetry", () =>
    Effect.gen(function*() {
      const { text } = yield* LanguageModel.generateText({ prompt: "Hi" }).pipe(instrumented, scripted(saying("Hi")))
      expect(text).toBe("Hi")
    }))
})
