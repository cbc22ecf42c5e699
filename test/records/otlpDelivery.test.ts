/**
 * Retries of one export, under the test clock. OTLP specification 1.9, "OTLP/HTTP Response".
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as TestContext from "effect/TestContext"
import { describe, expect } from "vitest"
import { type Answer, deliver, type Post, Undelivered } from "../../src/records/otlpDelivery.js"
import { faultRow } from "../faults/row.js"

const answer = (status: number, retryAfter?: string): Effect.Effect<Answer> =>
  Effect.succeed({ status, reason: "", retryAfter, body: new Uint8Array([status % 256]) })

const refused = new Undelivered({ message: "ECONNREFUSED", isFinal: false })

/** A receiver that sends these responses in order, repeats the last one, and records the times of requests. */
const receiving = (...answers: ReadonlyArray<Effect.Effect<Answer, Undelivered>>) => {
  const at: Array<number> = []
  const post: Post = () =>
    Effect.flatMap(TestClock.currentTimeMillis, (now) => {
      at.push(now)
      return answers[Math.min(at.length, answers.length) - 1]!
    })
  return { at, post }
}

/** A row of the fault matrix, under the test clock. */
const row = (what: string, body: () => Effect.Effect<void>): void =>
  faultRow("OTLP", `a delivery ${what}`, () => Effect.runPromise(Effect.provide(body(), TestContext.TestContext)))

const patience = { attempt: 10_000, total: 30_000 }

/** The outcome of a delivery after one minute of the test clock. */
const delivered = (post: Post) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(deliver(post, new Uint8Array(), patience, () => Effect.void))
    yield* TestClock.adjust("60 seconds")
    return yield* outcomeOf(fiber)
  })

/** `taken`, or why the delivery failed. */
const outcomeOf = (fiber: Fiber.Fiber<Uint8Array, Undelivered>): Effect.Effect<string> =>
  Effect.match(Fiber.join(fiber), { onSuccess: () => "taken", onFailure: ({ message }) => message })

describe("a delivery", () => {
  row("succeeds at once if the receiver accepts it", () =>
    Effect.gen(function*() {
      const { at, post } = receiving(answer(200))
      expect(yield* delivered(post)).toBe("taken")
      expect(at).toEqual([0])
    }))

  for (const status of [429, 502, 503, 504]) {
    row(`is retried after ${status}`, () =>
      Effect.gen(function*() {
        const { at, post } = receiving(answer(status), answer(202))
        expect(yield* delivered(post)).toBe("taken")
        expect(at).toHaveLength(2)
      }))
  }

  for (const status of [301, 400, 401, 404, 413, 500, 501]) {
    row(`is not retried after ${status}`, () =>
      Effect.gen(function*() {
        const { at, post } = receiving(answer(status))
        expect(yield* delivered(post)).toBe(`HTTP ${status}`)
        expect(at).toHaveLength(1)
      }))
  }

  row(
    "is retried with growing pauses until the time is up if there is no receiver",
    () =>
      Effect.gen(function*() {
        const { at, post } = receiving(refused)
        expect(yield* delivered(post)).toBe("ECONNREFUSED")
        const pauses = at.slice(1).map((time, index) => time - at[index]!)
        pauses.forEach((pause, index) => {
          const middle = Math.min(1000 * 1.5 ** index, 5000)
          expect(pause).toBeGreaterThanOrEqual(Math.floor(middle * 0.8))
          expect(pause).toBeLessThanOrEqual(Math.ceil(middle * 1.2))
        })
        expect(at.at(-1)).toBeLessThanOrEqual(30_000)
        expect(at.at(-1)).toBeGreaterThan(20_000)
      })
  )

  row("is not retried if the failure is final", () =>
    Effect.gen(function*() {
      const { at, post } = receiving(new Undelivered({ message: "self-signed certificate", isFinal: true }))
      expect(yield* delivered(post)).toBe("self-signed certificate")
      expect(at).toHaveLength(1)
    }))

  row("waits as long as the receiver asks, in seconds or until a date", () =>
    Effect.gen(function*() {
      const { at, post } = receiving(answer(429, "7"), answer(503, new Date(19_000).toUTCString()), answer(200))
      expect(yield* delivered(post)).toBe("taken")
      expect(at).toEqual([0, 7000, 19_000])
    }))

  row(
    "pauses briefly if the receiver asks for an immediate retry, and as usual if its header is invalid",
    () =>
      Effect.gen(function*() {
        const { at, post } = receiving(answer(429, "0"), answer(429, "soon"), answer(200))
        expect(yield* delivered(post)).toBe("taken")
        expect(at[1]).toBe(100)
        expect(at[2]! - at[1]!).toBeGreaterThanOrEqual(1200)
      })
  )

  row("fails at once if the receiver asks for more time than is left", () =>
    Effect.gen(function*() {
      const { at, post } = receiving(answer(503, "3600"))
      const fiber = yield* Effect.fork(deliver(post, new Uint8Array(), patience, () => Effect.void))
      yield* TestClock.adjust("0 millis")
      expect(yield* outcomeOf(fiber)).toBe("HTTP 503")
      expect(at).toEqual([0])
    }))

  row("is retried if there is no answer in time", () =>
    Effect.gen(function*() {
      const { at, post } = receiving(Effect.never, answer(200))
      expect(yield* delivered(post)).toBe("taken")
      expect(at[1]).toBeGreaterThanOrEqual(10_800)
      const silent = receiving(Effect.never)
      expect(yield* delivered(silent.post)).toBe("no answer within 10s")
    }))
})
