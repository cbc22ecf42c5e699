/**
 * A sink that gets some of the spans: without the noise of a library, say, while other sinks have everything.
 *
 * Decided once, when a span opens. Its children stay and hang below the nearest ancestor that is kept, so nothing is orphaned.
 * Measurements are never filtered. The trap: what is set on a span later is not there to decide on; for that there is
 * `SampledTelemetry.tail`.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { handled } from "../records/promises.js"
import { spanStart } from "../records/SpanData.js"
import type { SpanStart } from "../records/SpanRecord.js"
import { shownError } from "../telemetry/lifecycle/foreignText.js"
import { Reporter } from "../telemetry/lifecycle/report.js"
import { decorateLayer, type SinkLayer } from "../telemetry/lifecycle/sinkLayers.js"
import type { Observer } from "../telemetry/Observer.js"
import type { OpenSpan } from "../telemetry/tracing/OpenSpan.js"
import { filteredObserver } from "./filtered/filteredObserver.js"
import { FilteredTree } from "./filtered/FilteredTree.js"

/** Whether a span is kept, asked when it opens, with the attributes that it opens with and the parent that it was opened below. */
export type SpanPredicate = (span: SpanStart) => boolean

/** Sinks behind a filter. */
export class FilteredTelemetry {
  /**
   * The sink layer with only those spans for which `keeps` is true; all else that the layer provides stays reachable. A measurement that was
   * taken in a span which is left out belongs to the nearest ancestor that is kept, or to none. A predicate that throws keeps the span, and is
   * logged once.
   *
   * @example
   * const quiet = FilteredTelemetry.layer(ConsoleTelemetryLive, (span) => !span.name.startsWith("http.client"))
   */
  static readonly layer = <L extends SinkLayer>(
    sinkLayer: L,
    keeps: SpanPredicate
  ): Layer.Layer<Layer.Layer.Success<L>, Layer.Layer.Error<L>, Layer.Layer.Context<L>> =>
    decorateLayer(sinkLayer, (observers) =>
      Effect.sync(() => {
        const tree = new FilteredTree(careful(keeps, observers))
        return {
          observers: observers.map((observer) => filteredObserver(observer, tree)),
          provided: Context.empty()
        }
      }))
}

const careful = (keeps: SpanPredicate, observers: ReadonlyArray<Observer>) => {
  const reporter = new Reporter()
  return (span: OpenSpan): boolean => {
    try {
      return handled(keeps(spanStart(span.snapshot())))
    } catch (error) {
      const names = observers.map(({ name }) => name).join(", ")
      reporter.once(
        "threw",
        `The filter of the telemetry sink "${names}" threw: ${shownError(error)}. ` +
          "Spans for which it throws are kept; further exceptions are not logged"
      )
      return true
    }
  }
}
