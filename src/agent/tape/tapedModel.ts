/**
 * A `LanguageModel` that answers as recorded, without a network: the same parts in the same pieces, including failed attempts.
 */
import * as AiError from "@effect/ai/AiError"
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Response from "@effect/ai/Response"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import { rejectionOf } from "../model/malformed.js"
import { identify, identityOf } from "../model/ModelIdentity.js"
import type { AnyPart } from "../model/modelParts.js"
import { nextAnswer, type PlayedArrival } from "./playedCall.js"
import type { TapeEntry } from "./tapeEntry.js"
import { CurrentTape, type TapePlace } from "./TapePlace.js"

const isPart = (entry: TapeEntry): entry is Response.AllPartsEncoded =>
  entry.type !== "failed" && entry.type !== "announced" && entry.type !== "attempt" && entry.type !== "unreadable"

/** Receives the attributes that the vendor's layer set on the span of `@effect/ai`. */
type Listen = (key: string, value: string | number) => void

/** The parts of one arrival. Fails where the recorded call failed. */
const arrive = (
  place: TapePlace,
  { at, entries }: PlayedArrival,
  listen: Listen
): Effect.Effect<ReadonlyArray<Response.AllPartsEncoded>, AiError.AiError> =>
  Effect.zipRight(
    place.pace(at),
    Effect.suspend(() => {
      for (const entry of entries) {
        if (entry.type === "failed") {
          const { rejected = [] } = entry
          return Effect.flatMap(
            Effect.orDie(Schema.decodeUnknown(AiError.AiError)(entry.error)),
            (error) => Effect.fail(rejectionOf(error, rejected))
          )
        }
        if (entry.type === "announced") {
          listen(entry.key, entry.value)
        }
      }
      return Effect.succeed(entries.filter(isPart))
    })
  )

/** The next answer of the recorded call, in the recorded pieces and at the recorded times. */
const answer = (listen: Listen): Stream.Stream<Response.AllPartsEncoded, AiError.AiError> =>
  Stream.unwrap(Effect.map(nextAnswer, ({ arrivals, place }) =>
    Stream.mapChunks(
      Stream.mapEffect(Stream.rechunk(Stream.fromIterable(arrivals), 1), (arrival) => arrive(place, arrival, listen)),
      Chunk.flatMap(Chunk.fromIterable)
    )))

const setOn = (span: Tracer.Span): Listen => (key, value) => span.attribute(key, value)

const make: Effect.Effect<LanguageModel.Service> = LanguageModel.make({
  generateText: ({ span }) =>
    Effect.map(Stream.runCollect(answer(setOn(span))), (parts) => [...parts] as Array<Response.PartEncoded>),
  streamText: ({ span }) => answer(setOn(span)) as Stream.Stream<Response.StreamPartEncoded, AiError.AiError>
})

/**
 * The answer to an agent's call: from the tape if the service is a taped one and something is being played, else `live`. It stays encoded, because
 * agents accept that too, and building the schemas that `@effect/ai` decodes with takes longer than the rest of a played call.
 */
export const playedOr = (
  service: LanguageModel.Service,
  listen: Listen,
  live: Stream.Stream<AnyPart, AiError.AiError>
): Stream.Stream<AnyPart, AiError.AiError> =>
  identityOf(service).isTaped
    ? Stream.unwrap(
      Effect.map(CurrentTape, (place): Stream.Stream<AnyPart, AiError.AiError> =>
        place === undefined ? live : answer(listen))
    )
    : live

/** The model of a tape. `model` is its name for agents before their first call. */
export const tapedModel = (model: string | undefined): Effect.Effect<LanguageModel.Service> =>
  Effect.map(make, (service) => identify(service, { model, provider: undefined }, { isTaped: true }))

/** Answers as recorded while something is being played, else like `live`. */
export const tapedOrLive = (live: LanguageModel.Service): Effect.Effect<LanguageModel.Service> =>
  Effect.map(make, (taped) => {
    const { model, provider, underneath } = identityOf(live)
    const chosen = Effect.map(CurrentTape, (place) => place === undefined ? underneath : taped)
    const service: LanguageModel.Service = {
      generateText: (options: never) => Effect.flatMap(chosen, (each) => each.generateText(options)),
      generateObject: (options: never) => Effect.flatMap(chosen, (each) => each.generateObject(options)),
      streamText: (options: never) => Stream.unwrap(Effect.map(chosen, (each) => each.streamText(options)))
    } as never
    return identify(service, { model, provider }, { isTaped: true })
  })
