/**
 * Filters the spans of one sink, for example to hide the noise of a library, while other sinks receive all of them.
 *
 * The decision is made once, when a span opens. The children of a dropped span are kept and move up to its nearest kept ancestor.
 * Measurements and scores are never filtered. The trap: attributes set later cannot be part of the decision; use `SampledTelemetry.tail` for that.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { handled } from "../records/promises.js"
import { type MetricData, type OpenSpanData, type SpanData, spanStart } from "../records/SpanData.js"
import type { SpanStart } from "../records/SpanRecord.js"
import { shownError } from "../telemetry/lifecycle/foreignText.js"
import { decorateLayer, type SinkLayer } from "../telemetry/lifecycle/sinkLayers.js"
import { type Observer, originOf } from "../telemetry/Observer.js"
import { Reporter } from "../telemetry/report.js"
import type { OpenSpan, OpenSpans } from "../telemetry/tracing/OpenSpan.js"

/** Whether a span is kept. Called when it opens, with its initial attributes and its parent before filtering. */
export type SpanPredicate = (span: SpanStart) => boolean

/** The position of a span in the tree. */
type Place = Pick<OpenSpan, "parentSpanId" | "above" | "depth">

/** A kept span as the sink sees it, or a dropped one, which knows where its children belong. */
class FilteredSpan implements OpenSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly start: bigint
  readonly openedWith: number
  readonly parentSpanId: string | null
  readonly above: OpenSpan | undefined
  readonly depth: number

  constructor(readonly viewOf: OpenSpan, place: Place, readonly isKept: boolean) {
    this.name = viewOf.name
    this.traceId = viewOf.traceId
    this.spanId = viewOf.spanId
    this.start = viewOf.start
    this.openedWith = viewOf.openedWith
    this.parentSpanId = place.parentSpanId
    this.above = place.above
    this.depth = place.depth
  }

  /** The position of its children. */
  get below(): Place {
    return this.isKept ? { parentSpanId: this.spanId, above: this, depth: this.depth + 1 } : this
  }

  snapshot(): OpenSpanData {
    return { ...this.viewOf.snapshot(), parentSpanId: this.parentSpanId }
  }
}

/**
 * The tree of the kept spans: the children of a dropped span belong to its nearest kept ancestor.
 *
 * All sinks of a layer share one tree, so the predicate is called once per span. A span's position is stored exactly as long as the span
 * itself, because children may start after their parent has ended.
 */
class FilteredTree {
  private readonly spans = new WeakMap<OpenSpan, FilteredSpan>()

  constructor(private readonly keeps: (span: OpenSpan) => boolean) {}

  /** The span in this tree; the first call decides whether it is kept. */
  open(span: OpenSpan): FilteredSpan {
    const known = this.spans.get(span)
    if (known !== undefined) {
      return known
    }
    const opened = new FilteredSpan(span, this.placeOf(span), this.keeps(span))
    this.spans.set(span, opened)
    return opened
  }

  /** The span in this tree, if it has been opened. */
  get(span: OpenSpan): FilteredSpan | undefined {
    return this.spans.get(span)
  }

  /** The nearest span known to this tree: the given one or an ancestor. */
  nearest(span: OpenSpan | undefined): FilteredSpan | undefined {
    for (let current = span; current !== undefined; current = current.above) {
      const known = this.spans.get(current)
      if (known !== undefined) {
        return known
      }
    }
    return undefined
  }

  /** The kept spans among these open ones. */
  *keptOf(open: OpenSpans): Iterable<OpenSpan> {
    for (const span of open()) {
      const known = this.spans.get(span)
      if (known?.isKept === true) {
        yield known
      }
    }
  }

  // A parent outside this tree (in another process, or of an outer telemetry) is never filtered.
  private placeOf(span: OpenSpan): Place {
    return (span.above && this.spans.get(span.above)?.below) ?? span
  }
}

/** Filters the spans of sinks. */
export class FilteredTelemetry {
  /**
   * A sink layer that receives only the spans for which `keeps` returns true; the layer's other outputs stay available. A measurement taken in a
   * dropped span belongs to the nearest kept ancestor, or to no span; a score of a dropped span keeps its ids. If the predicate throws, the span is
   * kept and the exception is logged once.
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
        const tree = new FilteredTree(keepIfItThrows(keeps, observers))
        return {
          observers: observers.map((observer) => filteredObserver(observer, tree)),
          provided: Context.empty()
        }
      }))
}

const keepIfItThrows = (keeps: SpanPredicate, observers: ReadonlyArray<Observer>) => {
  const reporter = new Reporter()
  return (span: OpenSpan): boolean => {
    try {
      return handled(keeps(spanStart(span.snapshot())))
    } catch (error) {
      const names = observers.map(({ name }) => name).join(", ")
      reporter.once(
        "threw",
        `The filter of the telemetry sink "${names}" threw: ${shownError(error)}. ` +
          "The span is kept; further exceptions are not logged"
      )
      return true
    }
  }
}

const filteredObserver = (inner: Observer, tree: FilteredTree): Observer => ({
  ...inner,
  name: `filtered(${inner.name})`,
  origin: originOf(inner),
  onStart: (span) => {
    const opened = tree.open(span)
    if (opened.isKept) {
      inner.onStart?.(opened)
    }
  },
  ...(inner.onForgotten && {
    onForgotten: (span) => {
      const opened = tree.get(span)
      if (opened?.isKept === true) {
        inner.onForgotten!(opened)
      }
    }
  }),
  onEnd: (data, open) => {
    const span = tree.open(open)
    if (span.isKept) {
      inner.onEnd?.(withParentOf(data, span), span)
    } else {
      inner.onLeftOut?.(data, span)
    }
  },
  ...(inner.onLeftOut && { onLeftOut: (data, open) => inner.onLeftOut!(data, tree.get(open) ?? open) }),
  ...(inner.onMetric && {
    onMetric: (metric, around) => {
      const span = tree.nearest(around)
      inner.onMetric!(span === undefined ? metric : takenIn(metric, span), span ?? around)
    }
  }),
  // A score keeps its ids: it does not become a score of another span because its own span was dropped.
  ...(inner.onScore && {
    onScore: (score, around) => {
      const span = around && tree.get(around)
      inner.onScore!(score, span?.isKept === true ? span : undefined)
    }
  }),
  ...(inner.attach && { attach: (open) => inner.attach!(() => tree.keptOf(open)) })
})

const withParentOf = (data: SpanData, { parentSpanId }: FilteredSpan): SpanData =>
  data.parentSpanId === parentSpanId ? data : { ...data, parentSpanId }

/** The measurement with the ids of the nearest span that the sink receives. */
const takenIn = (metric: MetricData, span: FilteredSpan): MetricData => {
  const spanId = span.isKept ? span.spanId : span.parentSpanId ?? undefined
  return spanId === metric.spanId
    ? metric
    : { ...metric, traceId: spanId === undefined ? undefined : metric.traceId, spanId }
}
