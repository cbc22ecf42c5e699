/**
 * Cassettes that were damaged, agents whose tools changed, and forks where nothing was recorded.
 */
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { SpanRecord } from "loom-telemetry"
import { Agent, ScriptedModel } from "loom-telemetry/agent"
import { Cassette } from "loom-telemetry/evals"
import { calling, saying } from "../agent/arithmetic.js"
import { fileOf, recordedWith } from "./taped.js"

const Look = Tool.make("look", { parameters: { at: Schema.String }, success: Schema.String })
const Peek = Tool.make("peek", { parameters: { at: Schema.String }, success: Schema.String })
const both = Toolkit.make(Look, Peek)

const agent = Agent.make({ name: "finder", instructions: "Find.", toolkit: both })
const run = agent.run("Go").pipe(
  Effect.provide(both.toLayer({ look: ({ at }) => Effect.succeed(at), peek: ({ at }) => Effect.succeed(at) }))
)
const script = [
  calling({ id: "c1", name: "look", params: { at: "a" } }),
  calling({ id: "c2", name: "peek", params: { at: "b" } }, { id: "c3", name: "made_up", params: {} }),
  saying("Done")
] as const

const recorded = recordedWith(...script)(run)

const withAttribute = (span: SpanRecord, key: string, change: (value: string) => string): SpanRecord => {
  const value = span.attributes[key]
  return typeof value === "string" ? { ...span, attributes: { ...span.attributes, [key]: change(value) } } : span
}

describe("a damaged cassette", () => {
  it.effect("is rejected if its last line, the run's, is lost", () =>
    Effect.gen(function*() {
      const { spans } = yield* recorded
      const file = fileOf(spans.filter(({ name }) => name !== "loom.run"))
      for (const layer of [Cassette.layer(file), Cassette.fork(file, { atTurn: 0, model: ScriptedModel.layer([]) })]) {
        expect(yield* Effect.flip(Effect.provide(run, layer))).toMatchObject({
          _tag: "CassetteError",
          missing: [{ reason: "orphaned" }, { reason: "orphaned" }, { reason: "orphaned" }]
        })
      }
    }))

  it.effect.each([
    ["no times", "\"arrivals\":", "\"other\":"],
    ["invalid times", "\"arrivals\":[[", "\"arrivals\":[null,["],
    ["invalid checksums", /.*/s, "null"]
  ])("is rejected if it has %s", ([_, from, to]) =>
    Effect.gen(function*() {
      const { spans } = yield* recorded
      const file = fileOf(spans.map((span) =>
        span.name === "loom.model.stream"
          ? withAttribute(span, "tape", (tape) => tape.replace(from!, to as string))
          : span
      ))
      const error = yield* Effect.flip(Effect.provide(run, Cassette.layer(file)))
      expect(error).toMatchObject({
        _tag: "CassetteError",
        missing: [{ reason: "cut" }, { reason: "cut" }, { reason: "cut" }]
      })
    }))
})

describe("an agent whose tools changed since the recording", () => {
  const runWith = (...tools: ReadonlyArray<Tool.Any>) =>
    Agent.make({ name: "finder", instructions: "Find.", toolkit: Toolkit.make(...tools) }).run("Go") as typeof run

  it.effect.each<[change: string, tools: ReadonlyArray<Tool.Any>, diff: string]>([
    ["removed", [Look], "- tool \"peek\""],
    ["added", [Look, Peek, Tool.make("stare")], "+ tool \"stare\""],
    ["added under the name of an inherited property", [Look, Peek, Tool.make("toString")], "+ tool \"toString\""],
    ["renamed", [Look, Tool.make("glance")], "- tool \"peek\"\n+ tool \"glance\""],
    [
      "described differently",
      [Look, Tool.make("peek", { description: "Look briefly.", parameters: { at: Schema.String } })],
      "tool \"peek\": its description or parameters differ"
    ],
    [
      "given other parameters",
      [Look, Tool.make("peek", { parameters: { at: Schema.Number } })],
      "tool \"peek\": its description or parameters differ"
    ]
  ])("diverges at the first turn if one was %s", ([_, tools, diff]) =>
    Effect.gen(function*() {
      const { file } = yield* recorded
      const cause = yield* Effect.flip(Effect.sandbox(Effect.provide(runWith(...tools), Cassette.layer(file))))
      expect(Cause.squash(cause)).toMatchObject({ _tag: "CassetteDivergence", turn: 0, agent: "finder", diff })
      const lenient = Effect.provide(runWith(...tools), Cassette.layer(file, { strict: false }))
      expect(yield* lenient).toMatchObject({ output: "Done" })
    }))

  it.effect("plays if only their order changed", () =>
    Effect.gen(function*() {
      const { file } = yield* recorded
      expect(yield* Effect.provide(runWith(Peek, Look), Cassette.layer(file))).toMatchObject({ output: "Done" })
    }))
})

describe("a fork", () => {
  it.effect("can start right after the last turn, but not later", () =>
    Effect.gen(function*() {
      const { file } = yield* recorded
      const forked = (atTurn: number) =>
        Effect.provide(run, Cassette.fork(file, { atTurn, model: ScriptedModel.layer([]) }))
      expect(yield* forked(3)).toMatchObject({ output: "Done", turns: 3 })
      expect(yield* Effect.flip(forked(4))).toMatchObject({
        _tag: "CassetteError",
        message: expect.stringContaining("has 3 turns")
      })
    }))

  it.each([-1, 1.5, Number.NaN])("at turn %d throws", (atTurn) => {
    expect(() => Cassette.fork("run.jsonl", { atTurn, model: ScriptedModel.layer([]) })).toThrow(/atTurn .* but is/)
  })
})
