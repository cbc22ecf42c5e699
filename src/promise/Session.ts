/**
 * An open telemetry session: the operations on one runtime, until it is closed.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberRefs from "effect/FiberRefs"
import * as Runtime from "effect/Runtime"
import * as Tracer from "effect/Tracer"
import type { ScoreTarget } from "../records/ScoreRecord.js"
import { type Feedback, InvalidFeedback, scoresOfFeedback } from "../telemetry/feedback.js"
import { withCap } from "../telemetry/lifecycle/sinkScopes.js"
import { recordingOf } from "../telemetry/recordingOf.js"
import { warnWith } from "../telemetry/report.js"
import { labelOf, RunContext, type RunContextShape } from "../telemetry/RunContext.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import type {
  AttributesInput,
  Judgement,
  LazyAttributes,
  Recording,
  TelemetryService
} from "../telemetry/TelemetryService.js"
import { givenAttributes } from "../telemetry/tracing/givenAttributes.js"
import { headersBelow } from "../telemetry/tracing/SpanFactory.js"
import { remoteSpan, type TraceCarrier } from "../telemetry/tracing/traceContext.js"
import { Ambient, AmbientTracer, type Place } from "./ambient.js"
import { type AsyncSource, iterateInSpan } from "./iteration.js"
import { type RunningSpan, watch } from "./outcome.js"
import type { PromiseTelemetry, SpanIds } from "./PromiseTelemetry.js"
import { annotateSpan, endSpan, openSpan } from "./spans.js"

/** The runtime of a session, and how to close it. */
export interface SessionOptions<R> {
  readonly runtime: Runtime.Runtime<Telemetry | R>
  /** Closes the sinks. */
  readonly dispose: Effect.Effect<void>
  readonly closeTimeout: Duration.DurationInput
}

/** The arguments after the name: attributes may be left out. */
type Rest<A> = readonly [A] | readonly [LazyAttributes | undefined, A]

const splitRest = <A>(rest: Rest<A>): readonly [LazyAttributes | undefined, A] =>
  rest.length === 1 ? [undefined, rest[0]] : rest

const closed = "Telemetry is closed: spans and measurements are no longer recorded. Close it when the program ends"

/** See `PromiseTelemetry`. */
export class Session<R> implements PromiseTelemetry<Telemetry | R> {
  readonly service: TelemetryService
  private readonly clock: Clock.Clock
  private readonly ambient: Ambient
  private readonly tracer: AmbientTracer | undefined
  private closing: Promise<void> | undefined
  private isReported = false

  constructor(private readonly options: SessionOptions<R>) {
    const { context, fiberRefs } = options.runtime
    this.service = Context.get(context, Telemetry)
    this.clock = Context.get(FiberRefs.getOrDefault(fiberRefs, DefaultServices.currentServices), Clock.Clock)
    const { recording } = this.service
    this.ambient = new Ambient(recording)
    this.tracer = recording && new AmbientTracer(recording, this.ambient)
  }

  readonly withSpan = <A>(name: string, ...rest: Rest<() => A>): A => {
    const [attributes, body] = splitRest(rest)
    const span = this.open(name, attributes, this.ambient.place, this.ambient.parent)
    return span === undefined ? body() : watch(span, body)
  }

  readonly withSpanStream = <A>(name: string, ...rest: Rest<AsyncSource<A>>): AsyncGenerator<A, void, undefined> => {
    const [attributes, source] = splitRest(rest)
    const { parent, place } = this.ambient
    return iterateInSpan(source, () => this.open(name, attributes, place, parent) ?? unrecorded)
  }

  readonly annotate = (attributes: AttributesInput | (() => AttributesInput)): void => {
    const { span } = this.ambient.place
    const recording = this.recording()
    if (span !== undefined && recording !== undefined) {
      annotateSpan(recording, span, attributes)
    }
  }

  readonly emitMetric = (name: string, value: number, attributes?: LazyAttributes): void => {
    const { parent, place } = this.ambient
    const recording = this.recording()
    const [first] = recording?.recorder.measure(
      name,
      value,
      givenAttributes(attributes),
      labelOf(place.run, "userId"),
      this.clock,
      parent
    ) ?? []
    if (first !== undefined) {
      throw first
    }
  }

  readonly score = (name: string, judgement: Judgement): void => this.judge("current", name, judgement)

  readonly scoreOf = (target: ScoreTarget, name: string, judgement: Judgement): void =>
    this.judge(target, name, judgement)

  readonly feedback = (feedback: Feedback): void => {
    const scores = scoresOfFeedback(feedback)
    if (scores instanceof InvalidFeedback) {
      throw scores
    }
    for (const { judgement, name, target } of scores) {
      this.judge(target, name, judgement)
    }
  }

  readonly withRun = <A>(members: RunContextShape, body: () => A): A => {
    const { run, span } = this.ambient.place
    return this.ambient.enter({ span, run: { ...run, ...members } }, body)
  }

  readonly runPromise = async <A, E>(
    effect: Effect.Effect<A, E, Telemetry | R>,
    options?: { readonly signal?: AbortSignal }
  ): Promise<A> => {
    const exit = await Runtime.runPromiseExit(this.options.runtime)(this.placed(effect), options)
    if (Exit.isSuccess(exit)) {
      return exit.value
    }
    // Inside a span, Effect puts a proxy around an error.
    throw Cause.originalError(Cause.squash(exit.cause))
  }

  readonly currentSpan = (): SpanIds | undefined => {
    const { parent } = this.ambient
    return parent && { traceId: parent.traceId, spanId: parent.spanId }
  }

  readonly traceHeaders = (): Record<string, string> =>
    headersBelow(recordingOf(this.service)?.recorder.factory, this.ambient.parent)

  readonly continueTrace = <A>(headers: TraceCarrier | null | undefined, body: () => A): A => {
    const remote = remoteSpan(headers)
    if (remote === undefined) {
      return body()
    }
    // When a program calls itself, the remote span is one of its own open spans: continue the tree below that one.
    const span = recordingOf(this.service)?.recorder.openSpanOf(remote) ?? remote
    return this.ambient.enter({ ...this.ambient.place, span }, body)
  }

  readonly flush = (): Promise<void> => Runtime.runPromise(this.options.runtime)(Telemetry.flush)

  readonly close = (): Promise<void> => this.closing ??= this.release()

  readonly [Symbol.asyncDispose] = (): Promise<void> => this.close()

  private async release(): Promise<void> {
    const { closeTimeout, dispose } = this.options
    const exit = await Effect.runPromiseExit(withCap(dispose, closeTimeout))
    this.ambient.dispose()
    if (Exit.isFailure(exit)) {
      throw Cause.squash(exit.cause)
    }
    if (exit.value._tag === "None") {
      this.warn(`Telemetry did not close within ${Duration.format(closeTimeout)} and was given up`)
    }
  }

  /** Opens a span; `undefined` if nothing records. */
  private open(
    name: string,
    attributes: LazyAttributes | undefined,
    { run }: Place,
    parent: Tracer.AnySpan | undefined
  ): RunningSpan | undefined {
    const recording = this.recording()
    if (recording === undefined) {
      return undefined
    }
    const span = openSpan(recording, this.clock, { name, attributes, parent, run })
    return {
      inside: (execute) => this.ambient.enter({ span, run }, execute),
      end: (exit) => endSpan(recording, this.clock, span, exit)
    }
  }

  private judge(target: ScoreTarget | "current", name: string, judgement: Judgement): void {
    const { parent, place } = this.ambient
    const recorder = this.recording()?.recorder
    const userId = labelOf(place.run, "userId")
    const [first] = recorder?.score(name, judgement, target, userId, this.clock, parent) ?? []
    if (first !== undefined) {
      throw first
    }
  }

  /** The effect as a child of the current span, in the current run. */
  private placed<A, E>(effect: Effect.Effect<A, E, Telemetry | R>): Effect.Effect<A, E, Telemetry | R> {
    const { parent, place } = this.ambient
    const inRun = Effect.provideService(effect, RunContext, place.run)
    const inSpan = parent === undefined ? inRun : Effect.provideService(inRun, Tracer.ParentSpan, parent)
    if (this.tracer === undefined) {
      return inSpan
    }
    return this.recording() === undefined
      ? Effect.withTracerEnabled(inSpan, false)
      : Effect.withTracer(inSpan, this.tracer)
  }

  private recording(): Recording | undefined {
    if (this.closing === undefined) {
      return recordingOf(this.service)
    }
    if (!this.isReported) {
      this.isReported = true
      this.warn(closed)
    }
    return undefined
  }

  private warn(message: string): void {
    warnWith(this.options.runtime.fiberRefs)(message)
  }
}

const unrecorded: RunningSpan = { inside: (execute) => execute(), end: () => {} }
