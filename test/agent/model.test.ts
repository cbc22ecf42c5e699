/**
 * The model call of a turn: retries, failures, time to the first content, the end of the script.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { Agent, AgentError, type ScriptedTurn } from "loom-telemetry/agent"
import { saying, talker } from "./arithmetic.js"
import { attributeOf, flaws, metricsNamed, outline, recorded, scripted, spanNamed } from "./recorded.js"
import { answeredWith, unreachable } from "./vendorErrors.js"

const failingWith = (error: unknown): ScriptedTurn => ({ error })

/** Runs on the test's clock for this long. */
const after = <A, E, R>(time: Duration.DurationInput, program: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(program)
    yield* TestClock.adjust(time)
    return yield* Fiber.join(fiber)
  })

const ask = talker("parrot").run("Hi", { userId: "alice" })

describe("a model call with a transient failure", () => {
  it.effect("is retried within the same span", () =>
    Effect.gen(function*() {
      const run = yield* after(
        "1 minute",
        ask.pipe(scripted(failingWith(unreachable), failingWith(answeredWith(503)), saying("Hi")), recorded)
      )
      expect((yield* run.exit).output).toBe("Hi")
      expect(outline(run, "retries", "tokens_in")).toEqual([
        "loom.run tokens_in=12",
        "  loom.turn",
        "    loom.model.stream retries=2 tokens_in=12"
      ])
      expect(metricsNamed(run, "loom.tokens.input").map(({ value }) => value)).toEqual([12])
    }))

  it.effect.each([408, 409, 425, 429, 500, 502, 503, 529])(
    "of status %i is retried",
    (status) =>
      Effect.gen(function*() {
        const run = yield* after(
          "1 minute",
          ask.pipe(scripted(failingWith(answeredWith(status)), saying("Hi")), recorded)
        )
        expect(attributeOf(run, "loom.model.stream", "retries")).toEqual([1])
      })
  )

  it.effect.each([400, 401, 403, 404, 422])(
    "is not assumed for status %i: there is no retry",
    (status) =>
      Effect.gen(function*() {
        const run = yield* after(
          "1 minute",
          ask.pipe(scripted(failingWith(answeredWith(status)), saying("Hi")), recorded)
        )
        expect(run.exit._tag).toBe("Failure")
        expect(attributeOf(run, "loom.model.stream", "retries")).toEqual([0])
      })
  )

  it.effect("is retried as often as modelRetries says", () =>
    Effect.gen(function*() {
      const agent = Agent.make({ name: "stubborn", instructions: "", modelRetries: 3 })
      const turns = Array.from({ length: 5 }, () => failingWith(unreachable))
      const run = yield* after("5 minutes", agent.run("Hi").pipe(scripted(...turns), recorded))
      expect(run.exit._tag).toBe("Failure")
      expect(attributeOf(run, "loom.model.stream", "retries")).toEqual([3])
    }))

  it.effect("is not retried once content has arrived", () =>
    Effect.gen(function*() {
      const run = yield* after(
        "1 minute",
        ask.pipe(scripted({ text: "I thi", error: unreachable }, saying("never said")), recorded)
      )
      expect(run.exit._tag).toBe("Failure")
      expect(spanNamed(run, "loom.model.stream")).toMatchObject({
        outcome: "failure",
        attributes: { retries: 0, ttft_ms: 0 }
      })
    }))

  it.effect("waits as long as the server asks", () =>
    Effect.gen(function*() {
      const program = ask.pipe(
        scripted(failingWith(answeredWith(429, { "retry-after": "7" })), saying("Hi")),
        recorded
      )
      const fiber = yield* Effect.fork(program)
      yield* TestClock.adjust(Duration.millis(6999))
      expect(yield* Fiber.poll(fiber)).toMatchObject({ _tag: "None" })
      yield* TestClock.adjust("1 millis")
      const run = yield* Fiber.join(fiber)
      expect(spanNamed(run, "loom.model.stream").durationMs).toBe(7000)
      // The time that the caller waited, retries included.
      expect(metricsNamed(run, "loom.model.ttft_ms").map(({ value }) => value)).toEqual([7000])
    }))

  it.effect("prefers retry-after-ms to retry-after", () =>
    Effect.gen(function*() {
      const headers = { "retry-after": "7", "retry-after-ms": "250" }
      const run = yield* after(
        "250 millis",
        ask.pipe(scripted(failingWith(answeredWith(429, headers)), saying("Hi")), recorded)
      )
      expect(spanNamed(run, "loom.model.stream").durationMs).toBe(250)
    }))

  it.effect("waits a minute at most, whatever the server asks", () =>
    Effect.gen(function*() {
      const run = yield* after(
        "1 minute",
        ask.pipe(scripted(failingWith(answeredWith(429, { "retry-after": "86400" })), saying("Hi")), recorded)
      )
      expect(spanNamed(run, "loom.model.stream").durationMs).toBe(60_000)
    }))
})

describe("a dead model", () => {
  const dead = ask.pipe(scripted(failingWith(answeredWith(401))), recorded)

  it.effect("fails the run with an AgentError that holds the cause", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip((yield* dead).exit)
      expect(error).toBeInstanceOf(AgentError)
      expect(error).toMatchObject({ _tag: "AgentError", agent: "parrot", turn: 0, reason: "ModelCallFailed" })
      expect(error.cause).toMatchObject({ _tag: "HttpResponseError", response: { status: 401 } })
      expect(error.message).toContain("The agent \"parrot\" failed in turn 0")
    }))

  it.effect("leaves no open spans, only failed ones, and the session's duration", () =>
    Effect.gen(function*() {
      const run = yield* dead
      expect(outline(run, "turns")).toEqual([
        "loom.run turns=1 [failure]",
        "  loom.turn [failure]",
        "    loom.model.stream [failure]"
      ])
      expect(flaws(run)).toEqual([])
      expect(metricsNamed(run, "loom.session.duration_ms")).toEqual([
        { architecture: "agent", outcome: "failure", user_id: "alice", value: 0 }
      ])
      expect(metricsNamed(run, "loom.tokens.input")).toEqual([])
    }))

  it.effect("names the kind of failure", () =>
    Effect.gen(function*() {
      expect(spanNamed(yield* dead, "loom.model.stream").exception).toBe(
        "ModelCallError: Vendor.streamText failed: HttpResponseError with status 401"
      )
    }))
})

describe("a scripted model", () => {
  it.effect("fails after its last turn, and says so", () =>
    Effect.gen(function*() {
      const run = yield* Effect.zipRight(ask, ask).pipe(scripted(saying("Hi")), recorded)
      const error = yield* Effect.flip(run.exit)
      expect(error._tag).toBe("AgentError")
      expect(error.message).toContain("the script has 1 turns and this is call 2; add a turn to ScriptedModel.layer")
    }))

  it.effect("delays on the Clock, which is the time to the first content", () =>
    Effect.gen(function*() {
      const run = yield* after(
        "120 millis",
        ask.pipe(scripted({ ...saying("Hi there"), delay: "120 millis" }), recorded)
      )
      expect(spanNamed(run, "loom.model.stream")).toMatchObject({ durationMs: 120, attributes: { ttft_ms: 120 } })
      expect(metricsNamed(run, "loom.model.ttft_ms")).toEqual([
        { model: "ScriptedModel", user_id: "alice", value: 120 }
      ])
    }))

  it.effect("reports why it stopped", () =>
    Effect.gen(function*() {
      const run = yield* ask.pipe(scripted({ ...saying("Once upon a"), finishReason: "length" }), recorded)
      expect(attributeOf(run, "loom.model.stream", "finish_reason")).toEqual(["length"])
    }))

  it.effect("reports no usage if the script has none, and nothing is counted", () =>
    Effect.gen(function*() {
      const run = yield* ask.pipe(scripted({ text: "Hi" }), recorded)
      expect(yield* run.exit).toMatchObject({ tokensIn: 0, tokensOut: 0, costUsd: null })
      expect(spanNamed(run, "loom.model.stream").attributes).not.toHaveProperty("tokens_in")
      expect(metricsNamed(run, "loom.tokens.input")).toEqual([])
    }))
})
