/**
 * Measurement for people who have a loop of their own on `@effect/ai`: the model port and the tools, instrumented.
 *
 * Every call of an instrumented `LanguageModel` is a `loom.model.stream` span with tokens and cost; what the call does, its tools among it, is inside
 * that span, in streams too. An agent of this package measures its calls itself and is not measured twice.
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
import type { CallMeter } from "./model/CallMeter.js"
import { identityOfCall, openingAttributes, startMeter } from "./model/measureCall.js"
import { asRecorded, asThrown, shielded } from "./model/ModelCallError.js"
import { identify, identityOf, markInstrumented, underlying } from "./model/ModelIdentity.js"
import { type AnyPart, modelPart } from "./model/modelParts.js"
import { streamWithoutPropagation, withoutPropagation, withPropagatingTools } from "./model/propagation.js"
import type { Tools } from "./tools/looseToolkit.js"

/** Which model it is, where the layer underneath does not say so. */
export interface InstrumentOptions {
  /** The model's id. Default: what the service or the answer says. */
  readonly model?: string
  /** The provider, as the OpenTelemetry semantic conventions name it. Default: by the layer in use, else by the model's id. */
  readonly provider?: string
}

/** A layer from a `LanguageModel` to the same one, measured. */
export const instrumentLanguageModel = (
  options: InstrumentOptions = {}
): Layer.Layer<LanguageModel.LanguageModel, never, LanguageModel.LanguageModel> =>
  Layer.effect(
    LanguageModel.LanguageModel,
    Effect.map(LanguageModel.LanguageModel, (given) => {
      const service = underlying(given)
      const known = identityOf(service)
      const model = options.model ?? known?.model
      const provider = options.provider ?? known?.provider
      const name = (unnamed: LanguageModel.Service): LanguageModel.Service =>
        model === undefined ? unnamed : identify(unnamed, { model, provider: provider ?? "" })
      const named = name(service)
      // Both carry the name: an agent reads it here, and makes its calls below.
      return markInstrumented(name(instrumented(named)), named)
    })
  )

interface AnyResponse {
  readonly content: ReadonlyArray<AnyPart>
}

// The service's methods are generic in their options; what is measured about them is not.
type AnyCall<A> = (options: never) => A

const instrumented = (service: LanguageModel.Service): LanguageModel.Service => {
  const call = (method: AnyCall<Effect.Effect<AnyResponse, unknown, unknown>>) => (options: never) =>
    measuredCall(
      service,
      Effect.flatMap(withPropagatingTools(options), (shielded) => withoutPropagation(method(shielded)))
    )
  const stream = (method: AnyCall<Stream.Stream<AnyPart, unknown, unknown>>) => (options: never) =>
    measuredStream(
      service,
      Stream.unwrap(
        Effect.map(withPropagatingTools(options), (shielded) => streamWithoutPropagation(method(shielded)))
      )
    )
  return {
    generateText: call(service.generateText as never),
    generateObject: call(service.generateObject as never),
    streamText: stream(service.streamText as never)
  } as never
}

const measuredCall = <A extends AnyResponse, E, R>(
  service: LanguageModel.Service,
  self: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(identityOfCall(service), (identity) =>
    startMeter(identity, false).pipe(
      Effect.flatMap((meter) =>
        self.pipe(
          Effect.tap(({ content }) => Effect.forEach(content, (part) => observe(meter, part), { discard: true })),
          Effect.mapError(asRecorded),
          Effect.onExit(() => meter.settle())
        )
      ),
      Loom.modelStream(openingAttributes(identity, false)),
      Effect.mapError(asThrown<E>)
    ))

const measuredStream = <A extends AnyPart, E, R>(
  service: LanguageModel.Service,
  self: Stream.Stream<A, E, R>
): Stream.Stream<A, E, R> =>
  modelStreamSpan(
    Effect.map(identityOfCall(service), (identity) => openingAttributes(identity, true)),
    Effect.map(
      Effect.flatMap(identityOfCall(service), (identity) => startMeter(identity, true)),
      (meter) => ({
        stream: self.pipe(Stream.tap((part) => observe(meter, part)), Stream.mapError(asRecorded)),
        onClose: () => meter.settle()
      })
    )
  ).pipe(Stream.mapError(asThrown<E>))

const observe = (meter: CallMeter, part: AnyPart): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeNanos, (now) => meter.observe(modelPart(part), now))

/** The span that `@effect/ai` opens for the same tool call; it holds the raw parameters. */
const ownSpans = new Set(["Toolkit.handle"])

/** Under this name it puts them on the span around it. */
const rawParameters = new Set(["parameters"])

/** A failure that the tool gives back as its result: to the span a failure, to the caller a result. */
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
 * A toolkit whose tools are measured: every call that `@effect/ai` resolves is a `loom.tool` span with its metric. Use it in place of the
 * toolkit, as `toolkit` of `generateText` and `streamText`.
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
