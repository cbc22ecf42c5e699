/**
 * Measures your own loop on `@effect/ai`: the instrumented model and the instrumented tools.
 *
 * Every call of an instrumented `LanguageModel` is a `loom.model.stream` span with tokens and cost. What the call does, running tools included,
 * is inside that span, in streams too. Instrumenting twice, or running an agent of this package on the instrumented model, measures once.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Tool from "@effect/ai/Tool"
import type * as Toolkit from "@effect/ai/Toolkit"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Loom, modelStreamSpan, toolSpan } from "../telemetry/Loom.js"
import { coverChildren } from "../telemetry/tracing/transparentSpan.js"
import {
  type CallMeter,
  CurrentCall,
  identityOfCall,
  measureCall,
  openingAttributes,
  startMeter
} from "./model/CallMeter.js"
import { asRecorded, asThrown, shielded } from "./model/ModelCallError.js"
import { identify, identityOf, type ModelIdentity } from "./model/ModelIdentity.js"
import { type AnyPart, modelPart } from "./model/modelParts.js"
import { streamWithoutPropagation, withoutPropagation, withOutsideTools } from "./model/propagation.js"
import type { Tools } from "./tools/looseToolkit.js"

/** The model's name, if the layer underneath does not give it. */
export interface InstrumentOptions {
  /** The model's id. Default: as given by the service or the answer. */
  readonly model?: string
  /** The provider, by its name in the OpenTelemetry semantic conventions. Default: by the layer in use, else by the model's id. */
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
      return identify(instrumented(underneath, identity), identity, underneath)
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
const instrumented = (service: LanguageModel.Service, identity: ModelIdentity): LanguageModel.Service =>
  Object.freeze({
    generateText: measuredCall(identity, (options: never) => service.generateText(options)),
    generateObject: measuredCall(identity, (options: never) => service.generateObject(options)),
    streamText: measuredStream(identity, (options: never) => service.streamText(options))
  } as never)

const measuredCall = <Options>(known: ModelIdentity, call: Call<Options>) => (options: Options) =>
  measureCall(
    known,
    false,
    (meter) =>
      Effect.flatMap(withOutsideTools(options), (given) => withoutPropagation(call(given))).pipe(
        Effect.tap(({ content }) => Effect.forEach(content, (part) => observe(meter, part), { discard: true })),
        Effect.mapError(asRecorded)
      )
  ).pipe(Effect.mapError(asThrown))

const measuredStream = <Options>(known: ModelIdentity, call: StreamCall<Options>) => (options: Options) =>
  modelStreamSpan(
    Effect.map(identityOfCall(known), (identity) => openingAttributes(identity, true)),
    Effect.map(
      Effect.flatMap(identityOfCall(known), (identity) => startMeter(identity, true)),
      (meter) => ({
        stream: Stream.unwrap(
          Effect.map(withOutsideTools(options), (given) => streamWithoutPropagation(call(given)))
        ).pipe(
          Stream.provideService(CurrentCall, meter),
          Stream.tap((part) => observe(meter, part)),
          Stream.mapError(asRecorded)
        ),
        onClose: () => meter.settle()
      })
    )
  ).pipe(Stream.mapError(asThrown))

const observe = (meter: CallMeter, part: AnyPart): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeNanos, (now) => meter.observe(modelPart(part), now))

/** The span that `@effect/ai` opens for the same tool call; it holds the raw parameters. */
const ownSpans = new Set(["Toolkit.handle"])

/** It sets them on the span around it, under this name. */
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
        Effect.zipRight(handled.handle(name, params)),
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
