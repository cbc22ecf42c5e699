/**
 * Cassettes of everything that calls a model: workflows, extractions, objects, abandoned streams, tools that fail concurrently, retries.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as TestServices from "effect/TestServices"
import type { SpanRecord } from "loom-telemetry"
import { AutoExtract, instrumentLanguageModel, instrumentToolkit, Memory, Workflow } from "loom-telemetry/agent"
import { Cassette } from "loom-telemetry/evals"
import { tapeSum } from "../../src/records/tape.js"
import { add, arithmetic, ArithmeticLive, calling, saying, talker } from "../agent/arithmetic.js"
import { answeredWith } from "../agent/vendorErrors.js"
import { fileOf, playedLikeRecorded, recordedWith, taped } from "./taped.js"

const session = { sessionId: "s1", userId: "alice" }
const asking = (name: string) => ({
  name,
  run: (text: string) => Effect.map(talker(name).run(text, session), ({ output }) => output)
})

describe("a cassette of a workflow", () => {
  it.effect("plays a chain, parallel branches with the same request, a route and a loop", () => {
    const branches = Workflow.parallel("views", {
      critic: (text: string) => asking("critic").run(text),
      fan: (text: string) => asking("fan").run(text)
    })
    const program = Effect.gen(function*() {
      const draft = yield* asking("drafter").run("Moths")
      const both = yield* branches(draft)
      const rewritten = yield* Workflow.loop("polish", {
        body: (text: string) => asking("editor").run(text),
        until: (text) => text.endsWith("!"),
        max: 3
      })(`${both.critic} ${both.fan}`)
      return yield* Workflow.step("last")(asking("closer").run(rewritten))
    })
    return Effect.asVoid(playedLikeRecorded(
      [saying("draft"), saying("bad"), saying("good"), saying("better"), saying("best!"), saying("end")],
      program
    ))
  })

  it.effect("plays one whose step fails, and ends one with another input", () =>
    Effect.gen(function*() {
      const broken = Workflow.chain("broken", [
        (text: string) => asking("drafter").run(text),
        (text: string) => text === "draft" ? Effect.fail("no draft please") : Effect.succeed(text)
      ])
      const first = yield* playedLikeRecorded([saying("draft")], broken("Moths"))
      expect(first.exit._tag).toBe("Failure")
      const other = yield* Effect.exit(Effect.provide(broken("Butterflies"), Cassette.layer(first.file)))
      expect(JSON.stringify(other)).toContain("CassetteDivergence")
      expect(JSON.stringify(other)).toContain("Butterflies")
    }))
})

describe("a cassette of extractions", () => {
  const answers = [saying("Hello Alice"), saying("Is called Alice."), saying("Moths!"), saying("Likes moths.")]
  const chat = Effect.gen(function*() {
    yield* talker("host").run("I am Alice", session)
    yield* talker("host").run("I like moths", session)
  })

  it.effect.each([true, false])(
    "plays what the memory learns, in the background: %s",
    (background) =>
      Effect.gen(function*() {
        const program = Effect.scoped(Effect.gen(function*() {
          // The memory outlives the layer that waits for the extractions.
          const memory = yield* Layer.build(Memory.layerInMemory)
          const extracting = AutoExtract.layer({ background, concurrency: 1 })
          yield* Effect.provide(chat, Layer.provide(extracting, Layer.succeedContext(memory)))
          const facts = yield* Effect.provide(Effect.flatMap(Memory, (each) => each.facts("alice")), memory)
          return facts.map(({ text }) => text)
        }))
        const first = yield* playedLikeRecorded(answers, program)
        expect(first.spans.filter(({ name }) => name === "loom.model.stream")).toHaveLength(4)
      })
  )
})

describe("a cassette of an extraction that makes another request", () => {
  const answers = [saying("Hello Alice"), saying("Is called Alice.")]
  const chat = (background: boolean) =>
    talker("host").run("I am Alice", session).pipe(
      Effect.provide(Layer.provide(AutoExtract.layer({ background }), Memory.layerInMemory))
    )

  it.effect.each([true, false])("ends the run, in the background: %s", (background) =>
    Effect.gen(function*() {
      const first = yield* recordedWith(...answers)(chat(background))
      const spans = first.spans.map((span) =>
        String(span.attributes["input_messages"]).includes("User: I am Alice")
          ? { ...span, attributes: altered(span.attributes, "User: I am Alice", "User: I am Bob") }
          : span
      )
      const divergence = yield* Effect.provide(chat(background), Cassette.layer(fileOf(spans))).pipe(
        Effect.sandbox,
        Effect.flip
      )
      expect(JSON.stringify(divergence)).toContain("CassetteDivergence")
      expect(JSON.stringify(divergence)).toContain("I am Bob")
    }))
})

describe("a cassette of a custom loop", () => {
  const City = Schema.Struct({ city: Schema.String, people: Schema.Int })
  const instrumented = <A, E, R>(self: Effect.Effect<A, E, R>) =>
    Effect.provide(self, instrumentLanguageModel({ model: "mine" }))

  it.effect("plays generateObject", () =>
    Effect.gen(function*() {
      const program = Effect.map(
        instrumented(LanguageModel.generateObject({ prompt: "The capital of Norway?", schema: City })),
        ({ value }) => value
      )
      const first = yield* playedLikeRecorded([saying(JSON.stringify({ city: "Oslo", people: 700_000 }))], program)
      expect(yield* first.exit).toEqual({ city: "Oslo", people: 700_000 })
    }))

  it.effect("plays an object that does not fit its schema", () =>
    Effect.gen(function*() {
      const program = Effect.mapBoth(
        instrumented(LanguageModel.generateObject({ prompt: "The capital of Norway?", schema: City })),
        // The cause quotes ids, which are new in each run.
        {
          onFailure: (error) => [error._tag, "description" in error ? error.description : ""],
          onSuccess: () => "valid"
        }
      )
      const first = yield* playedLikeRecorded([saying("{\"city\":7}")], program)
      expect(first.exit._tag).toBe("Failure")
    }))

  it.effect("plays concurrent tools, some of which fail", () => {
    const Look = Tool.make("look", {
      parameters: { at: Schema.String },
      success: Schema.String,
      failure: Schema.Struct({ missing: Schema.String }),
      failureMode: "return"
    })
    const counter = { ran: 0 }
    const looking = Toolkit.make(Look)
    const handlers = looking.toLayer({
      look: ({ at }) =>
        Effect.suspend(() => {
          counter.ran++
          return at === "nowhere" ? Effect.fail({ missing: at }) : Effect.succeed(`${at}!`)
        })
    })
    const look = (id: string, at: string) => ({ id, name: "look", params: { at } })
    const program = Effect.gen(function*() {
      const toolkit = yield* instrumentToolkit(looking)
      const { toolResults } = yield* instrumented(
        LanguageModel.generateText({ prompt: "Look around", toolkit, concurrency: "unbounded" })
      )
      return toolResults.map(({ id, isFailure, result }) => [id, isFailure, result])
    }).pipe(Effect.provide(handlers))
    return Effect.gen(function*() {
      const script = [calling(look("a", "nowhere"), look("b", "here"), look("c", "nowhere"), look("d", "here"))]
      const first = yield* playedLikeRecorded(script, program)
      expect(yield* first.exit).toEqual([
        ["a", true, { missing: "nowhere" }],
        ["b", false, "here!"],
        ["c", true, { missing: "nowhere" }],
        ["d", false, "here!"]
      ])
      expect(counter.ran).toBe(4)
    })
  })
})

describe("a cassette of a stream that is abandoned", () => {
  const events = (most: number) =>
    arithmetic.stream("2 + 3?", session).pipe(
      Stream.take(most),
      Stream.runCollect,
      Effect.map((chunk) => [...chunk].map(({ _tag }) => _tag)),
      Effect.provide(ArithmeticLive)
    )
  const script = [calling(add("c1", 2, 3)), saying("It is five, I think.")]

  it.effect("plays as far as the consumer reads, and ends the open spans", () =>
    Effect.gen(function*() {
      const first = yield* recordedWith(...script)(events(100))
      const all = yield* first.exit
      for (let most = 1; most < all.length; most++) {
        const { exit, spans } = yield* taped(Effect.provide(events(most), Cassette.layer(first.file)))
        expect(yield* exit).toEqual(all.slice(0, most))
        expect(spans.filter(({ name }) => name === "loom.run")).toHaveLength(1)
      }
    }))

  it.effect("is rejected before anything runs if a call was interrupted when it was recorded", () =>
    Effect.gen(function*() {
      const first = yield* recordedWith(...script)(events(2))
      expect(first.spans.some(({ outcome }) => outcome === "interrupted")).toBe(true)
      const refused = yield* Effect.flip(Effect.provide(events(2), Cassette.layer(first.file)))
      expect(refused).toMatchObject({ _tag: "CassetteError", missing: [{ reason: "unfinished" }] })
    }))
})

describe("a cassette with delays", () => {
  const slow = [
    { error: answeredWith(503, { "retry-after": "60" }) },
    { error: answeredWith(429, { "retry-after": "60" }) },
    { ...calling(add("c1", 2, 3)), delay: "10 hours" },
    { ...saying("Five."), delay: "10 hours" }
  ] as const
  const asked = Effect.provide(arithmetic.run("2 + 3?", session), ArithmeticLive)
  const recordedSlowly = Effect.gen(function*() {
    const fiber = yield* Effect.fork(recordedWith(...slow)(asked))
    yield* TestClock.adjust("30 hours")
    return yield* Fiber.join(fiber)
  })

  it.effect("does not wait at all, with the system clock, for twenty hours and two retries", () =>
    Effect.gen(function*() {
      const first = yield* recordedSlowly
      const recorded = Math.max(...first.spans.map(({ durationMs }) => durationMs))
      expect(recorded).toBeGreaterThan(20 * 3_600_000)
      // A thousandth of it would be longer than a test may take.
      const second = yield* TestServices.provideLive(
        taped(asked.pipe(Effect.provide(Cassette.layer(first.file))))
      )
      expect(yield* second.exit).toMatchObject({ output: "Five." })
      expect(second.spans.find(({ name }) => name === "loom.model.stream")?.attributes).toMatchObject({ retries: 2 })
    }))

  it.effect("waits as long as recorded under a test clock, and not a millisecond less", () =>
    Effect.gen(function*() {
      const first = yield* recordedSlowly
      const total = first.spans.find(({ name }) => name === "loom.run")!.durationMs
      const fiber = yield* Effect.fork(taped(asked.pipe(Effect.provide(Cassette.layer(first.file)))))
      yield* TestClock.adjust(total - 1)
      expect(yield* Fiber.poll(fiber)).toMatchObject({ _tag: "None" })
      yield* TestClock.adjust(1)
      const second = yield* Fiber.join(fiber)
      expect(second.spans.find(({ name }) => name === "loom.run")?.durationMs).toBe(total)
    }))
})

describe("a divergence", () => {
  it.effect.each([0, 1, 2])(
    "in turn %i names the turn, and shows only the message that differs",
    (turn) =>
      Effect.gen(function*() {
        const first = yield* recordedWith(calling(add("c1", 1, 2)), calling(add("c2", 3, 4)), saying("Ten."))(
          Effect.provide(arithmetic.run("Sum up", session), ArithmeticLive)
        )
        // The request of this turn is changed in the recording, so it differs from the one that is made.
        const spans = first.spans.map((span) =>
          span.name === "loom.model.stream" && span.parentSpanId === turnNumbered(first.spans, turn)
            ? { ...span, attributes: altered(span.attributes, "Sum up", "Add up") }
            : span
        )
        const divergence = yield* Effect.provide(
          arithmetic.run("Sum up", session),
          Layer.merge(ArithmeticLive, Cassette.layer(fileOf(spans)))
        ).pipe(Effect.sandbox, Effect.flip)
        expect(divergence).toMatchObject({ defect: { _tag: "CassetteDivergence", turn, agent: "arithmetic" } })
        const { diff } = (divergence as { readonly defect: { readonly diff: string } }).defect
        expect(diff.match(/^message \d+:$/gm)).toEqual(["message 2:"])
        expect(diff).toMatch(/^- .*Add up.*\n\+ .*Sum up/m)
      })
  )
})

const turnNumbered = (spans: ReadonlyArray<SpanRecord>, turn: number) =>
  spans.find(({ attributes, name }) => name === "loom.turn" && attributes["turn"] === turn)?.spanId

/** The attributes of a call with another text in its request. */
const altered = (attributes: SpanRecord["attributes"], asked: string, other: string): SpanRecord["attributes"] => {
  const request = String(attributes["input_messages"]).replace(asked, other)
  const tape = JSON.parse(String(attributes["tape"])) as object
  return {
    ...attributes,
    input_messages: request,
    tape: JSON.stringify({ ...tape, input_messages: tapeSum(request) })
  }
}
