/**
 * The interface between the core and a sink: a span opened, a span ended, a measurement was taken, something was judged.
 *
 * The built-in sinks implement it; users implement `TelemetrySink`, which is adapted to it. Calls are synchronous and come from inside
 * the observed fiber, so an observer with slow work needs its own buffer.
 */
import type * as Effect from "effect/Effect"
import type { ScoreData } from "../records/ScoreData.js"
import type { MetricData, SpanData } from "../records/SpanData.js"
import type { OpenSpan, OpenSpans } from "./tracing/OpenSpan.js"
import type { SpanFactory } from "./tracing/SpanFactory.js"

/** One sink, as the core sees it. */
export interface Observer {
  /** Used in every report about this sink. */
  readonly name: string
  readonly onStart?: (span: OpenSpan) => void
  /** A span is no longer kept among the open ones, because too many were opened after it. It may still end. */
  readonly onForgotten?: (span: OpenSpan) => void
  /** `open` is the object that was passed to `onStart`. */
  readonly onEnd?: (span: SpanData, open: OpenSpan) => void
  /** A span ended that a filter or a sampler drops, so that counts made from spans stay correct. May be called when the whole trace has ended. */
  readonly onLeftOut?: (span: SpanData, open: OpenSpan) => void
  /**
   * `around` is the span that it was taken in, if it is one of ours. If that span was dropped, the measurement names the span that replaces
   * it, or none.
   */
  readonly onMetric?: (metric: MetricData, around: OpenSpan | undefined) => void
  /** Something was judged. `around` is the judged span, if it is an open one of ours that this sink has. */
  readonly onScore?: (score: ScoreData, around: OpenSpan | undefined) => void
  /** A measurement or a score was dropped because it is invalid. */
  readonly onRefused?: () => void
  /** Completes when everything observed so far is written. */
  readonly flush?: Effect.Effect<void>
  /** Whether its release flushes it, within its own time; a closing layer then does not flush it first. */
  readonly isFlushedByRelease?: boolean
  /** Called once for every recorder that the observer is part of; the returned function is called when that recorder closes. */
  readonly attach?: (open: OpenSpans) => () => void
  /** Makes the spans while this sink is in use. */
  readonly factory?: SpanFactory
  /** Whether agents record content by default, because this sink was told so. */
  readonly capturesContent?: boolean
  /** What to do with an exception of a hook: pass it on to the program, or only report it. */
  readonly onError: "raise" | "report"
  /** The observer that this one is a variant of: the two are the same sink. */
  readonly origin?: Observer
}

/** The sink behind an observer: two observers of the same origin are one sink. */
export const originOf = (observer: Observer): Observer => observer.origin ?? observer
