/**
 * Vendors that reject requests, abort answers or send nonsense: what is retried, what fails, and what is recorded.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Agent, type AgentError } from "loom-telemetry/agent"
import { arithmetic, ArithmeticLive, arithmeticTools } from "../arithmetic.js"
import { flaws, metricsNamed, recorded, spanNamed, spansNamed } from "../recorded.js"
import { type Answer, calls, refuses, says } from "./answers.js"
import { ask, type Asked } from "./asked.js"
import { impatientClock } from "./clocks.js"
import { anthropic, openai, vendors } from "./vendors.js"
import { vendorServer } from "./vendorServer.js"

const answered = [calls("add", "{\"a\": 2, \"b\": 3}"), says("The sum is 5.")]

const sum = says("The sum is 5.")

/** How the run ended: its output, or the cause of its error. */
const ending = ({ exit }: Asked): unknown => Exit.isSuccess(exit) ? exit.value.output : failureOf(exit).cause

const failureOf = (exit: Exit.Failure<unknown, AgentError>): AgentError => Cause.squash(exit.cause) as AgentError

/** A call that does not finish has neither tokens nor a finish reason. */
const expectNoUsage = (run: Asked): void => {
  const { attributes } = spanNamed(run, "loom.model.stream")
  for (const key of ["tokens_in", "tokens_out", "cached_tokens_in", "cost_usd", "finish_reason"]) {
    expect(attributes).not.toHaveProperty(key)
  }
  expect(metricsNamed(run, "loom.tokens.input")).toEqual([])
  expect(metricsNamed(run, "loom.tokens.output")).toEqual([])
  expect(spanNamed(run, "loom.run").attributes).toMatchObject({ tokens_in: 0, tokens_out: 0 })
}

describe.each(vendors)("$name rejects a request", (vendor) => {
  it.scopedLive("twice with 429: two retries, each after the delay that the vendor asks for", () =>
    Effect.gen(function*() {
      const { clock, waits } = impatientClock()
      const run = yield* Effect.withClock(
        ask(vendor, [refuses(429, { "retry-after": "3" }), refuses(429, { "retry-after": "0.5004" }), ...answered]),
        clock
      )
      expect(ending(run)).toBe("The sum is 5.")
      expect(spansNamed(run, "loom.model.stream").map(({ attributes }) => attributes["retries"])).toEqual([2, 0])
      expect(waits).toEqual([3000, 500])
      expect(run.server.requests).toHaveLength(4)
      expect(flaws(run)).toEqual([])
    }))

  it.scopedLive("with a date to retry at: the call waits until then", () =>
    Effect.gen(function*() {
      const { clock, waits } = impatientClock(Date.parse("2026-01-01T00:00:00Z"))
      const refusals = ["Thu, 01 Jan 2026 00:00:07 GMT", "Wed, 31 Dec 2025 23:59:00 GMT"]
        .map((date) => refuses(503, { "retry-after": date }))
      const run = yield* Effect.withClock(ask(vendor, [...refusals, sum]), clock)
      expect(ending(run)).toBe("The sum is 5.")
      expect(waits).toEqual([7000, 0])
    }))

  it.scopedLive("for an hour: the call waits at most a minute", () =>
    Effect.gen(function*() {
      const { clock, waits } = impatientClock()
      yield* Effect.withClock(ask(vendor, [refuses(429, { "retry-after": "3600" }), sum]), clock)
      expect(waits).toEqual([60_000])
    }))

  it.scopedLive("with an invalid retry-after: the call waits as if there were none", () =>
    Effect.gen(function*() {
      const { clock, waits } = impatientClock()
      const run = yield* Effect.withClock(ask(vendor, [refuses(429, { "retry-after": "soon" }), sum]), clock)
      expect(ending(run)).toBe("The sum is 5.")
      expect(waits).toHaveLength(1)
      expect(waits[0]).toBeLessThanOrEqual(500)
      expect(waits[0]).toSatisfy(Number.isInteger)
    }))

  it.scopedLive.each([500, 529])(
    "with %d every time: the run fails with the cause",
    (status) =>
      Effect.gen(function*() {
        const { clock, waits } = impatientClock()
        const run = yield* Effect.withClock(ask(vendor, Array.from({ length: 9 }, () => refuses(status))), clock)
        expect(ending(run)).toMatchObject({ _tag: "HttpResponseError", response: { status } })
        expect(run.server.requests).toHaveLength(3)
        expect(waits).toHaveLength(2)
        const call = spanNamed(run, "loom.model.stream")
        expect(call).toMatchObject({ outcome: "failure", attributes: { retries: 2 } })
        expect(call.exception).toMatch(new RegExp(`streamRequest failed: HttpResponseError with status ${status}`))
        expect(spanNamed(run, "loom.run").outcome).toBe("failure")
        expectNoUsage(run)
        expect(flaws(run)).toEqual([])
      })
  )

  it.scopedLive.each([400, 401])("with %d: there is no retry", (status) =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, [refuses(status), ...answered])
      expect(ending(run)).toMatchObject({ _tag: "HttpResponseError", response: { status } })
      expect(run.server.requests).toHaveLength(1)
    }))

  it.scopedLive("and says itself whether to retry: that applies", () =>
    Effect.gen(function*() {
      const { clock } = impatientClock()
      const never = yield* ask(vendor, [refuses(429, { "x-should-retry": "false" }), sum])
      expect(never.server.requests).toHaveLength(1)
      const again = yield* Effect.withClock(ask(vendor, [refuses(400, { "x-should-retry": "true" }), sum]), clock)
      expect(ending(again)).toBe("The sum is 5.")
    }))

  it.scopedLive("as often as modelRetries allows", () =>
    Effect.gen(function*() {
      const agent = Agent.make({ name: "brave", instructions: "Answer.", toolkit: arithmeticTools, modelRetries: 0 })
      const run = yield* ask(vendor, [refuses(500), sum], { agent })
      expect(run.server.requests).toHaveLength(1)
      expect(spanNamed(run, "loom.model.stream").attributes["retries"]).toBe(0)
    }))
})

/** Events before the answer itself: message_start and ping, response.created and in_progress. */
const preamble = 2

/** The first words arrive within this many events. */
const firstWords = 6

describe.each(vendors)("an answer of $name that is cut off", (vendor) => {
  it.scopedLive.each(["drop", "close"] as const)(
    "after its first words (%s) fails the run without a retry",
    (how) =>
      Effect.gen(function*() {
        const run = yield* ask(vendor, [{ ...sum, cut: { after: firstWords, how } }, sum])
        expect(run.server.requests).toHaveLength(1)
        expect(Exit.isFailure(run.exit)).toBe(true)
        expect(spanNamed(run, "loom.model.stream")).toMatchObject({
          outcome: "failure",
          attributes: { retries: 0, response_model: vendor.responseModel }
        })
        expectNoUsage(run)
        expect(flaws(run)).toEqual([])
      })
  )

  it.scopedLive.each(["drop", "close"] as const)(
    "before its first words (%s) is retried",
    (how) =>
      Effect.gen(function*() {
        const { clock } = impatientClock()
        const run = yield* Effect.withClock(ask(vendor, [{ ...sum, cut: { after: preamble, how } }, sum]), clock)
        expect(ending(run)).toBe("The sum is 5.")
        expect(spanNamed(run, "loom.model.stream").attributes).toMatchObject({
          retries: 1,
          tokens_in: 12,
          tokens_out: 4
        })
      })
  )

  it.scopedLive("by an error of a busy vendor before its first words is retried", () =>
    Effect.gen(function*() {
      const { clock } = impatientClock()
      const busy: Answer = { ...sum, error: { after: preamble, type: "overloaded" } }
      const run = yield* Effect.withClock(ask(vendor, [busy, busy, sum]), clock)
      expect(ending(run)).toBe("The sum is 5.")
      expect(spanNamed(run, "loom.model.stream").attributes["retries"]).toBe(2)
    }))

  it.scopedLive("by an error after its first words fails the run", () =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, [{ ...sum, error: { after: firstWords, type: "overloaded" } }, sum])
      expect(run.server.requests).toHaveLength(1)
      expect(ending(run)).toMatchObject({ description: "The model's answer broke off with an error" })
      expectNoUsage(run)
    }))

  it.scopedLive("by an error that is not transient is not retried", () =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, [{ ...sum, error: { after: preamble, type: "invalid" } }, sum])
      expect(run.server.requests).toHaveLength(1)
      expect(Exit.isFailure(run.exit)).toBe(true)
    }))
})

describe("a response of openai that fails", () => {
  it.scopedLive("is retried, and not mistaken for an empty answer", () =>
    Effect.gen(function*() {
      const { clock } = impatientClock()
      const failing: Answer = { ...sum, error: { after: preamble, type: "failed" } }
      const run = yield* Effect.withClock(ask(openai, [failing, sum]), clock)
      expect(ending(run)).toBe("The sum is 5.")
      expect(spanNamed(run, "loom.model.stream").attributes).toMatchObject({ retries: 1, tokens_in: 12 })
    }))

  it.scopedLive("fails the run if it fails every time", () =>
    Effect.gen(function*() {
      const { clock } = impatientClock()
      const failing: Answer = { ...sum, error: { after: preamble, type: "failed" } }
      const run = yield* Effect.withClock(ask(openai, [failing, failing, failing, sum]), clock)
      expect(ending(run)).toMatchObject({ description: "The model's answer ended before it was finished" })
      expect(spanNamed(run, "loom.model.stream")).toMatchObject({ outcome: "failure", attributes: { retries: 2 } })
    }))
})

describe.each(vendors)("if $name cannot be reached", (vendor) => {
  it.scopedLive("the call is retried, and fails with the cause", () =>
    Effect.gen(function*() {
      const { clock, waits } = impatientClock()
      const gone = yield* Effect.scoped(vendorServer())
      const run = yield* arithmetic.run("Hello?").pipe(
        Effect.provide(ArithmeticLive),
        Effect.provide(vendor.layer(gone)),
        recorded,
        Effect.withClock(clock)
      )
      expect(Exit.isFailure(run.exit) && failureOf(run.exit).cause).toMatchObject({
        _tag: "HttpRequestError",
        reason: "Transport"
      })
      expect(waits).toHaveLength(2)
      expect(spanNamed(run, "loom.model.stream").attributes["retries"]).toBe(2)
    }))
})

describe("a malformed event", () => {
  const nonsense = { event: firstWords - 1, lines: "event: nonsense\ndata: {\"type\": \"nonsense\", \"half\": \n\n" }

  it.scopedLive("fails the run with anthropic, since its content is lost", () =>
    Effect.gen(function*() {
      const run = yield* ask(anthropic, [{ ...sum, malformed: nonsense }, sum])
      expect(ending(run)).toMatchObject({ _tag: "MalformedOutput", module: "AnthropicClient" })
      expect(run.server.requests).toHaveLength(1)
      expectNoUsage(run)
      expect(flaws(run)).toEqual([])
    }))

  it.scopedLive("is skipped with openai, whose package ignores unknown events", () =>
    Effect.gen(function*() {
      const run = yield* ask(openai, [{ ...sum, malformed: { ...nonsense, event: 1 } }])
      expect(ending(run)).toBe("The sum is 5.")
      expect(spanNamed(run, "loom.model.stream").attributes).toMatchObject({ tokens_in: 12, tokens_out: 4 })
    }))
})
