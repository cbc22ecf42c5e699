/**
 * Lines as things happen, and still parent first.
 *
 * A span prints when it ends. If something inside it prints before that, or it has been open for a while, a `▸` line opens it, so that
 * what follows stands under its parent.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { MetricData, OpenSpanData, SpanData } from "../../records/SpanData.js"
import { metricLine, openLine, shownSpan, spanLine } from "../../records/terminal/recordLine.js"
import type { OpenSpan } from "../../telemetry/tracing/OpenSpan.js"
import type { ConsoleOutput } from "./output.js"
import type { Printer } from "./Printer.js"

/** How long a span may be open before it is shown. */
const patience = Duration.millis(250)

interface Entry {
  readonly span: OpenSpan
  readonly parent: Entry | undefined
  /** Nanoseconds since the epoch. */
  readonly since: bigint
  shown: boolean
  ended: boolean
  /** Whether it is still to be shown when its time is over. */
  waits: boolean
}

/** The printer for `order: "live"`, with the worker that shows what has been open for long. */
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
      onEnd: (span: SpanData) => {
        const entry = entries.get(span.spanId)
        entries.delete(span.spanId)
        if (entry !== undefined) {
          entry.ended = true
          show(entry.parent, output)
        }
        output.write(spanLine(shownSpan(span), entry?.span.depth ?? 0, output.style()))
      },
      onMetric: (metric: MetricData) => {
        const entry = metric.spanId === undefined ? undefined : entries.get(metric.spanId)
        show(entry, output)
        output.write(metricLine(metric, entry === undefined ? 0 : entry.span.depth + 1, output.style()))
      },
      finish: () => {}
    }
  })

/** Opens a span and all above it that are not shown yet, from the top. */
const show = (entry: Entry | undefined, output: ConsoleOutput): void => {
  const unseen: Array<Entry> = []
  for (let current = entry; current !== undefined && !current.shown && !current.ended; current = current.parent) {
    unseen.push(current)
  }
  for (const { span } of unseen.reverse()) {
    output.announce(openLine(asOpened(span), span.depth, output.style()))
  }
  for (const each of unseen) {
    each.shown = true
  }
}

/** As it was when it opened: what was set since stands on the line that closes it. */
const asOpened = (span: OpenSpan): OpenSpanData => {
  const data = span.snapshot()
  return { ...data, attributes: Object.fromEntries(Object.entries(data.attributes).slice(0, span.openedWith)) }
}

/** A worker that shows each entry that is still open when its time is over; the function returned says that there is a new one. */
const watchLongOpen = (
  open: ReadonlyMap<string, Entry>,
  showEntry: (entry: Entry) => void
): Effect.Effect<() => void, never, Scope.Scope> =>
  Effect.gen(function*() {
    let isWatching = false
    const latch = yield* Effect.makeLatch(false)
    const dueNanos = BigInt(Duration.toMillis(patience) * 1_000_000)
    // In one go: a span that opened between the look at them and the closing of the latch would never be shown.
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
      // Not longer than this: a clock that was set back would let all that opens from now on wait for it to come there again.
      return next === undefined ? patience : Duration.min(patience, Duration.nanos(next.since + dueNanos - now))
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
