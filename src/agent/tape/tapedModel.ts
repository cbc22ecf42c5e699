/**
 * A `LanguageModel` that answers as recorded: the same parts, in the same pieces, failed attempts included. It reaches no network.
 */
import * as AiError from "@effect/ai/AiError"
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Response from "@effect/ai/Response"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import { identify, identityOf } from "../model/ModelIdentity.js"
import { nextAnswer, type PlayedArrival } from "./playedCall.js"
import type { TapeEntry } from "./tapeEntry.js"
import { CurrentTape, type TapePlace } from "./TapePlace.js"

const isPart = (entry: TapeEntry): entry is Response.AllPartsEncoded =>
  entry.type !== "failed" && entry.type !== "announced" && entry.type !== "attempt" && entry.type !== "unreadable"

/** The parts of one arrival; fails where the vendor's layer did. */
const arrive = (
  place: TapePlace,
  { at, entries }: PlayedArrival,
  span: Tracer.Span
): Effect.Effect<ReadonlyArray<Response.AllPartsEncoded>, AiError.AiError> =>
  Effect.zipRight(
    place.pace(at),
    Effect.suspend(() => {
      for (const entry of entries) {
        if (entry.type === "failed") {
          return Effect.flatMap(Effect.orDie(Schema.decodeUnknown(AiError.AiError)(entry.error)), Effect.fail)
        }
        if (entry.type === "announced") {
          span.attribute(entry.key, entry.value)
        }
      }
      return Effect.succeed(entries.filter(isPart))
    })
  )

const make: Effect.Effect<LanguageModel.Service> = LanguageModel.make({
  generateText: ({ span }) =>
    Effect.flatMap(nextAnswer, ({ arrivals, place }) =>
      Effect.map(
        Effect.forEach(arrivals, (arrival) => arrive(place, arrival, span)),
        (parts) => parts.flat() as Array<Response.PartEncoded>
      )),
  streamText: ({ span }) =>
    Stream.unwrap(Effect.map(nextAnswer, ({ arrivals, place }) =>
      Stream.mapChunks(
        Stream.mapEffect(Stream.rechunk(Stream.fromIterable(arrivals), 1), (arrival) => arrive(place, arrival, span)),
        Chunk.flatMap((parts) => Chunk.fromIterable(parts as ReadonlyArray<Response.StreamPartEncoded>))
      )))
})

/** The model of a tape; `model` is the one that agents name before their first call. */
export const tapedModel = (model: string | undefined): Effect.Effect<LanguageModel.Service> =>
  Effect.map(make, (service) => identify(service, { model, provider: undefined }))

/** Answers as recorded where something is played, else as `live` does. */
export const tapedOrLive = (live: LanguageModel.Service): Effect.Effect<LanguageModel.Service> =>
  Effect.map(make, (taped) => {
    const { model, provider, underneath } = identityOf(live)
    const chosen = Effect.map(CurrentTape, (place) => place === undefined ? underneath : taped)
    const service: LanguageModel.Service = {
      generateText: (options: never) => Effect.flatMap(chosen, (each) => each.generateText(options)),
      generateObject: (options: never) => Effect.flatMap(chosen, (each) => each.generateObject(options)),
      streamText: (options: never) => Stream.unwrap(Effect.map(chosen, (each) => each.streamText(options)))
    } as never
    return identify(service, { model, provider })
  })
