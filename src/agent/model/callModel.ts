/**
 * One model call of an agent, with retries: measured, and collected into a transcript.
 */
import type * as AiError from "@effect/ai/AiError"
import type * as LanguageModel from "@effect/ai/LanguageModel"
import * as Prompt from "@effect/ai/Prompt"
import * as Tool from "@effect/ai/Tool"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { identity } from "effect/Function"
import * as Stream from "effect/Stream"
import { exitOf } from "../run/ownFiber.js"
import { Transcript } from "../run/transcript.js"
import { callIdsIn } from "../run/uniqueIds.js"
import { playedAnother } from "../tape/playedCall.js"
import { requestText } from "../tape/RequestText.js"
import { playedOr } from "../tape/tapedModel.js"
import { looseToolkit, type Tools } from "../tools/looseToolkit.js"
import { sendableFiles } from "./answerFiles.js"
import type { CallMeter } from "./CallMeter.js"
import { type CaptureContent, captured, plainMessages } from "./content.js"
import { promptTokens } from "./estimate.js"
import { recoverParts } from "./malformed.js"
import { measureCall } from "./measureCall.js"
import { ModelCallError } from "./ModelCallError.js"
import { identityOf } from "./ModelIdentity.js"
import { type AnyPart, type ModelPart, modelPart } from "./modelParts.js"
import { objectResults } from "./objectResults.js"
import { withoutPropagation } from "./propagation.js"
import { brokenOff, delayBefore, endedEarly, interruptedInside, isTransient } from "./retry.js"

/** A model call to make. */
export interface ModelCall {
  readonly service: LanguageModel.Service
  readonly messages: ReadonlyArray<Prompt.Message>
  readonly tools: Tools
  /** Attempts after the first, ≥ 0. */
  readonly retries: number
  /** Whether the answer arrives in pieces. */
  readonly streaming: boolean
  /** Checked before every attempt after the first. */
  readonly mayRetry: Effect.Effect<boolean>
  readonly captureContent: CaptureContent | undefined
  /** Runs for every part as it arrives. */
  readonly onPart: (part: ModelPart) => Effect.Effect<void>
}

/** Calls the model and collects its answer. For an instrumented service, calls the service underneath, since the call is measured here. */
export const callModel = (call: ModelCall): Effect.Effect<Transcript, ModelCallError> => {
  const known = identityOf(call.service)
  const measured = {
    identity: known,
    streaming: call.streaming,
    promptTokens: () => promptTokens(call.messages, call.tools),
    request: requestText(call.messages, call.tools)
  }
  return measureCall(measured, (meter) =>
    Effect.tap(
      withRetries({ ...call, service: known.underneath }, meter),
      (transcript) => capture(call, meter, transcript)
    ))
}

const withRetries = (call: ModelCall, meter: CallMeter): Effect.Effect<Transcript, ModelCallError> =>
  Effect.catchAll(
    Effect.suspend(() => attempt(call, meter, new Transcript(callIdsIn(call.messages)))),
    (cause) =>
      Effect.flatMap(playedAnother, (another) =>
        another === true
          ? again(call, meter)
          : another === false
          // The recorded call was not retried, so neither is this one.
          ? new ModelCallError({ original: cause, isRefused: true })
          : meter.retries < call.retries && !meter.hasContent && isTransient(cause)
          ? retry(call, meter, cause)
          : new ModelCallError({ original: cause }))
  )

/** Another attempt, if it is allowed both before and after the wait. */
const retry = (
  call: ModelCall,
  meter: CallMeter,
  cause: AiError.AiError
): Effect.Effect<Transcript, ModelCallError> => {
  const allowed = Effect.filterOrFail(
    call.mayRetry,
    identity,
    () => new ModelCallError({ original: cause, isRefused: true })
  )
  return allowed.pipe(
    Effect.zipRight(delayBefore(cause, meter.retries)),
    Effect.flatMap(Effect.sleep),
    Effect.zipRight(allowed),
    Effect.zipRight(again(call, meter))
  )
}

const again = (call: ModelCall, meter: CallMeter): Effect.Effect<Transcript, ModelCallError> =>
  Effect.suspend(() => {
    meter.retry()
    return Effect.zipRight(meter.recorder?.attempt() ?? Effect.void, withRetries(call, meter))
  })

const attempt = (
  call: ModelCall,
  meter: CallMeter,
  transcript: Transcript
): Effect.Effect<Transcript, AiError.AiError> => {
  const take = (raw: AnyPart): Effect.Effect<void, AiError.AiError> =>
    Effect.flatMap(Clock.currentTimeNanos, (now) => {
      const part = modelPart(raw)
      meter.observe(part, now)
      const added = transcript.add(part)
      return part.type === "error" ? Effect.fail(brokenOff(part.error)) : call.onPart(added)
    })
  const declared = new Set(Object.values(call.tools).map((tool) => tool.name))
  return answerStream(call, meter).pipe(
    Stream.runForEach(take),
    withoutPropagation,
    exitOf,
    Effect.flatMap((exit) =>
      Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause) ? Effect.fail(interruptedInside()) : exit
    ),
    // A connection that closes cleanly ends the stream just like a finished answer.
    Effect.filterOrFail(() => transcript.isFinished && !meter.hasFailed, endedEarly),
    Effect.tapError((error) => Effect.map(Clock.currentTimeNanos, (now) => meter.reject(error, now))),
    Effect.catchAll((error) => {
      const parts = recoverParts(error, declared, transcript.unfinishedCalls)
      return parts === undefined ? Effect.fail(error) : Effect.forEach(parts, take, { discard: true })
    }),
    Effect.as(transcript)
  )
}

const answerStream = (call: ModelCall, meter: CallMeter): Stream.Stream<AnyPart, AiError.AiError> => {
  const { recorder } = meter
  const answer = playedOr(call.service, (key, value) => meter.listen(key, value), Stream.suspend(() => answerOf(call)))
  return recorder === undefined ? answer : recorder.record(answer)
}

const answerOf = (call: ModelCall): Stream.Stream<AnyPart, AiError.AiError> => {
  const { service, streaming } = call
  const request = requestOf(call)
  return streaming
    ? service.streamText(request)
    : Stream.fromIterableEffect(Effect.map(service.generateText(request), ({ content }) => content))
}

const requestOf = ({ messages, tools }: ModelCall) => {
  const prompt = Prompt.fromMessages(objectResults(sendableFiles(messages)))
  if (Object.keys(tools).length === 0) {
    return { prompt }
  }
  const invented = inventedNames(messages, tools)
  return {
    prompt,
    toolkit: looseToolkit(tools, invented),
    disableToolCallResolution: true,
    ...(invented.length > 0 && {
      toolChoice: { mode: "auto" as const, oneOf: Object.values(tools).flatMap(namesOf) }
    })
  }
}

/**
 * Names of tools that the model made up earlier in the conversation. A model that does so once tends to do it again, and its answer would be lost
 * from there on, with its usage. So the toolkit that decodes answers includes these names, and the tool choice keeps them from the vendor, which
 * receives the same request as without a tool choice.
 */
const inventedNames = (messages: ModelCall["messages"], tools: Tools): ReadonlyArray<string> => {
  const declared = new Set(Object.values(tools).map(({ name }) => name))
  const called = messages.flatMap(({ content, role }) =>
    role === "assistant" ? content.flatMap((part) => part.type === "tool-call" ? [part.name] : []) : []
  )
  return [...new Set(called)].filter((name) => !declared.has(name))
}

/** The names of a tool: here and at its vendor. */
const namesOf = (tool: Tool.Any): ReadonlyArray<string> =>
  Tool.isProviderDefined(tool) ? [tool.name, tool.providerName] : [tool.name]

const capture = (call: ModelCall, { recorder }: CallMeter, transcript: Transcript): Effect.Effect<void> =>
  captured(call.captureContent, () => ({
    // A recorder has already made this text, and sets it itself.
    ...(recorder === undefined && { input_messages: { json: plainMessages(call.messages) } }),
    output_messages: { json: plainMessages(transcript.messages) }
  }))
