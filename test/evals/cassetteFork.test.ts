/**
 * Forks of a recorded supervisor's run, custom loops on a tape, streams, and what cannot be played.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { InMemoryTelemetry } from "loom-telemetry"
import { Agent, instrumentLanguageModel, instrumentToolkit, ScriptedModel, Supervisor } from "loom-telemetry/agent"
import { Cassette } from "loom-telemetry/evals"
import { add, arithmetic, ArithmeticLive, arithmeticTools, calling, resultsGiven, saying } from "../agent/arithmetic.js"
import { differences, fileOf, measurements, priced, recordedWith, taped } from "./taped.js"

const delegate = (id: string, worker: string) => ({ id, name: "delegate", params: { worker, instructions: "Go" } })
const editor = Supervisor.make({
  name: "editor",
  instructions: "Delegate.",
  workers: {
    reader: Agent.make({ name: "reader", instructions: "Read." }),
    writer: Agent.make({ name: "writer", instructions: "Write." })
  }
})
const run = editor.run("Moths", { userId: "alice", sessionId: "s1" })
const script = [
  calling(delegate("d1", "reader")),
  saying("read"),
  calling(delegate("d2", "writer"), delegate("d3", "reader")),
  saying("written"),
  saying("read again"),
  calling(delegate("d4", "writer")),
  saying("rewritten"),
  saying("Done.")
]
/** The model calls made before each turn of the supervisor. */
const callsBefore = [0, 2, 5, 7]

describe("a fork", { timeout: 60_000 }, () => {
  it.effect("plays the turns before it and continues with the given model, at every turn", () =>
    Effect.gen(function*() {
      const first = yield* recordedWith(...script)(run)
      const root = first.spans.find(({ parentSpanId }) => parentSpanId === null)!
      for (const [atTurn, calls] of callsBefore.entries()) {
        const again = yield* taped(
          run.pipe(
            Effect.provide([
              Cassette.fork(first.file, {
                atTurn,
                model: ScriptedModel.layer(script.slice(calls), { requireAll: true })
              })
            ]),
            Effect.provide(priced)
          )
        )
        expect(yield* differences(first, again)).toEqual([])
        const forked = again.spans.find(({ parentSpanId }) => parentSpanId === null)!
        expect(forked.links.map(({ spanId, traceId }) => [traceId, spanId])).toEqual([[root.traceId, root.spanId]])
        const other = yield* taped(
          run.pipe(
            Effect.provide(Cassette.fork(first.file, { atTurn, model: ScriptedModel.layer([saying("Otherwise.")]) }))
          )
        )
        expect(yield* other.exit).toMatchObject({ output: "Otherwise.", turns: atTurn + 1 })
      }
    }))
})

describe("a fork with another agent", () => {
  const changed = Supervisor.make({
    name: "editor",
    instructions: "Add up.",
    toolkit: arithmeticTools,
    workers: { reader: Agent.make({ name: "reader", instructions: "Read slowly." }) }
  }).run("Moths", { userId: "alice", sessionId: "s1" }).pipe(Effect.provide(ArithmeticLive))

  it.effect("plays the turns before it as recorded, then asks with the new instructions and runs the new tools", () =>
    Effect.gen(function*() {
      const first = yield* recordedWith(...script)(run)
      const again = yield* taped(
        Effect.provide(
          changed,
          Cassette.fork(first.file, {
            atTurn: 2,
            strict: false,
            model: ScriptedModel.layer([calling(add("a1", 2, 3)), saying("Five.")], { requireAll: true })
          })
        )
      )
      expect(yield* again.exit).toMatchObject({ output: "Five.", turns: 4 })
      const turns = again.spans.filter(({ name }) => name === "loom.turn")
      const third = turns.filter(({ attributes }) => attributes["turn"] === 2).map(({ spanId }) => spanId)
      const asked = again.spans.find(({ name, parentSpanId }) =>
        name === "loom.model.stream" && third.includes(parentSpanId ?? "")
      )
      const messages = JSON.parse(String(asked?.attributes["input_messages"])) as ReadonlyArray<{ content: unknown }>
      expect(messages[0]?.content).toContain("Add up.")
      expect(resultsGiven(messages as never).map(({ id, result }) => [id, result])).toEqual([
        ["d1", "read"],
        ["d2", "written"],
        ["d3", "read again"]
      ])
      const sum = again.spans.find(({ attributes, name }) => name === "loom.tool" && attributes["tool"] === "add")
      expect(sum?.attributes["result"]).toBe("5")
    }))

  it.effect("ends at the first turn if it is strict, as by default", () =>
    Effect.gen(function*() {
      const first = yield* recordedWith(...script)(run)
      const model = ScriptedModel.layer([saying("Otherwise.")])
      const divergence = yield* Effect.provide(changed, Cassette.fork(first.file, { atTurn: 2, model })).pipe(
        Effect.sandbox,
        Effect.flip
      )
      expect(divergence).toMatchObject({ defect: { _tag: "CassetteDivergence", turn: 0, agent: "editor" } })
    }))
})

const Divide = Tool.make("divide", {
  parameters: { a: Schema.NumberFromString, b: Schema.Number },
  success: Schema.NumberFromString,
  failure: Schema.Struct({ reason: Schema.String }),
  failureMode: "return"
})
const divisions = Toolkit.make(Divide)

describe("a custom loop", () => {
  const handlers = (counter: { ran: number }) =>
    divisions.toLayer({
      divide: ({ a, b }) =>
        Effect.suspend(() => {
          counter.ran++
          return b === 0 ? Effect.fail({ reason: "zero" }) : Effect.succeed(a / b)
        })
    })
  const divide = (id: string, b: number) => ({ id, name: "divide", params: { a: "6", b } })
  const loop = Effect.gen(function*() {
    const toolkit = yield* instrumentToolkit(divisions)
    const first = yield* LanguageModel.generateText({ prompt: "6 / 2 and 6 / 0?", toolkit })
    const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "And 6 / 3?", toolkit }))
    return JSON.stringify([first.toolResults, [...parts].map(({ type }) => type)])
  })
  const instrumented = <A, E, R>(self: Effect.Effect<A, E, R>, model: Layer.Layer<LanguageModel.LanguageModel>) =>
    Effect.provide(self, instrumentLanguageModel({ model: "mine" }).pipe(Layer.provide(model)))

  it.effect("plays through instrumentLanguageModel and instrumentToolkit", () =>
    Effect.gen(function*() {
      const counter = { ran: 0 }
      const Script = ScriptedModel.layer([calling(divide("a", 2), divide("b", 0)), calling(divide("c", 3))])
      const first = yield* taped(
        instrumented(loop, Script).pipe(Effect.provide([handlers(counter), priced, Cassette.recording]))
      )
      expect(counter.ran).toBe(3)
      const second = yield* taped(
        loop.pipe(
          Effect.provide(instrumentLanguageModel({ model: "mine" })),
          Effect.provide([handlers(counter), Cassette.layer(first.file)])
        )
      )
      expect(yield* second.exit).toEqual(yield* first.exit)
      expect(counter.ran).toBe(3)
      expect(yield* differences(first, second)).toEqual([])
      expect(measurements(second)).toEqual(measurements(first))
    }))
})

describe("a stream of an agent", () => {
  it.effect("plays the same events", () =>
    Effect.gen(function*() {
      const events = arithmetic.stream("2 + 3?", { sessionId: "s1" }).pipe(
        Stream.map(({ _tag, path: _path, ...event }) => [_tag, "text" in event ? event.text : ""]),
        Stream.runCollect,
        Effect.provide(ArithmeticLive)
      )
      const first = yield* recordedWith(calling(add("c1", 2, 3)), saying("It is five, I think."))(events)
      const second = yield* taped(Effect.provide(events, Cassette.layer(first.file)))
      expect([...(yield* second.exit)]).toEqual([...(yield* first.exit)])
      expect(yield* differences(first, second)).toEqual([])
    }))
})

describe("a span that cannot be played", () => {
  const asked = arithmetic.run("2 + 3?", { sessionId: "s1" }).pipe(Effect.provide(ArithmeticLive))
  const played = (file: Stream.Stream<Uint8Array>) => Effect.flip(Effect.provide(asked, Cassette.layer(file)))

  it.effect("is named before anything runs: its content was off, cut or redacted", () =>
    Effect.gen(function*() {
      const off = yield* taped(asked.pipe(Effect.provide(ScriptedModel.layer([calling(add("c1", 2, 3)), saying("5")]))))
      expect(yield* played(off.file)).toMatchObject({
        _tag: "CassetteError",
        missing: [{ reason: "content-off" }, { reason: "content-off" }, { reason: "content-off" }]
      })
      const spans = yield* Effect.gen(function*() {
        yield* asked
        return yield* (yield* InMemoryTelemetry).spans
      }).pipe(
        Effect.provide([ScriptedModel.layer([saying("long ".repeat(5000))]), Cassette.recording]),
        Effect.provide(InMemoryTelemetry.layer())
      )
      expect(yield* played(fileOf(spans))).toMatchObject({ missing: [{ reason: "cut" }] })
      const secret = yield* recordedWith(saying("Use sk-ant-api03-" + "a1B2c3D4".repeat(12) + "AA"))(asked)
      expect(yield* played(secret.file)).toMatchObject({ missing: [{ reason: "redacted" }] })
      expect(yield* played(Stream.empty)).toMatchObject({ message: "The file contains no trace" })
    }))
})
