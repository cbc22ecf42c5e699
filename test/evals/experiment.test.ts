/**
 * What an experiment records and returns, whatever its tasks and scorers do.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { InMemoryTelemetry, NoTelemetryLive, Telemetry } from "loom-telemetry"
import { Agent, Pricing, ScriptedModel } from "loom-telemetry/agent"
import { Dataset, Experiment, Scorer } from "loom-telemetry/evals"
import { scoreData } from "../../src/records/ScoreData.js"
import type { ScoreRecord } from "../../src/records/ScoreRecord.js"
import { spanData } from "../../src/records/SpanData.js"
import type { SpanRecord } from "../../src/records/SpanRecord.js"
import { encodeScore } from "../../src/records/wire/score.js"
import { encodeSpan } from "../../src/records/wire/span.js"
import { answer, dataset } from "./capitals.js"

const options = { name: "capitals", dataset, task: answer, scorers: [Scorer.exact()] }

/** The lines of a file. */
const linesOf = (
  spans: ReadonlyArray<SpanRecord>,
  scores: ReadonlyArray<ScoreRecord>
): ReadonlyArray<string> => [
  ...spans.map((span, order) => encodeSpan(spanData(span, order))),
  ...scores.map((score) => encodeScore(scoreData(score)))
]

const memory = <A, E, R>(body: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const result = yield* body
    const telemetry = yield* InMemoryTelemetry
    return { result, spans: yield* telemetry.spans, scores: yield* telemetry.scores }
  }).pipe(Effect.provide(InMemoryTelemetry.layer()))

describe("an experiment", () => {
  it.effect("returns each case with its scores, and their mean", () =>
    Effect.gen(function*() {
      const { result } = yield* memory(Experiment.run(options))
      expect(result.cases.map(({ caseId, outcome, output, scores }) => [caseId, outcome, output, scores[0]?.value]))
        .toEqual([
          ["france", "success", "Paris", 1],
          ["italy", "success", "Milan", 0],
          ["spain", "success", "Madrid", 1]
        ])
      expect(result.scores["exact"]?.estimate).toMatchObject({ mean: 2 / 3, count: 3 })
      expect(result.scores["exact"]?.labels).toEqual({ pass: 2, fail: 1 })
    }))

  it.effect("makes each case its own trace, with its scores", () =>
    Effect.gen(function*() {
      const { result, scores, spans } = yield* memory(Telemetry.withSpan(Experiment.run(options), "around"))
      const roots = spans.filter(({ name }) => name === "experiment.case")
      expect(new Set(roots.map(({ traceId }) => traceId)).size).toBe(3)
      expect(roots.every(({ parentSpanId }) => parentSpanId === null)).toBe(true)
      expect(roots.map(({ attributes }) => attributes["case_id"]).sort()).toEqual(["france", "italy", "spain"])
      expect(roots[0]?.attributes).toMatchObject({ experiment: "capitals", repetition: 0 })
      expect(scores.map(({ traceId }) => traceId).sort()).toEqual(result.cases.map(({ traceId }) => traceId).sort())
    }))

  it.effect("records no inputs, outputs or expected answers", () =>
    Effect.gen(function*() {
      const { scores, spans } = yield* memory(Experiment.run(options))
      expect(JSON.stringify([spans, scores])).not.toMatch(/Paris|Milan|Rome|France/)
    }))

  it.effect("continues after a case that fails, dies, interrupts itself or takes too long", () =>
    Effect.gen(function*() {
      const ways: { readonly [way: string]: Effect.Effect<string, string> } = {
        fails: Effect.fail("no"),
        dies: Effect.die(new TypeError("broken")),
        "fails without a text": Effect.fail(Object.create(null)),
        interrupts: Effect.interrupt,
        hangs: Effect.never,
        works: Effect.succeed("yes")
      }
      const running = yield* Effect.fork(memory(Experiment.run({
        ...options,
        dataset: Dataset.make(Object.keys(ways).map((id) => ({ id, input: id, expected: "yes" }))),
        task: (way) => ways[way]!,
        caseTimeout: "5 seconds"
      })))
      yield* TestClock.adjust("5 seconds")
      const { result } = yield* Fiber.join(running)
      expect(result.cases.map(({ caseId, error, outcome, scores }) => [caseId, outcome, error, scores.length])).toEqual(
        [
          ["fails", "failure", "no", 0],
          ["dies", "failure", "TypeError: broken", 0],
          ["fails without a text", "failure", "{}", 0],
          ["interrupts", "failure", expect.stringContaining("nterrupted"), 0],
          ["hangs", "failure", expect.stringContaining("the task took longer than 5s"), 0],
          ["works", "success", null, 1]
        ]
      )
      expect(result.failed).toBe(5)
    }))

  it.effect("records a scorer that fails, dies or returns nothing as a score with the label `error`", () =>
    Effect.gen(function*() {
      const { result, scores } = yield* memory(Experiment.run({
        ...options,
        dataset: Dataset.make([{ id: "one", input: "France?", expected: "Paris" }]),
        scorers: [
          Scorer.make("fails", () => Effect.fail("no key")),
          Scorer.make("dies", () => {
            throw new TypeError("broken")
          }),
          Scorer.make("fails without a text", () => Effect.fail(Object.create(null))),
          Scorer.make("nothing", () => ({})),
          Scorer.make("null", () => null as never),
          Scorer.make("not a number", () => Number.NaN),
          Scorer.make("right", ({ output }) => output === "Paris")
        ]
      }))
      const seen = result.cases[0]?.scores.map(({ label, name, value }) => [name, value, label])
      expect(seen).toEqual([
        ["fails", null, "error"],
        ["dies", null, "error"],
        ["fails without a text", null, "error"],
        ["nothing", null, "error"],
        ["null", null, "error"],
        ["not a number", null, "error"],
        ["right", 1, null]
      ])
      expect(scores.map(({ label, name, value }) => [name, value, label])).toEqual(seen)
      expect(result.cases[0]?.scores[0]?.explanation).toBe("no key")
    }))

  it.effect("works without telemetry, but has no trace ids then", () =>
    Effect.gen(function*() {
      const result = yield* Effect.provide(Experiment.run(options), NoTelemetryLive)
      expect(result.cases.map(({ scores, traceId }) => [scores[0]?.value, traceId])).toEqual([[1, null], [0, null], [
        1,
        null
      ]])
    }))

  it.effect("respects its concurrency, and runs all repetitions of each case", () =>
    Effect.gen(function*() {
      let now = 0
      let most = 0
      const task = () =>
        Effect.acquireUseRelease(
          Effect.sync(() => void (most = Math.max(most, ++now))),
          () => Effect.yieldNow(),
          () => Effect.sync(() => void now--)
        )
      const { result } = yield* memory(
        Experiment.run({ ...options, task, concurrency: 2, repetitions: 4, scorers: [] })
      )
      expect(most).toBe(2)
      expect(result.cases.map(({ caseId, repetition }) => `${caseId} ${repetition}`)).toHaveLength(12)
      expect(new Set(result.cases.map(({ caseId, repetition }) => `${caseId} ${repetition}`)).size).toBe(12)
    }))

  it.effect("reports its progress", () =>
    Effect.gen(function*() {
      const reports: Array<unknown> = []
      yield* Experiment.run({
        ...options,
        concurrency: 1,
        onProgress: (progress) => Effect.sync(() => reports.push(progress))
      })
      expect(reports).toEqual([1, 2, 3].map((done) => ({ name: "capitals", done, total: 3, failed: 0, costUsd: null })))
    }))

  it("rejects invalid numbers and scorers with the same name", () => {
    expect(() => Experiment.run({ ...options, repetitions: 0 })).toThrow(/repetitions/)
    expect(() => Experiment.run({ ...options, concurrency: Number.NaN })).toThrow(/concurrency/)
    expect(() => Experiment.run({ ...options, name: "" })).toThrow(/name/)
    expect(() => Experiment.run({ ...options, scorers: [Scorer.exact(), Scorer.exact()] })).toThrow(/two scorers/)
  })
})

describe("the cost of a case", () => {
  const agent = Agent.make({ name: "geographer", instructions: "Answer with the capital." })
  const prices = Pricing.table([{ model: "scripted", input: 1, output: 2 }])
  const model = ScriptedModel.layer(
    Array.from({ length: 4 }, () => ({ text: "Paris", usage: { inputTokens: 1_000_000, outputTokens: 500_000 } })),
    { model: "scripted" }
  )

  it.effect("is its agent's, without that of the scorers, and its version is the agent's", () =>
    Effect.gen(function*() {
      const { result, scores, spans } = yield* memory(Experiment.run({
        ...options,
        dataset: Dataset.make([{ id: "one", input: "France?", expected: "Paris" }]),
        task: (question) => agent.run(question),
        scorers: [
          Scorer.contains(),
          Scorer.model({
            criteria: "Right?",
            model: ScriptedModel.layer([{
              text: JSON.stringify({ explanation: "It is.", value: 1 }),
              usage: { inputTokens: 7, outputTokens: 5 }
            }])
          })
        ]
      })).pipe(Effect.provide([model, prices]))
      const [only] = result.cases
      expect(only).toMatchObject({ tokensIn: 1_000_000, tokensOut: 500_000, costUsd: 2 })
      expect(only?.agentVersion).toMatch(/^[0-9a-f]{12}$/)
      expect(only?.scores.map(({ name, source, value }) => [name, source, value])).toEqual([
        ["contains", "code", 1],
        ["model", "model", 1]
      ])
      expect(scores).toHaveLength(2)
      const root = spans.find(({ name }) => name === "experiment.case")
      expect(root?.attributes).toMatchObject({ cost_usd: 2, agent_version: only?.agentVersion })
      const judged = spans.filter(({ name }) => name === "loom.model.stream").map(({ traceId }) =>
        traceId === root?.traceId
      )
      expect(judged.sort()).toEqual([false, true])
    }))
})

describe("results of an experiment", () => {
  const lines = Effect.gen(function*() {
    const { result, scores, spans } = yield* memory(Experiment.run({ ...options, repetitions: 2 }))
    return { result, text: linesOf(spans, scores).map((line) => `${line.trimEnd()}\n`) }
  })

  it.effect("are read back from a file", () =>
    Effect.gen(function*() {
      const { result, text } = yield* lines
      const [read] = yield* Experiment.results(Stream.make(new TextEncoder().encode(text.join(""))))
      const withoutOutput = result.cases.map((each) => ({ ...each, output: undefined }))
      const key = ({ caseId, repetition }: { caseId: string; repetition: number }) => `${caseId} ${repetition}`
      const sorted = (cases: typeof withoutOutput) => [...cases].sort((a, b) => key(a) < key(b) ? -1 : 1)
      expect(sorted([...read!.cases] as never)).toEqual(sorted(withoutOutput))
      expect(read?.scores["exact"]?.estimate?.mean).toBe(result.scores["exact"]?.estimate?.mean)
    }))

  it.effect("are reused for cases that are done", () =>
    Effect.gen(function*() {
      const { text } = yield* lines
      // The scores of all but two cases are missing, as if the program had been killed.
      const kept = text.slice(0, -4).join("")
      const [read] = yield* Experiment.results(Stream.make(new TextEncoder().encode(kept)))
      expect(read?.cases).toHaveLength(2)
      const asked: Array<string> = []
      const result = yield* Experiment.run({
        ...options,
        repetitions: 2,
        task: (question) => Effect.zipRight(Effect.sync(() => asked.push(question)), answer(question)),
        done: read!.cases
      })
      expect(asked).toHaveLength(4)
      expect(result.cases).toHaveLength(6)
      expect(result.scores["exact"]?.estimate?.mean).toBeCloseTo(2 / 3)
    }))

  it.effect("include what was done when the experiment was interrupted", () =>
    Effect.gen(function*() {
      const reached = yield* Deferred.make<void>()
      const { scores, spans } = yield* memory(Effect.gen(function*() {
        const fiber = yield* Effect.fork(Experiment.run({
          ...options,
          concurrency: 1,
          task: (question) =>
            question === "Italy?"
              ? Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never)
              : answer(question)
        }))
        yield* Deferred.await(reached)
        yield* Fiber.interrupt(fiber)
      }))
      const text = linesOf(spans, scores).map((line) => line.trimEnd()).join("\n")
      const [read] = yield* Experiment.results(Stream.make(new TextEncoder().encode(text)))
      expect(read?.cases.map(({ caseId }) => caseId)).toEqual(["france"])
    }))
})
