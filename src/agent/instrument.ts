/**
 * Measures your own loop on `@effect/ai`: the instrumented model and the instrumented tools.
 *
 * Every call of an instrumented `LanguageModel` is a `loom.model.stream` span with tokens and cost. What the call does, running tools included,
 * is inside that span, in streams too. Instrumenting twice, or running an agent of this package on the instrumented model, measures once.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Prompt from "@effect/ai/Prompt"
import type * as Tool from "@effect/ai/Tool"
import type * as Toolkit from "@effect/ai/Toolkit"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Loom, modelStreamSpan, toolSpan } from "../telemetry/Loom.js"
import { coverChildren } from "../telemetry/tracing/transparentSpan.js"
import { type CallMeter, CurrentCall } from "./model/CallMeter.js"
import { promptTokens } from "./model/estimate.js"
import { identityOfCall, measureCall, openingAttributes, startMeter } from "./model/measureCall.js"
import { asRecorded, asThrown, shielded } from "./model/ModelCallError.js"
import { identify, identityOf, type ModelIdentity } from "./model/ModelIdentity.js"
import { type AnyPart, modelPart } from "./model/modelParts.js"
import { streamWithoutPropagation, withoutPropagation, withOutsideTools } from "./model/propagation.js"
import { streamInPlayedCall } from "./tape/playedCall.js"
import { handledOrPlayed } from "./tape/playedHandler.js"
import { type RequestText, requestText } from "./tape/RequestText.js"
import { CurrentTape } from "./tape/TapePlace.js"
import type { Tools } from "./tools/looseToolkit.js"

/** The model's name, if the layer underneath does not give it. */
export interface InstrumentOptions {
  /** The model's id. Default: as given by the service or the answer. */
  readonly model?: string
  /** The provider, by its name in the OpenTelemetry semantic conventions. Default: derived from the layer in use, else from the model's id. */
  readonly provider?: string
}

/** A layer that measures every call of the `LanguageModel` underneath. */
export const instrumentLanguageModel = (
  options: InstrumentOptions = {}
): Layer.Layer<LanguageModel.LanguageModel, never, LanguageModel.LanguageModel> =>
  Layer.effect(
    LanguageModel.LanguageModel,
    Effect.map(LanguageModel.LanguageModel, (service) => {
      const { model, provider, underneath } = identityOf(service)
      const identity = { model: options.model ?? model, provider: options.provider ?? provider }
      return identify(instrumented(underneath, identity), identity, { underneath })
    })
  )

interface AnyResponse {
  readonly content: ReadonlyArray<AnyPart>
}

// The service's methods are generic in their options; what is measured about them is not.
type Call<Options> = (options: Options) => Effect.Effect<AnyResponse, unknown, unknown>
type StreamCall<Options> = (options: Options) => Stream.Stream<AnyPart, unknown, unknown>

// Methods are called on their service, which may be an instance of a class. Frozen: agents call the service underneath, so a method that is
// replaced here would not run.
const instrumented = (service: LanguageModel.Service, identity: ModelIdentity): LanguageModel.Service => {
  return Object.freeze({
    generateText: measuredCall(identity, (options: never) => service.generateText(options)),
    generateObject: measuredCall(identity, (options: never) => service.generateObject(options)),
    streamText: measuredStream(identity, (options: never) => service.streamText(options))
  } as never)
}

const measuredCall = <Options>(identity: ModelIdentity, call: Call<Options>) => (options: Options) =>
  measureCall(
    {
      identity,
      streaming: false,
      promptTokens: () => tokensAsked(options),
      request: asked(options)
    },
    (meter) =>
      Effect.flatMap(outsideTools(options, meter), (given) => withoutPropagation(call(given))).pipe(
        Effect.tap(({ content }) => meter.recorder?.take(content) ?? Effect.void),
        Effect.tapError((error) => meter.recorder?.fail(error) ?? Effect.void),
        Effect.tap(({ content }) => Effect.forEach(content, (part) => observe(meter, part), { discard: true })),
        Effect.tapError((error) => reject(meter, error)),
        Effect.mapError(asRecorded)
      )
  ).pipe(Effect.mapError(asThrown))

const measuredStream = <Options>(known: ModelIdentity, call: StreamCall<Options>) => (options: Options) =>
  streamInPlayedCall(
    asked(options),
    modelStreamSpan(
      Effect.map(identityOfCall(known), (identity) => openingAttributes(identity, true)),
      Effect.map(
        Effect.zip(
          Effect.flatMap(
            identityOfCall(known),
            (identity) =>
              startMeter({
                identity,
                streaming: true,
                promptTokens: () => tokensAsked(options),
                request: asked(options)
              })
          ),
          CurrentTape
        ),
        ([meter, place]) => ({
          stream: Stream.unwrap(
            Effect.map(outsideTools(options, meter), (given) => streamWithoutPropagation(call(given)))
          ).pipe(
            (answer) => meter.recorder?.record(answer) ?? answer,
            Stream.provideService(CurrentCall, meter),
            Stream.tap((part) => observe(meter, part)),
            Stream.tapError((error) => reject(meter, error)),
            Stream.mapError(asRecorded)
          ),
          // Finalizers do not run in the context of the stream.
          onClose: () => Effect.provideService(meter.settle(), CurrentTape, place)
        })
      )
    )
  ).pipe(Stream.mapError(asThrown))

const observe = (meter: CallMeter, part: AnyPart): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeNanos, (now) => {
    const observed = modelPart(part)
    meter.observe(observed, now)
    if (observed.type === "error") {
      meter.breakOff()
    }
  })

const reject = (meter: CallMeter, error: unknown): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeNanos, (now) => meter.reject(error, now))

const asked = (options: unknown): Effect.Effect<RequestText> =>
  Effect.suspend(() => {
    const { prompt, toolkit } = options as LanguageModel.GenerateTextOptions<Tools>
    // An effect that returns a toolkit is not run just for this. Toolkits are effects too, but they have their tools at hand.
    return requestText(
      Prompt.make(prompt).content,
      toolkit !== undefined && "tools" in toolkit ? toolkit.tools as Tools : {}
    )
  })

/** The options with tools that run outside of the call. If the call is recorded, its recorder is given the tools. */
const outsideTools = <Options>(options: Options, { recorder }: CallMeter): Effect.Effect<Options> =>
  withOutsideTools(options, (tools) => {
    if (recorder !== undefined) {
      recorder.tools = tools
    }
  })

/** The estimated tokens of a prompt. A toolkit that is given as an effect is not built just for this, and does not count. */
const tokensAsked = (options: unknown): number => {
  const { prompt, toolkit } = options as LanguageModel.GenerateTextOptions<Tools>
  return promptTokens(prompt, toolkit === undefined || Effect.isEffect(toolkit) ? {} : toolkit.tools)
}

/** The span that `@effect/ai` opens for the same tool call; it holds the raw parameters. */
const ownSpans = new Set(["Toolkit.handle"])

/** `@effect/ai` sets them on the span around that one, under this name. */
const rawParameters = new Set(["parameters"])

/** A failure that the tool returns as its result: a failure to the span, a result to the caller. */
class ReturnedFailure extends Data.TaggedError("ReturnedFailure")<{ readonly result: unknown }> {
  override get message(): string {
    return "the tool returned a failure"
  }
}

const measuredTool = (tools: Tools, name: string) =>
  toolSpan(
    { tool: name },
    ({ durationMs, ok }) =>
      Loom.toolDurationMs(durationMs, { tool: Object.hasOwn(tools, name) ? name : "_unknown", ok })
  )

/**
 * A toolkit whose tools are measured: every call that `@effect/ai` resolves is a `loom.tool` span with its metric. Pass it to `generateText` and
 * `streamText` as the `toolkit`.
 */
export const instrumentToolkit = <ToolsOfKit extends Tools>(
  toolkit: Toolkit.Toolkit<ToolsOfKit>
): Effect.Effect<Toolkit.WithHandler<ToolsOfKit>, never, Tool.HandlersFor<ToolsOfKit>> =>
  Effect.map(toolkit, (handled) => ({
    ...handled,
    handle: (name, params) =>
      coverChildren({ names: ownSpans, keys: rawParameters, listen: () => {} }).pipe(
        Effect.zipRight(handledOrPlayed(toolkit.tools, String(name), params, handled.handle(name, params))),
        Effect.flatMap((result) =>
          result.isFailure ? Effect.fail(new ReturnedFailure({ result })) : Effect.succeed(result)
        ),
        (call) => shielded(call, measuredTool(toolkit.tools, String(name))),
        Effect.catchIf(
          (error): error is ReturnedFailure => error instanceof ReturnedFailure,
          (error) => Effect.succeed(error.result as never)
        )
      )
  }))
