/**
 * Builds a layer from sinks: a recorder for them, the service, and the tracer for everything that runs under the layer.
 */
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { redactorHere } from "./contextKeys.js"
import { copyVersion } from "./copies.js"
import { giveFeedback } from "./feedback.js"
import { shownCause } from "./lifecycle/foreignText.js"
import { marked, outputsOf } from "./lifecycle/sinkMark.js"
import { withCap } from "./lifecycle/sinkScopes.js"
import type { Observer } from "./Observer.js"
import { Recorder } from "./Recorder.js"
import { Reporter } from "./report.js"
import { TelemetryLimits } from "./TelemetryLimits.js"
import type { Recording, TelemetryService } from "./TelemetryService.js"
import { annotateCurrent, judge, measure } from "./tracing/currentSpan.js"
import { mirrored } from "./tracing/foreign/mirror.js"
import { isLoomTracer, LoomTracer } from "./tracing/LoomTracer.js"
import { nativeTracer } from "./tracing/parents.js"
import { chooseFactory } from "./tracing/SpanFactory.js"
import { spanAround, spanInScope } from "./tracing/spans.js"
import { spanAroundStream } from "./tracing/streams.js"

/** How long one sink may take to flush before the flush is abandoned. */
const flushCap = Duration.seconds(3)

/** The service of a recording; without one it does nothing. */
const serviceOf = (recording: Recording | undefined): TelemetryService => {
  const lookup = () => recording
  const observers = recording?.recorder.observers ?? []
  return {
    sinks: observers.map((observer) => observer.name),
    withSpan: (name, attributes, options) => (self) => spanAround(lookup, self, name, attributes, options),
    withSpanStream: (name, attributes, options) => (self) => spanAroundStream(lookup, self, name, attributes, options),
    spanScoped: (name, attributes, options) => spanInScope(lookup, name, attributes, options),
    annotate: (attributes) => annotateCurrent(lookup, attributes),
    emitMetric: (name, value, attributes) => measure(lookup, name, value, attributes),
    score: (name, judgement) => judge(lookup, "current", name, judgement),
    scoreOf: (target, name, judgement) => judge(lookup, target, name, judgement),
    feedback: (feedback) =>
      giveFeedback(feedback, ({ judgement, name, target }) => judge(lookup, target, name, judgement)),
    flush: flushAll(observers),
    recording
  }
}

// A single sink needs no extra fiber: if its flush completes synchronously, so does its release, and releases keep their order.
const flushAll = (observers: ReadonlyArray<Observer>): Effect.Effect<void> =>
  observers.length === 1
    ? flushObserver(observers[0]!)
    : Effect.forEach(observers, flushObserver, { concurrency: "unbounded", discard: true })

/** Reporters of flush problems per sink, so that a program that flushes after each run is not warned each time. */
const reporters = new WeakMap<Observer, Reporter>()

const reporterOf = (observer: Observer): Reporter => {
  const known = reporters.get(observer) ?? new Reporter()
  reporters.set(observer, known)
  return known
}

/** Flushes one sink within the time limit. Never fails, and delays no other sink. */
export const flushObserver = (observer: Observer): Effect.Effect<void> =>
  observer.flush === undefined ? Effect.void : withCap(observer.flush, flushCap).pipe(
    Effect.flatMap((done) =>
      done._tag === "Some" ?
        Effect.void :
        Effect.sync(() =>
          reporterOf(observer).every(
            "given up",
            `The telemetry sink "${observer.name}" did not flush within ${Duration.format(flushCap)} and was given up`
          )
        )
    ),
    Effect.catchAllCause((cause) =>
      Effect.sync(() =>
        reporterOf(observer).every(
          "failed",
          `The telemetry sink "${observer.name}" failed to flush: ${shownCause(cause)}`
        )
      )
    )
  )

/**
 * Builds the service for these sinks in the current scope and installs its tracer for what runs under it. Without sinks nothing is installed,
 * and our tracer from an outer layer is removed.
 */
export const buildTelemetry = (
  observers: ReadonlyArray<Observer>
): Effect.Effect<TelemetryService, never, Scope.Scope> =>
  Effect.gen(function*() {
    const installed = yield* Effect.tracer
    const below = isLoomTracer(installed) ? installed.below : installed
    if (observers.length === 0) {
      if (below !== installed) {
        yield* Effect.withTracerScoped(below)
      }
      return serviceOf(undefined)
    }
    const limits = yield* TelemetryLimits
    const redactor = yield* redactorHere
    const offered = chooseFactory(observers.flatMap((observer) => observer.factory ?? []))
    // An authoritative factory makes every span itself; a tracer below would make each one again.
    const isMirrored = offered.isAuthority && below !== nativeTracer
    const factory = isMirrored ? mirrored(offered, below, reporterOf(observers[0]!)) : offered
    const recorder = new Recorder({ observers, limits, redactor, factory })
    yield* Effect.addFinalizer(() => Effect.sync(() => recorder.dispose()))
    const tracer = new LoomTracer(recorder, isMirrored ? nativeTracer : below, below)
    yield* Effect.withTracerScoped(tracer)
    return yield* marked(serviceOf({ copyVersion, recorder, tracer }), recorder, tracer)
  })

/**
 * A layer whose sinks are acquired by an effect in its scope. When the layer closes, sinks are flushed before their own finalizers
 * run, except those whose release flushes them.
 */
export const layerObservers = <I, E, R>(
  tag: Context.Tag<I, TelemetryService>,
  observers: Effect.Effect<ReadonlyArray<Observer>, E, R>
): Layer.Layer<I, E, Exclude<R, Scope.Scope>> =>
  Layer.scopedContext(
    Effect.flatMap(observers, (acquired) =>
      Effect.zipRight(
        Effect.addFinalizer(() => flushAll(acquired.filter((observer) => observer.isFlushedByRelease !== true))),
        Effect.map(buildTelemetry(acquired), (telemetry) => outputsOf(tag, telemetry))
      ))
  )
