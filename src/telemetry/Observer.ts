/**
 * The interface between the core and a sink: callbacks for the start and end of spans, for measurements and for scores.
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
  /** Used in warnings about this sink. */
  readonly name: string
  readonly onStart?: (span: OpenSpan) => void
  /** A span was removed from the list of open spans because too many are open. It may still end. */
  readonly onForgotten?: (span: OpenSpan) => void
  /** `open` is the object that was passed to `onStart`. */
  readonly onEnd?: (span: SpanData, open: OpenSpan) => void
  /** A span ended that a filter or a sampler drops; keeps counts derived from spans correct. May be called only after the whole trace has ended. */
  readonly onLeftOut?: (span: SpanData, open: OpenSpan) => void
  /**
   * `around` is the span it was taken in, if it is one of ours. If that span was dropped, the measurement names the span that replaces it,
   * or none.
   */
  readonly onMetric?: (metric: MetricData, around: OpenSpan | undefined) => void
  /** A score was given. `around` is the scored span, if it is open, one of ours and recorded by this sink. */
  readonly onScore?: (score: ScoreData, around: OpenSpan | undefined) => void
  /** A measurement or a score was dropped because it is invalid. */
  readonly onRefused?: () => void
  /** Completes when everything observed so far is written. */
  readonly flush?: Effect.Effect<void>
  /** Whether the sink's release also flushes it, within its own time limit; a closing layer then does not flush it first. */
  readonly isFlushedByRelease?: boolean
  /** Called once for each recorder the observer belongs to; the returned function is called when that recorder closes. */
  readonly attach?: (open: OpenSpans) => () => void
  /** Creates the spans while this sink is in use. */
  readonly factory?: SpanFactory
  /** Whether this sink was configured to make agents record content by default. */
  readonly capturesContent?: boolean
  /** Whether an exception thrown by a hook is raised in the program or only logged. */
  readonly onError: "raise" | "report"
  /** The observer this one was derived from; both are the same sink. */
  readonly origin?: Observer
}

/** The sink behind an observer: two observers with the same origin are one sink. */
export const originOf = (observer: Observer): Observer => observer.origin ?? observer
