/**
 * One model call, measured: a `loom.model.stream` span with its tokens, retries and time to the first content.
 */
import type * as AiError from "@effect/ai/AiError"
import type * as LanguageModel from "@effect/ai/LanguageModel"
import * as Prompt from "@effect/ai/Prompt"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Stream from "effect/Stream"
import { Loom } from "../../telemetry/Loom.js"
import { Transcript } from "../run/transcript.js"
import { looseToolkit, type Tools } from "../tools/looseToolkit.js"
import type { CallMeter } from "./CallMeter.js"
import { type CaptureContent, captured, jsonText, plainMessages } from "./content.js"
import { recoverParts } from "./malformed.js"
import { identityOfCall, openingAttributes, startMeter } from "./measureCall.js"
import { ModelCallError } from "./ModelCallError.js"
import { identityOf } from "./ModelIdentity.js"
import { type AnyPart, type ModelPart, modelPart } from "./modelParts.js"
import { CurrentCall, OngoingCall } from "./OngoingCall.js"
import { withoutPropagation } from "./propagation.js"
import { brokenOff, delayBefore, endedEarly, isTransient } from "./retry.js"

/** A call of a model. */
export interface ModelCall {
  readonly service: LanguageModel.Service
  readonly messages: ReadonlyArray<Prompt.Message>
  readonly tools: Tools
  /** Attempts after the first, ≥ 0. */
  readonly retries: number
  /** Asked before every attempt after the first. */
  readonly mayRetry: Effect.Effect<boolean>
  readonly captureContent: CaptureContent
  /** Told of every part as it comes. */
  readonly onPart: (part: ModelPart) => Effect.Effect<void>
}

/** Calls the model and collects its answer. */
export const callModel = (call: ModelCall): Effect.Effect<Transcript, ModelCallError> =>
  Effect.flatMap(identityOfCall(identityOf(call.service)), (known) =>
    startMeter(known, true).pipe(
      Effect.flatMap((meter) =>
        withRetries(call, meter).pipe(
          Effect.tap((transcript) => capture(call, transcript)),
          Effect.onExit(() => meter.settle())
        )
      ),
      Loom.modelStream(openingAttributes(known, true))
    ))

const withRetries = (call: ModelCall, meter: CallMeter): Effect.Effect<Transcript, ModelCallError> =>
  Effect.catchAll(
    Effect.suspend(() => attempt(call, meter, new Transcript())),
    (cause) =>
      meter.retries < call.retries && !meter.hasContent && isTransient(cause)
        ? retry(call, meter, cause)
        : new ModelCallError({ cause })
  )

/** Another attempt, where it is allowed both before the wait and after it. */
const retry = (
  call: ModelCall,
  meter: CallMeter,
  cause: AiError.AiError
): Effect.Effect<Transcript, ModelCallError> => {
  const allowed = Effect.filterOrFail(call.mayRetry, identity, () => new ModelCallError({ cause, isRefused: true }))
  return allowed.pipe(
    Effect.zipRight(delayBefore(cause, meter.retries)),
    Effect.flatMap(Effect.sleep),
    Effect.zipRight(allowed),
    Effect.tap(() => Effect.sync(() => meter.retries++)),
    Effect.zipRight(withRetries(call, meter))
  )
}

const attempt = (
  call: ModelCall,
  meter: CallMeter,
  transcript: Transcript
): Effect.Effect<Transcript, AiError.AiError> => {
  const take = (raw: AnyPart): Effect.Effect<void, AiError.AiError> =>
    Effect.flatMap(Clock.currentTimeNanos, (now) => {
      const part = modelPart(raw)
      meter.observe(part, now)
      transcript.add(part)
      return part.type === "error" ? Effect.fail(brokenOff(part.error)) : call.onPart(part)
    })
  const declared = new Set(Object.values(call.tools).map((tool) => tool.name))
  return streamOf(call, meter).pipe(
    Stream.runForEach(take),
    withoutPropagation,
    // A connection that is closed in order ends the stream like a finished answer does.
    Effect.filterOrFail(() => transcript.isFinished && !meter.hasFailed, endedEarly),
    Effect.catchAll((error) => {
      const parts = recoverParts(error, declared, transcript.unfinishedCalls)
      return parts === undefined ? Effect.fail(error) : Effect.forEach(parts, take, { discard: true })
    }),
    Effect.as(transcript)
  )
}

const streamOf = (call: ModelCall, meter: CallMeter): Stream.Stream<AnyPart, AiError.AiError> => {
  const prompt = Prompt.fromMessages(call.messages)
  const answer: Stream.Stream<AnyPart, AiError.AiError> = Object.keys(call.tools).length === 0
    ? call.service.streamText({ prompt })
    : call.service.streamText({ prompt, toolkit: looseToolkit(call.tools), disableToolCallResolution: true })
  // An instrumented model below measures nothing that is measured here.
  return Stream.provideService(answer, CurrentCall, new OngoingCall(prompt, meter))
}

const capture = (call: ModelCall, transcript: Transcript): Effect.Effect<void> =>
  captured(call.captureContent, () => ({
    input_messages: jsonText(plainMessages(call.messages)),
    output_messages: jsonText(plainMessages(transcript.messages))
  }))
