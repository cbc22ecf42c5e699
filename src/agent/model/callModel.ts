/**
 * One model call of an agent, with retries: streamed, measured, and collected into a transcript.
 */
import type * as AiError from "@effect/ai/AiError"
import type * as LanguageModel from "@effect/ai/LanguageModel"
import * as Prompt from "@effect/ai/Prompt"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Stream from "effect/Stream"
import { Transcript } from "../run/transcript.js"
import { looseToolkit, type Tools } from "../tools/looseToolkit.js"
import { type CallMeter, measureCall } from "./CallMeter.js"
import { type CaptureContent, captured, jsonText, plainMessages } from "./content.js"
import { recoverParts } from "./malformed.js"
import { ModelCallError } from "./ModelCallError.js"
import { identityOf } from "./ModelIdentity.js"
import { type AnyPart, type ModelPart, modelPart } from "./modelParts.js"
import { withoutPropagation } from "./propagation.js"
import { brokenOff, delayBefore, endedEarly, isTransient } from "./retry.js"

/** A model call to make. */
export interface ModelCall {
  readonly service: LanguageModel.Service
  readonly messages: ReadonlyArray<Prompt.Message>
  readonly tools: Tools
  /** Attempts after the first, ≥ 0. */
  readonly retries: number
  /** Checked before every attempt after the first. */
  readonly mayRetry: Effect.Effect<boolean>
  readonly captureContent: CaptureContent
  /** Runs for every part as it arrives. */
  readonly onPart: (part: ModelPart) => Effect.Effect<void>
}

/** Calls the model and collects its answer. An instrumented service is called underneath: the call is measured here. */
export const callModel = (call: ModelCall): Effect.Effect<Transcript, ModelCallError> => {
  const known = identityOf(call.service)
  return measureCall(known, true, (meter) =>
    Effect.tap(
      withRetries({ ...call, service: known.underneath }, meter),
      (transcript) => capture(call, transcript)
    ))
}

const withRetries = (call: ModelCall, meter: CallMeter): Effect.Effect<Transcript, ModelCallError> =>
  Effect.catchAll(
    Effect.suspend(() => attempt(call, meter, new Transcript())),
    (cause) =>
      meter.retries < call.retries && !meter.hasContent && isTransient(cause)
        ? retry(call, meter, cause)
        : new ModelCallError({ cause })
  )

/** Another attempt, if it is allowed both before and after the wait. */
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
  return answerOf(call).pipe(
    Stream.runForEach(take),
    withoutPropagation,
    // A connection that is closed in order ends the stream just like a finished answer.
    Effect.filterOrFail(() => transcript.isFinished && !meter.hasFailed, endedEarly),
    Effect.catchAll((error) => {
      const parts = recoverParts(error, declared, transcript.unfinishedCalls)
      return parts === undefined ? Effect.fail(error) : Effect.forEach(parts, take, { discard: true })
    }),
    Effect.as(transcript)
  )
}

const answerOf = ({ messages, service, tools }: ModelCall): Stream.Stream<AnyPart, AiError.AiError> => {
  const prompt = Prompt.fromMessages(messages)
  return Object.keys(tools).length === 0
    ? service.streamText({ prompt })
    : service.streamText({ prompt, toolkit: looseToolkit(tools), disableToolCallResolution: true })
}

const capture = (call: ModelCall, transcript: Transcript): Effect.Effect<void> =>
  captured(call.captureContent, () => ({
    input_messages: jsonText(plainMessages(call.messages)),
    output_messages: jsonText(plainMessages(transcript.messages))
  }))
