/**
 * Delivers a batch in which a receiver may refuse some items: a request refused for its content is split in half until the bad items are isolated.
 *
 * One bad item among 512 takes 19 requests. Larger parts are sent first, so a receiver that refuses everything is noticed after a few requests.
 */
import * as Effect from "effect/Effect"
import type { Refused, Undelivered } from "./otlpDelivery.js"

/** The result of delivering a batch. Items that are in none of these were accepted. */
export interface Halved<Item = unknown> {
  /** How many items were not delivered, and why. */
  readonly lost: Refused | undefined
  /** How many items were in requests whose response was not valid OTLP. */
  readonly unsure: number
  /** Items that were not refused but did not get through, because the receiver was unreachable or too busy. `undefined` if there are none. */
  readonly unreached: ReadonlyArray<Item> | undefined
}

/** A receiver's response to a request that it accepted. */
export interface Accepted {
  readonly refused: Refused | undefined
  readonly isUnsure: boolean
}

/** At most this many requests per batch. */
const mostRequests = 128

/** After this many refusals and nothing accepted, single items are not the cause. */
const mostRefusals = 16

/** Delivers a batch by halving. Fails with the first failure if all items were refused, or if none got through. */
export const deliverHalving = <Item>(
  batch: ReadonlyArray<Item>,
  send: (items: ReadonlyArray<Item>) => Effect.Effect<Accepted, Undelivered>
): Effect.Effect<Halved<Item>, Undelivered> =>
  Effect.gen(function*() {
    const parts = [batch]
    let requests = 0
    let isAnyAccepted = false
    let first: Undelivered | undefined
    let lost = 0
    let reason = ""
    let unsure = 0
    const unreached: Array<Item> = []
    const lose = (count: number, why: string) => {
      lost += count
      reason ||= why
    }
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      if (requests >= mostRequests || (requests >= mostRefusals && !isAnyAccepted)) {
        lose(part.length, first!.message)
        continue
      }
      requests++
      const items = part
      yield* Effect.match(send(items), {
        onSuccess: ({ isUnsure, refused }) => {
          isAnyAccepted = true
          const count = Math.min(items.length, refused?.count ?? 0)
          if (refused !== undefined) {
            lose(count, refused.reason)
          }
          unsure += isUnsure ? items.length - count : 0
        },
        onFailure: (failure) => {
          first ??= failure
          if (!failure.isFinal) {
            unreached.push(...items)
            return
          }
          if (failure.isAboutContent !== true || items.length < 2) {
            return lose(items.length, failure.message)
          }
          const middle = Math.ceil(items.length / 2)
          parts.push(items.slice(0, middle), items.slice(middle))
        }
      })
    }
    const isForOneReason = lost === 0 || unreached.length === 0
    return isAnyAccepted || first === undefined || !isForOneReason
      ? {
        lost: lost === 0 ? undefined : { count: lost, reason },
        unsure,
        unreached: unreached.length === 0 ? undefined : unreached
      }
      : yield* first
  })
