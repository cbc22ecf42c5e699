/**
 * Measured tools in your own loop on `@effect/ai`.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { RunContext } from "loom-telemetry"
import { instrumentLanguageModel, instrumentToolkit } from "loom-telemetry/agent"
import { add, ArithmeticLive, arithmeticTools, calling } from "./arithmetic.js"
import { attributeOf, flaws, metricsNamed, outline, recorded, scripted, spanNamed, spansNamed } from "./recorded.js"

const secret = "s3cr3t-marker"

const instrumented = Effect.provide(instrumentLanguageModel())

describe("instrumented tools", () => {
  const withTools = Effect.flatMap(
    instrumentToolkit(arithmeticTools),
    (toolkit) => LanguageModel.generateText({ prompt: "Add", toolkit })
  )
  const streamingTools = Effect.flatMap(
    instrumentToolkit(arithmeticTools),
    (toolkit) => Effect.asVoid(Stream.runCollect(LanguageModel.streamText({ prompt: "Add", toolkit })))
  )

  it.effect.each(
    [
      ["generateText", Effect.asVoid(withTools)],
      ["streamText", streamingTools]
    ] as const
  )("are spans inside the model call in %s, without the library's own", ([, program]) =>
    Effect.gen(function*() {
      const run = yield* program.pipe(
        RunContext.with({ userId: "alice" }),
        Effect.provide(
          arithmeticTools.toLayer({ add: ({ a, b }) => Effect.succeed(a + b).pipe(Effect.withSpan("inside")) })
        ),
        instrumented,
        scripted(calling(add("c1", 271828, 2))),
        recorded
      )
      expect(run.exit._tag).toBe("Success")
      expect(outline(run, "tool", "ok", "user_id")).toEqual([
        "loom.model.stream user_id=alice",
        "  loom.tool tool=add ok=true user_id=alice",
        "    inside"
      ])
      expect(metricsNamed(run, "loom.tool.duration_ms")).toEqual([
        { tool: "add", ok: true, user_id: "alice", value: 0 }
      ])
      expect(JSON.stringify(run.spans)).not.toContain("271828")
      expect(flaws(run)).toEqual([])
    }))

  it.effect("return the same results to the library as uninstrumented tools", () =>
    Effect.gen(function*() {
      const { toolResults } = yield* withTools.pipe(
        Effect.provide(ArithmeticLive),
        instrumented,
        scripted(calling(add("c1", 1, 2)))
      )
      expect(toolResults.map(({ result }) => result)).toEqual([3])
    }))

  it.effect("record a failing tool, and fail with its error", () =>
    Effect.gen(function*() {
      const Broken = Tool.make("broken", { success: Schema.Void, failure: Schema.String })
      const toolkit = Toolkit.make(Broken)
      const run = yield* instrumentToolkit(toolkit).pipe(
        Effect.flatMap((toolkit) => LanguageModel.generateText({ prompt: "Go", toolkit })),
        Effect.provide(toolkit.toLayer({ broken: () => Effect.fail("no disk") })),
        instrumented,
        scripted(calling({ id: "c1", name: "broken", params: {} })),
        recorded
      )
      expect(yield* Effect.flip(run.exit)).toBe("no disk")
      expect(outline(run, "ok", "error")).toEqual([
        "loom.model.stream [failure]",
        "  loom.tool ok=false error=no disk [failure]"
      ])
    }))

  it.effect("record a tool whose failure is returned to the model as failed", () =>
    Effect.gen(function*() {
      const Careful = Tool.make("careful", { success: Schema.Void, failure: Schema.String, failureMode: "return" })
      const toolkit = Toolkit.make(Careful)
      const run = yield* instrumentToolkit(toolkit).pipe(
        Effect.flatMap((toolkit) => LanguageModel.generateText({ prompt: "Go", toolkit })),
        Effect.provide(toolkit.toLayer({ careful: () => Effect.fail("no disk") })),
        instrumented,
        scripted(calling({ id: "c1", name: "careful", params: {} })),
        recorded
      )
      const { toolResults } = yield* run.exit
      expect(toolResults.map(({ isFailure, result }) => [isFailure, result])).toEqual([[true, "no disk"]])
      expect(attributeOf(run, "loom.tool", "ok")).toEqual([false])
      expect(spanNamed(run, "loom.model.stream").outcome).toBe("success")
    }))

  it.effect("do not leak invalid parameters", () =>
    Effect.gen(function*() {
      const run = yield* withTools.pipe(
        Effect.provide(ArithmeticLive),
        instrumented,
        scripted(calling(add("c1", secret, 2))),
        recorded
      )
      expect(run.exit._tag).toBe("Failure")
      expect(JSON.stringify([run.spans, run.metrics])).not.toContain(secret)
      expect(spansNamed(run, "loom.model.stream").map(({ outcome }) => outcome)).toEqual(["failure"])
    }))
})
