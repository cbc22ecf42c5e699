/**
 * Delivers a batch of which a receiver refuses a part: what is refused for its content is halved until the refused items stand alone.
 *
 * One bad item of 512 takes 19 requests. Larger parts are sent first, so a receiver that refuses everything is noticed after few requests.
 */
import * as Effect from "effect/Effect"
import type { Refused, Undelivered } from "./otlpDelivery.js"

/** What became of a batch. The items that are in none of these were accepted. */
export interface Halved<Item = unknown> {
  /** Items that were not delivered, and why not. */
  readonly lost: Refused | undefined
  /** Items in requests whose answer was no answer of OTLP. */
  readonly unsure: number
  /** Items that no receiver has refused: it was gone or too busy. `undefined` if there are none. */
  readonly unreached: ReadonlyArray<Item> | undefined
}

/** What a receiver said to one request that it accepted. */
export interface Accepted {
  readonly refused: Refused | undefined
  readonly isUnsure: boolean
}

/** Requests for one batch at most. */
const mostRequests = 128

/** With so many refusals and nothing accepted, it is not a matter of single items. */
const mostRefusals = 16

/** Halves a batch. Fails with the first reason if nothing was delivered, for one reason. */
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
