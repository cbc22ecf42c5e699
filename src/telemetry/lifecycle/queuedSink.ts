/**
 * A sink whose work is an effect: a bounded queue, and a worker in the layer's scope that is drained on release.
 *
 * The drain is the flush of a release: a layer that has such a sink in its own scope does not flush it as well, or a close would take both.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Mailbox from "effect/Mailbox"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import type { MetricRecord } from "../../records/MetricRecord.js"
import { catchRejection, handled } from "../../records/promises.js"
import type { SpanRecord } from "../../records/SpanRecord.js"
import { Redaction } from "../Redaction.js"
import type { TelemetrySink } from "../TelemetrySink.js"
import { capped } from "./capped.js"
import { shownCause, shownError } from "./foreignText.js"
import { Reporter, type Warn, warnBy, warnLater } from "./report.js"

/** A sink made of effects. */
export interface EffectSinkOptions<R> {
  /** Named in reports about this sink. Default `"effect"`. */
  readonly name?: string
  /** Called with each finished span, one record at a time. Default: spans are left out. */
  readonly onSpanEnd?: (span: SpanRecord) => Effect.Effect<unknown, unknown, R>
  /** Called with each measurement, one record at a time. Default: they are left out. */
  readonly onMetric?: (metric: MetricRecord) => Effect.Effect<unknown, unknown, R>
  /** Records that may wait, ≥ 1; what comes when it is full is dropped and counted. Default 4096. */
  readonly capacity?: number
  /** How long the release waits for what is still queued, ≥ 0; nothing else holds it. What is left then is dropped, counted and logged. Default 3 seconds. */
  readonly drain?: Duration.DurationInput
}

/** What became of the records that a queued sink was given. `accepted = written + queued + dropped + failed`. */
export interface QueuedSinkStats {
  /** Records that it was given. */
  readonly accepted: number
  /** The effect succeeded. */
  readonly written: number
  /** Waiting, or with an effect that is under way. */
  readonly queued: number
  /** Did not fit into the queue, or came after the sink had closed, or were left when `drain` was over. */
  readonly dropped: number
  /** The effect failed. */
  readonly failed: number
}

/** A queued sink, with its counters. */
export interface QueuedSink extends TelemetrySink {
  /** A little more than `drain`, which bounds the release by itself. */
  readonly closeTimeout: Duration.Duration
  /** The counters, as they are now. */
  readonly stats: Effect.Effect<QueuedSinkStats>
}

type Item = { readonly run: () => Effect.Effect<unknown, unknown, unknown> } | { readonly done: () => void }

/** The scopes that drain a queue, by what flushes it: that stays the same where the sink is given another name or hook. */
const drainedBy = new WeakMap<Effect.Effect<void>, Scope.Scope>()

/** Whether the release of this scope handles all that such a flush would wait for. */
export const isDrainedBy = (flush: Effect.Effect<void> | undefined, scope: Scope.Scope): boolean =>
  flush !== undefined && drainedBy.get(flush) === scope

/** See `Telemetry.sinkFromEffect`. */
export const sinkFromEffect = <R = never>(
  options: EffectSinkOptions<R>
): Effect.Effect<QueuedSink, never, R | Scope.Scope> =>
  Effect.gen(function*() {
    // Without the span that the layer may have been built in: it has nothing to do with what is handled later.
    const context = Context.omit(Tracer.ParentSpan)(yield* Effect.context<R>()) as Context.Context<R>
    const name = options.name ?? "effect"
    const capacity = Math.max(1, options.capacity ?? 4096)
    const drain = Duration.decode(options.drain ?? "3 seconds")
    const rules = yield* Redaction
    const reporter = new Reporter(warnBy(rules))
    const queue = yield* Mailbox.make<Item>()
    const counts = { accepted: 0, written: 0, queued: 0, dropped: 0, failed: 0 }
    let closed = false

    const offer = <A>(handle: ((record: A) => Effect.Effect<unknown, unknown, R>) | undefined) =>
      handle === undefined ? undefined : (record: A): void => {
        counts.accepted++
        const isFull = counts.queued >= capacity
        // A queue that is being drained takes nothing more.
        if (
          !isFull && queue.unsafeOffer({ run: () => Effect.mapInputContext(handled(handle(record)), () => context) })
        ) {
          counts.queued++
          return
        }
        counts.dropped++
        if (isFull) {
          reporter.every("full", `The telemetry sink "${name}" drops records: ${capacity} are waiting already`)
        }
      }

    const settled = (how: "written" | "failed"): void => {
      // What was given up is counted already, should it come to an end after all.
      if (!closed) {
        counts.queued--
        counts[how]++
      }
    }

    const rejected = (say: Warn) => (error: unknown): void =>
      reporter.once(
        "promise",
        `An effect of the telemetry sink "${name}" gave a promise that was rejected: ${
          shownError(error, rules)
        }. No one awaits it: use Effect.promise`,
        say
      )

    const processed = (item: Item): Effect.Effect<void> =>
      "done" in item
        ? Effect.sync(item.done)
        : Effect.matchCause(Effect.suspend(item.run) as Effect.Effect<unknown, unknown>, {
          onSuccess: (result) => {
            settled("written")
            if (typeof result === "object") {
              catchRejection(result, rejected(warnLater(rules)))
            }
          },
          onFailure: (cause) => {
            settled("failed")
            reporter.every("failed", `The telemetry sink "${name}" failed: ${shownCause(cause, rules)}`)
          }
        })

    const work = Effect.forever(Effect.flatMap(queue.take, processed)).pipe(
      Effect.catchAllCause(() => Effect.void),
      Effect.withTracerEnabled(false),
      Effect.interruptible
    )
    const giveUpRest = (): void => {
      const left = counts.queued
      closed = true
      counts.dropped += left
      counts.queued = 0
      if (counts.dropped > 0) {
        reporter.once("closed", lossText({ name, drain, left, ...counts }))
      }
    }
    yield* Effect.acquireRelease(Effect.forkDaemon(work), (worker) =>
      capped(Effect.zipRight(queue.end, Fiber.await(worker)), drain).pipe(
        Effect.zipRight(Effect.sync(giveUpRest)),
        // In the background: an effect that cannot be interrupted must not keep the layer from closing.
        Effect.zipRight(Fiber.interruptFork(worker))
      ))
    const flush = Effect.async<void>((resume) => {
      if (
        !queue.unsafeOffer({
          done: () =>
            resume(Effect.void)
        })
      ) {
        resume(Effect.void)
      }
    })
    drainedBy.set(flush, yield* Scope.Scope)
    const onSpanEnd = offer(options.onSpanEnd)
    const onMetric = offer(options.onMetric)
    return {
      name,
      ...(onSpanEnd && { onSpanEnd }),
      ...(onMetric && { onMetric }),
      flush,
      closeTimeout: Duration.sum(drain, "1 second"),
      stats: Effect.sync(() => ({ ...counts }))
    }
  })

interface Loss {
  readonly name: string
  readonly drain: Duration.Duration
  readonly accepted: number
  readonly dropped: number
  /** How many of them were dropped because the drain was over. */
  readonly left: number
}

const lossText = ({ accepted, drain, dropped, left, name }: Loss): string => {
  const reasons = [
    ...(dropped > left ? [`${dropped - left} as its queue was full`] : []),
    ...(left > 0 ? [`${left} as its drain of ${Duration.format(drain)} was over`] : [])
  ]
  return `The telemetry sink "${name}" closed and has dropped ${dropped} of ${accepted} records: ${reasons.join(", ")}`
}
