/**
 * The span of one model call, whoever makes it: an agent's turn, an extraction, a loop of somebody's own.
 */
import * as Model from "@effect/ai/Model"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ModelAttributes } from "../../telemetry/Loom.js"
import { coverChildren } from "../../telemetry/tracing/transparentSpan.js"
import { type CallIdentity, CallMeter } from "./CallMeter.js"
import { CurrentCall } from "./OngoingCall.js"
import { providerName } from "./providers.js"

/** What is known of a call by its model and its surroundings. */
export const identityOfCall = (known: Partial<CallIdentity> | undefined): Effect.Effect<CallIdentity> =>
  Effect.map(Effect.serviceOption(Model.ProviderName), (provider) => ({
    model: known?.model,
    provider: known?.provider || Option.getOrUndefined(provider)
  }))

/** The attributes of `loom.model.stream` when it opens. */
export const openingAttributes = ({ model, provider }: CallIdentity, streaming: boolean): ModelAttributes => ({
  model: model ?? "unknown",
  provider: providerName(provider, model),
  streaming
})

/** The spans that `@effect/ai` opens for the same call; their errors quote what the model said. */
const ownSpans = new Set(["LanguageModel.generateText", "LanguageModel.generateObject", "LanguageModel.streamText"])

const none: ReadonlySet<string> = new Set()

/** Says that the current span stands for those too, and that this meter listens to what is written on them. */
export const coverLibrary = (meter: CallMeter): Effect.Effect<void> =>
  coverChildren({ names: ownSpans, keys: none, listen: (key, value) => meter.listen(key, value) })

/** A meter for the call that the current span is about. */
export const startMeter = (identity: CallIdentity, streaming: boolean): Effect.Effect<CallMeter> =>
  Effect.gen(function*() {
    const meter = new CallMeter(yield* Clock.currentTimeNanos, identity, streaming, yield* CurrentCall)
    yield* coverLibrary(meter)
    return meter
  })
