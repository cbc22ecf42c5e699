/**
 * The span of one model call, whoever makes it: an agent's turn, an extraction, a loop of somebody's own.
 */
import type * as LanguageModel from "@effect/ai/LanguageModel"
import * as Model from "@effect/ai/Model"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ModelAttributes } from "../../telemetry/Loom.js"
import { coverChildren } from "../../telemetry/tracing/transparentSpan.js"
import { type CallIdentity, CallMeter } from "./CallMeter.js"
import { identityOf } from "./ModelIdentity.js"
import { providerName } from "./providers.js"

/** What is known of a call by its service and its surroundings. */
export const identityOfCall = (service: LanguageModel.Service): Effect.Effect<CallIdentity> =>
  Effect.map(Effect.serviceOption(Model.ProviderName), (provider) => {
    const identity = identityOf(service)
    return { model: identity?.model, provider: identity?.provider || Option.getOrUndefined(provider) }
  })

/** The attributes of `loom.model.stream` when it opens. */
export const openingAttributes = ({ model, provider }: CallIdentity, streaming: boolean): ModelAttributes => ({
  model: model ?? "unknown",
  provider: providerName(provider, model),
  streaming
})

/** The spans that `@effect/ai` opens for the same call; their errors quote what the model said. */
const ownSpans = new Set(["LanguageModel.generateText", "LanguageModel.generateObject", "LanguageModel.streamText"])

const none: ReadonlySet<string> = new Set()

/** A meter for the call that the current span is about. */
export const startMeter = (identity: CallIdentity, streaming: boolean): Effect.Effect<CallMeter> =>
  Effect.flatMap(Clock.currentTimeNanos, (now) => {
    const meter = new CallMeter(now, identity, streaming)
    // Provider layers write who they are and the request's model on the span that we cover: nobody else knows before the answer comes.
    const listen = (key: string, value: unknown): void => {
      if (key === "gen_ai.request.model" && typeof value === "string") {
        meter.requestModel = value
      } else if (key === "gen_ai.system" && typeof value === "string") {
        meter.requestProvider = value
      }
    }
    return Effect.as(coverChildren({ names: ownSpans, keys: none, listen }), meter)
  })
