/**
 * Measures a model call: opens its `loom.model.stream` span and settles its meter, however the call ends.
 */
import * as Model from "@effect/ai/Model"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Loom, type ModelAttributes } from "../../telemetry/Loom.js"
import { coverChildren } from "../../telemetry/tracing/transparentSpan.js"
import { providerName } from "../providers/table.js"
import { CallRecorder } from "../tape/CallRecorder.js"
import { inPlayedCall, playedIdentity, playedRequest, sameRequest } from "../tape/playedCall.js"
import { Recording } from "../tape/Recording.js"
import type { RequestText } from "../tape/RequestText.js"
import { CallMeter, CurrentCall } from "./CallMeter.js"
import type { ModelIdentity } from "./ModelIdentity.js"

/** Completes the identity of a call with the provider in use, or replaces it with the recorded one if the call is played. */
export const identityOfCall = ({ model, provider }: ModelIdentity): Effect.Effect<ModelIdentity> =>
  Effect.zipWith(
    Effect.serviceOption(Model.ProviderName),
    playedIdentity,
    (current, played) => played ?? ({ model, provider: provider || Option.getOrUndefined(current) })
  )

/** The attributes of `loom.model.stream` when it opens. */
export const openingAttributes = ({ model, provider }: ModelIdentity, streaming: boolean): ModelAttributes => ({
  model: model ?? "unknown",
  provider: providerName({ named: provider, model }),
  streaming
})

/** The spans that `@effect/ai` opens for the same call; their errors quote the model's answer. */
const ownSpans = new Set(["LanguageModel.generateText", "LanguageModel.generateObject", "LanguageModel.streamText"])

/** A call to measure. */
export interface MeasuredCall {
  readonly identity: ModelIdentity
  readonly streaming: boolean
  /** An estimate of the tokens that are sent, computed only if the vendor does not report them. */
  readonly promptTokens: () => number
  /** What is sent, computed only if the call is recorded or played. */
  readonly request: Effect.Effect<RequestText>
}

/** Creates a meter for the call of the current span. */
export const startMeter = (call: MeasuredCall): Effect.Effect<CallMeter> =>
  Effect.gen(function*() {
    const { identity, promptTokens, streaming } = call
    const startedAt = yield* Clock.currentTimeNanos
    const meter = new CallMeter(startedAt, identity, streaming, yield* CurrentCall, promptTokens)
    if (yield* Recording) {
      const request = (yield* playedRequest) ?? (yield* call.request)
      meter.recorder = new CallRecorder(startedAt, request)
      yield* sameRequest(request)
    }
    yield* coverChildren({ names: ownSpans, keys: new Set(), listen: (key, value) => meter.listen(key, value) })
    return meter
  })

/** Makes a call in its span, with a meter that `call` feeds and that is settled however the call ends. */
export const measureCall = <A, E, R>(
  measured: MeasuredCall,
  call: (meter: CallMeter) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  inPlayedCall(
    measured.request,
    Effect.flatMap(identityOfCall(measured.identity), (identity) =>
      startMeter({ ...measured, identity }).pipe(
        Effect.flatMap((meter) =>
          call(meter).pipe(
            Effect.provideService(CurrentCall, meter),
            Effect.onExit(() => meter.settle())
          )
        ),
        Loom.modelStream(openingAttributes(identity, measured.streaming))
      ))
  )
