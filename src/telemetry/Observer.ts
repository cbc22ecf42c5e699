/**
 * What the core says to a sink: a span opened, a span ended, a measurement was taken.
 *
 * This is the port that the built-in sinks implement; people implement `TelemetrySink`, which is adapted to it. Calls are
 * synchronous and come from inside the fiber that is being observed: an observer that has slow work to do puts it behind a
 * buffer of its own.
 */
import type * as Effect from "effect/Effect"
import type { MetricData, SpanData } from "../records/SpanData.js"
import type { OpenSpan, OpenSpans } from "./tracing/OpenSpan.js"
import type { SpanFactory } from "./tracing/SpanFactory.js"

/** One sink, as the core sees it. */
export interface Observer {
  /** Named in every report about this sink. */
  readonly name: string
  readonly onStart?: (span: OpenSpan) => void
  /** `open` is the same object that `onStart` was given. */
  readonly onEnd?: (span: SpanData, open: OpenSpan) => void
  /**
   * A span ended that a filter or a sampler keeps from this sink: for what is counted from spans, which stays true. It may come when the
   * whole trace has ended.
   */
  readonly onLeftOut?: (span: SpanData, open: OpenSpan) => void
  /**
   * `around` is the span that it was taken in, where that is one of ours. It may be one that was left out; the measurement then names the
   * span that stands for it, or none.
   */
  readonly onMetric?: (metric: MetricData, around: OpenSpan | undefined) => void
  /** A measurement was refused because of its value or its name; it is in no record. */
  readonly onRefused?: () => void
  /** Completes when everything observed so far is where it belongs. */
  readonly flush?: Effect.Effect<void>
  /** Whether its own release does that, in its own time: a layer that closes does not flush it before. */
  readonly isFlushedByRelease?: boolean
  /** Told once for every recorder that the observer is part of; the function returned is called when that recorder is gone. */
  readonly attach?: (open: OpenSpans) => () => void
  /** What should make the spans while this sink is in use, if it has an opinion. */
  readonly factory?: SpanFactory
  /** What to do with an exception of a hook: pass it on to the program, or only report it. */
  readonly onError: "raise" | "report"
  /** The observer that this one is a variant of: the two are the same sink. */
  readonly origin?: Observer
}

/** The sink that an observer is a variant of, or is: two of the same origin are one sink. */
export const originOf = (observer: Observer): Observer => observer.origin ?? observer
