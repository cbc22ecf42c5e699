/**
 * Measurement for people who have a loop of their own on `@effect/ai`: the model port and the tools, instrumented.
 *
 * Every call of an instrumented `LanguageModel` is a `loom.model.stream` span with tokens and cost; what the call does, its tools among it, is inside
 * that span, in streams too. A call that comes through several measured layers, an agent of this package among them, is measured once.
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
import type { CallIdentity, CallMeter } from "./model/CallMeter.js"
import { coverLibrary, identityOfCall, openingAttributes, startMeter } from "./model/measureCall.js"
import { asRecorded, asThrown, shielded } from "./model/ModelCallError.js"
import { identify, identityOf } from "./model/ModelIdentity.js"
import { type AnyPart, modelPart } from "./model/modelParts.js"
import { CurrentCall, type Loan, OngoingCall } from "./model/OngoingCall.js"
import { streamWithoutPropagation, withoutPropagation, withOutsideTools } from "./model/propagation.js"
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
    Effect.map(LanguageModel.LanguageModel, (service) => {
      const known = identityOf(service)
      const model = options.model ?? known?.model
      const provider = options.provider ?? known?.provider
      const measured = instrumented(service, { model, provider })
      // An agent reads the name here, before it makes its first call.
      return model === undefined ? measured : identify(measured, { model, provider: provider ?? "" })
    })
  )

interface AnyResponse {
  readonly content: ReadonlyArray<AnyPart>
}

interface AnyOptions {
  readonly prompt: unknown
}

// The service's methods are generic in their options; what is measured about them is not.
type Call = (options: never) => Effect.Effect<AnyResponse, unknown, unknown>
type StreamCall = (options: never) => Stream.Stream<AnyPart, unknown, unknown>

// Methods are called on their service: it may be an instance of a class.
const instrumented = (service: LanguageModel.Service, identity: CallIdentity): LanguageModel.Service => {
  const call = (method: Call) => (options: AnyOptions) =>
    Effect.flatMap(CurrentCall, (above) => {
      const loan = above?.lend(options.prompt, identity)
      return loan === undefined ? measuredCall(identity, method, options) : lentCall(loan, method, options)
    })
  const stream = (method: StreamCall) => (options: AnyOptions) =>
    Stream.unwrap(Effect.map(CurrentCall, (above) => {
      const loan = above?.lend(options.prompt, identity)
      return loan === undefined ? measuredStream(identity, method, options) : lentStream(loan, method, options)
    }))
  return {
    generateText: call((options) => service.generateText(options)),
    generateObject: call((options) => service.generateObject(options)),
    streamText: stream((options) => service.streamText(options))
  } as never
}

/** The call itself, made as part of a measured one. */
const callInside = (ongoing: OngoingCall, method: Call, options: AnyOptions) =>
  Effect.flatMap(withOutsideTools(options), (given) => withoutPropagation(method(given as never))).pipe(
    Effect.provideService(CurrentCall, ongoing)
  )

/** The stream itself, made as part of a measured call. */
const streamInside = (ongoing: OngoingCall, method: StreamCall, options: AnyOptions) =>
  Stream.unwrap(
    Effect.map(withOutsideTools(options), (given) => streamWithoutPropagation(method(given as never)))
  ).pipe(Stream.provideService(CurrentCall, ongoing))

const lentCall = (loan: Loan, method: Call, options: AnyOptions) =>
  coverLibrary(loan.call.meter).pipe(
    Effect.zipRight(callInside(loan.call, method, options)),
    Effect.tap(({ content }) => Effect.sync(() => content.forEach((part) => loan.report(modelPart(part))))),
    Effect.onExit((exit) => loan.end(exit._tag === "Success"))
  )

const lentStream = (loan: Loan, method: StreamCall, options: AnyOptions) =>
  Stream.unwrap(Effect.as(coverLibrary(loan.call.meter), streamInside(loan.call, method, options))).pipe(
    Stream.tap((part) => Effect.sync(() => loan.report(modelPart(part)))),
    Stream.ensuringWith((exit) => loan.end(exit._tag === "Success"))
  )

const measuredCall = (known: CallIdentity, method: Call, options: AnyOptions) =>
  Effect.flatMap(identityOfCall(known), (identity) =>
    startMeter(identity, false).pipe(
      Effect.flatMap((meter) =>
        callInside(new OngoingCall(options.prompt, meter), method, options).pipe(
          Effect.tap(({ content }) => Effect.forEach(content, (part) => observe(meter, part), { discard: true })),
          Effect.mapError(asRecorded),
          Effect.onExit(() => meter.settle())
        )
      ),
      Loom.modelStream(openingAttributes(identity, false)),
      Effect.mapError(asThrown)
    ))

const measuredStream = (known: CallIdentity, method: StreamCall, options: AnyOptions) =>
  modelStreamSpan(
    Effect.map(identityOfCall(known), (identity) => openingAttributes(identity, true)),
    Effect.map(
      Effect.flatMap(identityOfCall(known), (identity) => startMeter(identity, true)),
      (meter) => ({
        stream: streamInside(new OngoingCall(options.prompt, meter), method, options).pipe(
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
