/**
 * Prints records as they arrive, but each under its parent.
 *
 * A span prints when it ends. If something inside it prints earlier, or it has been open for a while, a `▸` line opens it, so that
 * everything appears under its parent.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ScoreData } from "../../records/ScoreData.js"
import type { MetricData, OpenSpanData, SpanData } from "../../records/SpanData.js"
import { metricLine, openLine, scoreLine, shownSpan, spanLine } from "../../records/terminal/recordLine.js"
import type { OpenSpan } from "../../telemetry/tracing/OpenSpan.js"
import type { ConsoleOutput } from "./output.js"

/** Turns what the sink observes into lines; one implementation per `order`. */
export interface Printer {
  readonly onStart: (span: OpenSpan) => void
  readonly onForgotten: (span: OpenSpan) => void
  readonly onEnd: (span: SpanData) => void
  readonly onMetric: (metric: MetricData) => void
  readonly onScore: (score: ScoreData) => void
  /** Prints everything still held back, when the layer closes. */
  readonly finish: () => void
}

/** How long a span may be open before its `▸` line is printed. */
const openDelay = Duration.millis(250)

interface Entry {
  readonly span: OpenSpan
  readonly parent: Entry | undefined
  /** Nanoseconds since the epoch. */
  readonly since: bigint
  shown: boolean
  ended: boolean
  /** Whether its `▸` line is printed after `openDelay`. */
  waits: boolean
}

/** The printer for `order: "live"`, with the fiber that shows spans open for longer than `openDelay`. */
export const livePrinter = (output: ConsoleOutput): Effect.Effect<Printer, never, Scope.Scope> =>
  Effect.gen(function*() {
    const entries = new Map<string, Entry>()
    const watch = yield* watchLongOpen(entries, (entry) => show(entry, output))
    return {
      onStart: (span) => {
        const entry: Entry = {
          span,
          parent: span.parentSpanId === null ? undefined : entries.get(span.parentSpanId),
          since: span.start,
          shown: false,
          ended: false,
          waits: true
        }
        entries.set(span.spanId, entry)
        watch()
      },
      onForgotten: ({ spanId }) => void entries.delete(spanId),
      onEnd: (span: SpanData) => {
        const entry = entries.get(span.spanId)
        entries.delete(span.spanId)
        if (entry !== undefined) {
          entry.ended = true
          show(entry.parent, output)
        }
        output.write(spanLine(shownSpan(span), entry?.span.depth ?? 0, output.style))
      },
      onMetric: (metric: MetricData) => {
        const entry = metric.spanId === undefined ? undefined : entries.get(metric.spanId)
        show(entry, output)
        output.write(metricLine(metric, entry === undefined ? 0 : entry.span.depth + 1, output.style))
      },
      onScore: (score: ScoreData) => {
        const entry = score.spanId === null ? undefined : entries.get(score.spanId)
        show(entry, output)
        const depth = entry === undefined ? 0 : entry.span.depth + 1
        output.write(scoreLine(score, depth, output.style, entry !== undefined))
      },
      finish: () => {}
    }
  })

/** Prints the missing `▸` lines of a span and its ancestors, from the top. */
const show = (entry: Entry | undefined, output: ConsoleOutput): void => {
  const unseen: Array<Entry> = []
  for (let current = entry; current !== undefined && !current.shown && !current.ended; current = current.parent) {
    unseen.push(current)
  }
  for (const { span } of unseen.reverse()) {
    output.announce(openLine(asOpened(span), span.depth, output.style))
  }
  for (const each of unseen) {
    each.shown = true
  }
}

/** The span with its initial attributes; later ones appear on the line printed at its end. */
const asOpened = (span: OpenSpan): OpenSpanData => {
  const data = span.snapshot()
  return { ...data, attributes: Object.fromEntries(Object.entries(data.attributes).slice(0, span.openedWith)) }
}

/** Forks a fiber that shows each entry still open after `openDelay`. Call the returned function when there is a new entry. */
const watchLongOpen = (
  open: ReadonlyMap<string, Entry>,
  showEntry: (entry: Entry) => void
): Effect.Effect<() => void, never, Scope.Scope> =>
  Effect.gen(function*() {
    let isWatching = false
    const latch = yield* Effect.makeLatch(false)
    const dueNanos = BigInt(Duration.toMillis(openDelay) * 1_000_000)
    // Synchronous: a span that opened between the check and closing the latch would never be shown.
    const showDue = Effect.map(Clock.currentTimeNanos, (now) => {
      const waiting = [...open.values()].filter(({ waits }) => waits)
      for (const entry of waiting) {
        if (entry.since + dueNanos <= now) {
          entry.waits = false
          showEntry(entry)
        }
      }
      const next = waiting.find(({ waits }) => waits)
      if (next === undefined) {
        isWatching = false
        latch.unsafeClose()
      }
      // Bounded: if the clock was set back, new spans would wait until it catches up.
      return next === undefined ? openDelay : Duration.min(openDelay, Duration.nanos(next.since + dueNanos - now))
    })
    yield* latch.await.pipe(
      Effect.zipRight(showDue),
      Effect.flatMap(Effect.sleep),
      Effect.forever,
      Effect.withTracerEnabled(false),
      Effect.interruptible,
      Effect.forkScoped
    )
    return () => {
      if (!isWatching) {
        isWatching = true
        latch.unsafeOpen()
      }
    }
  })
