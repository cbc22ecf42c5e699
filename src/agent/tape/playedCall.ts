/**
 * A model call of a played run: its recorded span, whether the request is the same, the answer and the cost.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ModelIdentity } from "../model/ModelIdentity.js"
import type { Price } from "../Pricing.js"
import { messagesDiff } from "./messagesDiff.js"
import type { RequestText } from "./RequestText.js"
import type { TapeEntry } from "./tapeEntry.js"
import { CurrentTape, entered, type TapedSpan, type TapePlace } from "./TapePlace.js"
import { type ToolDigests, toolsDiff } from "./toolsDiff.js"

const call = { role: "model", attributes: {} } as const

const textAt = ({ attributes }: TapedSpan, key: string): string | undefined => {
  const value = attributes[key]
  return typeof value === "string" ? value : undefined
}

/** The call's place. If several recorded calls are in the same place, the one with the same request. */
const enteredCall = (request: Effect.Effect<RequestText>): Effect.Effect<TapePlace | undefined> =>
  Effect.flatMap(
    request,
    (asked) =>
      Effect.tap(entered(() => call, (span) => textAt(span, "input_messages") === asked.items.text), (place) => {
        if (place !== undefined) {
          place.request = asked
        }
      })
  )

const inCall = <A>(
  request: Effect.Effect<RequestText>,
  live: A,
  played: (place: TapePlace | undefined) => A
): Effect.Effect<A> =>
  Effect.flatMap(
    CurrentTape,
    (tape) => tape === undefined ? Effect.succeed(live) : Effect.map(enteredCall(request), played)
  )

/** Makes a call in its place on the tape, if something is being played. */
export const inPlayedCall = <A, E, R>(
  request: Effect.Effect<RequestText>,
  self: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatten(inCall(request, self, (place) => Effect.provideService(self, CurrentTape, place)))

/** The same for a stream. */
export const streamInPlayedCall = <A, E, R>(
  request: Effect.Effect<RequestText>,
  self: Stream.Stream<A, E, R>
): Stream.Stream<A, E, R> =>
  Stream.unwrap(inCall(request, self, (place) => Stream.provideService(self, CurrentTape, place)))

/** The recorded call; `undefined` if none is being played. */
const currentCall: Effect.Effect<TapePlace & { readonly span: TapedSpan } | undefined> = Effect.map(
  CurrentTape,
  (place) => place?.span?.role === "model" ? place as TapePlace & { readonly span: TapedSpan } : undefined
)

/** Ends the run if nothing was recorded here, if the run has already diverged, or if the request is different. */
export const sameRequest = ({ items: { text }, tools }: RequestText): Effect.Effect<void> =>
  Effect.flatMap(CurrentTape, (place) => {
    if (place === undefined) {
      return Effect.void
    }
    const { span, tape } = place
    if (tape.divergence !== undefined) {
      return Effect.die(tape.divergence)
    }
    if (span === undefined) {
      return tape.diverge(place, "the recorded run has no such model call")
    }
    if (!tape.strict) {
      return Effect.void
    }
    const recorded = textAt(span, "input_messages") ?? "[]"
    const diff = recorded === text ? toolsDiff(tapeOf(span).tools ?? tools, tools) : messagesDiff(recorded, text)
    return diff === "" ? Effect.void : tape.diverge(place, diff)
  })

/** The request of the played call; `undefined` if none is being played. */
export const playedRequest: Effect.Effect<RequestText | undefined> = Effect.map(CurrentTape, (place) => place?.request)

/** The model and provider of the recorded call; `undefined` if none is being played. */
export const playedIdentity: Effect.Effect<ModelIdentity | undefined> = Effect.map(currentCall, (place) => {
  const model = place && textAt(place.span, "model")
  return place && { model: model === "unknown" ? undefined : model, provider: textAt(place.span, "provider") }
})

/** The cost of the recorded call, if it has one; `undefined` if none is being played. */
export const playedPrice: Effect.Effect<{ readonly price: Price | undefined } | undefined> = Effect.map(
  currentCall,
  (place) => {
    const usd = place?.span.attributes["cost_usd"]
    return place && {
      price: typeof usd === "number" ? { usd, source: textAt(place.span, "cost_source") ?? "" } : undefined
    }
  }
)

/** Entries that arrived together. */
export interface PlayedArrival {
  /** Milliseconds since the call began. */
  readonly at: number
  readonly entries: ReadonlyArray<TapeEntry>
}

interface TapeAttribute {
  readonly arrivals: ReadonlyArray<readonly [at: number, entries: number]>
  /** Missing in cassettes recorded before tools were compared. */
  readonly tools?: ToolDigests
}

const tapeOf = (span: TapedSpan): TapeAttribute => JSON.parse(textAt(span, "tape") ?? "{\"arrivals\":[]}")

/** The attempts of a recorded call, each with what arrived. Throws if they were not recorded, but a tape is checked before it is played. */
const attemptsOf = (span: TapedSpan): ReadonlyArray<ReadonlyArray<PlayedArrival>> => {
  const entries = JSON.parse(textAt(span, "response_parts") ?? "[]") as ReadonlyArray<TapeEntry>
  const { arrivals } = tapeOf(span)
  const attempts: Array<Array<PlayedArrival>> = [[]]
  let from = 0
  for (const [at, count] of arrivals) {
    const arrived = entries.slice(from, from += count)
    if (arrived[0]?.type === "attempt") {
      attempts.push([])
    } else {
      attempts.at(-1)!.push({ at, entries: arrived })
    }
  }
  return attempts
}

/** Whether the recorded call has another attempt; `undefined` if none is being played. */
export const playedAnother: Effect.Effect<boolean | undefined> = Effect.map(
  currentCall,
  (place) => place?.hasAnother(attemptsOf(place.span).length)
)

/** The next answer of the recorded call: the first one, then one per retry. Empty after the last attempt. */
export const nextAnswer: Effect.Effect<{
  readonly place: TapePlace
  readonly arrivals: ReadonlyArray<PlayedArrival>
}> = Effect.flatMap(CurrentTape, (place) => {
  if (place === undefined) {
    return Effect.dieMessage("The model of a cassette was called while nothing is being played")
  }
  const { span } = place
  return span?.role === "model"
    ? Effect.sync(() => ({ place, arrivals: attemptsOf(span)[place.nextAttempt()] ?? [] }))
    : place.tape.diverge(place, "the model was called without being measured: use instrumentLanguageModel")
})
