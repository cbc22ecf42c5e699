/**
 * If a receiver refuses part of a batch, only that part is lost, and few requests are needed.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Undelivered } from "../../src/records/otlpDelivery.js"
import { deliverHalving } from "../../src/records/otlpHalving.js"

/** A receiver that refuses every request with one of these items. */
const receiving = (poison: ReadonlyArray<number>, isAboutContent = true) => {
  const taken: Array<number> = []
  let requests = 0
  const send = (items: ReadonlyArray<number>) =>
    Effect.suspend(() => {
      requests++
      if (items.some((item) => poison.includes(item))) {
        return new Undelivered({ message: "HTTP 400", isFinal: true, isAboutContent })
      }
      taken.push(...items)
      return Effect.succeed({ refused: undefined, isUnsure: false })
    })
  return { send, taken, requests: () => requests }
}

const batch = Array.from({ length: 512 }, (_, index) => index)

describe("a batch of 512", () => {
  it.effect.each([0, 1, 255, 256, 300, 511])("loses only the bad item at %i", (poison) =>
    Effect.gen(function*() {
      const { requests, send, taken } = receiving([poison])
      expect(yield* deliverHalving(batch, send)).toEqual({ lost: { count: 1, reason: "HTTP 400" }, unsure: 0 })
      expect(taken.sort((one, other) => one - other)).toEqual(batch.filter((item) => item !== poison))
      expect(requests()).toBe(19)
    }))

  it.effect("loses only its four bad items", () =>
    Effect.gen(function*() {
      const { send, taken } = receiving([3, 100, 301, 500])
      expect((yield* deliverHalving(batch, send)).lost?.count).toBe(4)
      expect(taken).toHaveLength(508)
    }))

  it.effect("is given up after 16 requests if all items are refused", () =>
    Effect.gen(function*() {
      const { requests, send } = receiving(batch)
      expect((yield* Effect.flip(deliverHalving(batch, send))).message).toBe("HTTP 400")
      expect(requests()).toBe(16)
    }))

  it.effect("takes at most 128 requests and counts every item if every third item is refused", () =>
    Effect.gen(function*() {
      const { requests, send, taken } = receiving(batch.filter((item) => item % 3 === 0 && item < 256))
      const { lost } = yield* deliverHalving(batch, send)
      expect(requests()).toBeLessThanOrEqual(128)
      expect(taken.length + lost!.count).toBe(512)
    }))

  it.effect("is not sent again if it is refused for a reason other than its content", () =>
    Effect.gen(function*() {
      const { requests, send } = receiving([1], false)
      yield* Effect.flip(deliverHalving(batch, send))
      expect(requests()).toBe(1)
    }))

  it.effect("counts items that an accepted request lost, and items whose response was not OTLP", () =>
    Effect.gen(function*() {
      expect(
        yield* deliverHalving(batch, () => Effect.succeed({ refused: { count: 2, reason: "no" }, isUnsure: false }))
      ).toEqual({ lost: { count: 2, reason: "no" }, unsure: 0 })
      expect(yield* deliverHalving(batch, () => Effect.succeed({ refused: undefined, isUnsure: true }))).toEqual({
        lost: undefined,
        unsure: 512
      })
    }))
})
