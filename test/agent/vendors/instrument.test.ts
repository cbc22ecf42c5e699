/**
 * `instrumentLanguageModel` over the real layers: calls in one piece, objects and streams, with and without tools.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Tool from "@effect/ai/Tool"
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Telemetry } from "loom-telemetry"
import { instrumentLanguageModel, instrumentToolkit } from "loom-telemetry/agent"
import { arithmeticTools } from "../arithmetic.js"
import { flaws, metricsNamed, outline, spanNamed, spansNamed } from "../recorded.js"
import { type Answer, calls, refuses, says } from "./answers.js"
import { question, withVendor } from "./asked.js"
import { anthropic, vendors } from "./vendors.js"

const toolkit = instrumentToolkit(arithmeticTools)

type Needs = LanguageModel.LanguageModel | Tool.Handler<"add">

const measured = <A, E>(program: Effect.Effect<A, E, Needs>): Effect.Effect<A, E, Needs> =>
  program.pipe(Telemetry.withSpan("mine"), Effect.provide(instrumentLanguageModel()))

const inOnePiece = measured(LanguageModel.generateText({ prompt: question, toolkit }))

const streamed = measured(Stream.runCollect(LanguageModel.streamText({ prompt: question, toolkit })))

const thoughtful: Answer = {
  ...calls("add", "{\"a\": 2, \"b\": 3}", { input: 30, cacheRead: 100, cacheWrite: 7, output: 20, reasoning: 5 }),
  thinking: { text: "I add.", signature: "c2ln" }
}

describe.each(vendors)("an instrumented model of $name", (vendor) => {
  const { model, name, responseModel } = vendor
  const used = vendor === anthropic
    ? { tokens_in: 137, tokens_out: 20, cached_tokens_in: 100, cache_creation_tokens_in: 7 }
    : { tokens_in: 130, tokens_out: 20, cached_tokens_in: 100, reasoning_tokens_out: 5 }

  it.scopedLive.each([
    { kind: "in one piece", program: Effect.asVoid(inOnePiece), streaming: false },
    { kind: "streamed", program: Effect.asVoid(streamed), streaming: true }
  ])("measures a call $kind, with its request and its tool inside", ({ program, streaming }) =>
    Effect.gen(function*() {
      const run = yield* withVendor(vendor, [thoughtful], program)
      expect(outline(run, "tool", "ok")).toEqual([
        "mine",
        "  loom.model.stream",
        "    http.client POST",
        "    loom.tool tool=add ok=true"
      ])
      expect(spanNamed(run, "loom.model.stream").attributes).toEqual({
        model,
        provider: name,
        response_model: responseModel,
        streaming,
        ...used,
        retries: 0,
        finish_reason: "tool-calls",
        service_tier: vendor === anthropic ? "standard" : "default",
        ...(streaming && { ttft_ms: expect.any(Number) })
      })
      expect(metricsNamed(run, "loom.tokens.input")).toEqual([{ value: used.tokens_in, model }])
      expect(metricsNamed(run, "loom.tokens.cached_input")).toEqual([{ value: used.cached_tokens_in, model }])
      expect(metricsNamed(run, "loom.model.ttft_ms")).toHaveLength(streaming ? 1 : 0)
      expect(flaws(run)).toEqual([])
    }))

  it.scopedLive("measures an object", () =>
    Effect.gen(function*() {
      const object = LanguageModel.generateObject({
        prompt: question,
        objectName: "sum",
        schema: Schema.Struct({ sum: Schema.Int })
      })
      const json = "{\"sum\":5}"
      const run = yield* withVendor(vendor, [vendor === anthropic ? calls("sum", json) : says(json)], measured(object))
      expect(Exit.isSuccess(run.exit) && run.exit.value.value).toEqual({ sum: 5 })
      expect(spanNamed(run, "loom.model.stream").attributes).toMatchObject({
        model,
        provider: name,
        finish_reason: "stop"
      })
    }))

  it.scopedLive("counts the known usage of an object that does not fit its schema", () =>
    Effect.gen(function*() {
      const object = LanguageModel.generateObject({
        prompt: question,
        objectName: "sum",
        schema: Schema.Struct({ sum: Schema.Int })
      })
      const json = "{\"sum\":\"five\"}"
      const usage = { input: 30, cacheRead: 100, output: 20 }
      const answer = vendor === anthropic ? calls("sum", json, usage) : says(json, usage)
      const run = yield* withVendor(vendor, [answer], measured(object))
      expect(Exit.isFailure(run.exit)).toBe(true)
      // Anthropic reports input without cached tokens, whose number is unknown here.
      expect(metricsNamed(run, "loom.tokens.input").map(({ value }) => value)).toEqual(
        vendor === anthropic ? [] : [130]
      )
      expect(metricsNamed(run, "loom.tokens.output").map(({ value }) => value)).toEqual([20])
      expect(spanNamed(run, "loom.model.stream").attributes).not.toHaveProperty("cached_tokens_in")
    }))

  it.scopedLive.each([
    { kind: "in one piece", program: Effect.asVoid(inOnePiece) },
    { kind: "streamed", program: Effect.asVoid(streamed) }
  ])(
    "passes on the error of a call $kind unchanged, and records only its kind",
    ({ program }) =>
      Effect.gen(function*() {
        const run = yield* withVendor(vendor, [refuses(400)], program)
        expect(Exit.isFailure(run.exit) && Cause.squash(run.exit.cause)).toMatchObject({
          _tag: "HttpResponseError",
          response: { status: 400 },
          body: expect.stringContaining("the vendor says")
        })
        const call = spanNamed(run, "loom.model.stream")
        expect(call.outcome).toBe("failure")
        expect(call.exception).toMatch(/failed: HttpResponseError with status 400/)
        expect(call.exception).not.toContain("the vendor says")
        expect(flaws(run)).toEqual([])
      })
  )

  it.scopedLive("records an invented tool in a call in one piece as a failure, like @effect/ai", () =>
    Effect.gen(function*() {
      const run = yield* withVendor(vendor, [calls("subtract", "{\"secret\": 1}")], inOnePiece)
      expect(Exit.isFailure(run.exit) && Cause.squash(run.exit.cause)).toMatchObject({ _tag: "MalformedOutput" })
      expect(spanNamed(run, "loom.model.stream").exception).toMatch(/failed: MalformedOutput/)
    }))

  it.scopedLive("ends the span of an abandoned stream as interrupted", () =>
    Effect.gen(function*() {
      const first = Stream.runHead(LanguageModel.streamText({ prompt: question }))
      const run = yield* withVendor(vendor, [says("The sum is 5.")], measured(first))
      expect(spansNamed(run, "loom.model.stream").map(({ outcome }) => outcome)).toEqual(["interrupted"])
      expect(spanNamed(run, "loom.model.stream").attributes).not.toHaveProperty("tokens_in")
      expect(flaws(run)).toEqual([])
    }))
})
