/**
 * A sink whose hooks are effects: a bounded queue, and a worker in the layer's scope that drains it on release.
 *
 * The drain replaces the flush on release: a layer with such a sink in its own scope does not flush it, or closing could take both time limits.
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
import type { ScoreRecord } from "../../records/ScoreRecord.js"
import type { SpanRecord } from "../../records/SpanRecord.js"
import { redactorHere } from "../contextKeys.js"
import { Reporter, type Warn, warnBy, warnLater } from "../report.js"
import type { TelemetrySink } from "../TelemetrySink.js"
import { shownCause, shownError } from "./foreignText.js"
import { withCap } from "./sinkScopes.js"

/** Options of a sink whose hooks are effects. */
export interface EffectSinkOptions<R> {
  /** Used in warnings about this sink. Default `"effect"`. */
  readonly name?: string
  /** Called with each finished span, one record at a time. Default: spans are ignored. */
  readonly onSpanEnd?: (span: SpanRecord) => Effect.Effect<unknown, unknown, R>
  /** Called with each measurement, one record at a time. Default: measurements are ignored. */
  readonly onMetric?: (metric: MetricRecord) => Effect.Effect<unknown, unknown, R>
  /** Called with each score, one record at a time. Default: scores are ignored. */
  readonly onScore?: (score: ScoreRecord) => Effect.Effect<unknown, unknown, R>
  /** Maximum number of queued records, ≥ 1; when the queue is full, new records are dropped and counted. Default 4096. */
  readonly capacity?: number
  /** How long the release waits for queued records, ≥ 0. The rest is dropped, counted and logged. Default 3 seconds. */
  readonly drain?: Duration.DurationInput
}

/** Counters of a queued sink. `accepted = written + queued + dropped + failed`. */
export interface QueuedSinkStats {
  /** Records received. */
  readonly accepted: number
  /** Records whose effect succeeded. */
  readonly written: number
  /** Records waiting or in progress. */
  readonly queued: number
  /** Records that did not fit into the queue, arrived after the sink closed, or were left when `drain` had elapsed. */
  readonly dropped: number
  /** Records whose effect failed. */
  readonly failed: number
}

/** A queued sink, with its counters. */
export interface QueuedSink extends TelemetrySink {
  /** `drain` plus one second, because `drain` already bounds the release. */
  readonly closeTimeout: Duration.Duration
  /** The current counters. */
  readonly stats: Effect.Effect<QueuedSinkStats>
}

type Item = { readonly run: () => Effect.Effect<unknown, unknown, unknown> } | { readonly done: () => void }

/** On a flush: the scope whose release drains the same queue. A copy of the sink with another name or hook keeps the flush, and so the mark. */
const drainedBy: unique symbol = Symbol.for("loom-telemetry/drainedBy")

type QueueFlush = Effect.Effect<void> & { readonly [drainedBy]?: Scope.Scope }

/** Whether the release of this scope drains everything that this flush would wait for. */
export const isDrainedBy = (flush: QueueFlush | undefined, scope: Scope.Scope): boolean => flush?.[drainedBy] === scope

/** See `Telemetry.sinkFromEffect`. */
export const sinkFromEffect = <R = never>(
  options: EffectSinkOptions<R>
): Effect.Effect<QueuedSink, never, R | Scope.Scope> =>
  Effect.gen(function*() {
    // Without the span that the layer was built in: records that arrive later do not belong to it.
    const context = Context.omit(Tracer.ParentSpan)(yield* Effect.context<R>()) as Context.Context<R>
    const name = options.name ?? "effect"
    const capacity = Math.max(1, options.capacity ?? 4096)
    const drain = Duration.decode(options.drain ?? "3 seconds")
    const rules = yield* redactorHere
    const reporter = new Reporter(warnBy(rules))
    const queue = yield* Mailbox.make<Item>()
    const counts = { accepted: 0, written: 0, queued: 0, dropped: 0, failed: 0 }
    let closed = false

    const offer = <A>(handle: ((record: A) => Effect.Effect<unknown, unknown, R>) | undefined) =>
      handle === undefined ? undefined : (record: A): void => {
        counts.accepted++
        const isFull = counts.queued >= capacity
        // A queue that is being drained accepts nothing more.
        if (
          !isFull && queue.unsafeOffer({ run: () => Effect.mapInputContext(effectOf(handle(record)), () => context) })
        ) {
          counts.queued++
          return
        }
        counts.dropped++
        if (isFull) {
          reporter.every("full", `The telemetry sink "${name}" drops records: its queue of ${capacity} is full`)
        }
      }

    const settled = (how: "written" | "failed"): void => {
      // Records in progress when the sink closed are already counted as dropped.
      if (!closed) {
        counts.queued--
        counts[how]++
      }
    }

    const rejected = (say: Warn) => (error: unknown): void =>
      reporter.once(
        "promise",
        `An effect of the telemetry sink "${name}" returned a promise that was rejected: ${
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
      withCap(Effect.zipRight(queue.end, Fiber.await(worker)), drain).pipe(
        Effect.zipRight(Effect.sync(giveUpRest)),
        // In the background: an effect that cannot be interrupted must not keep the layer from closing.
        Effect.zipRight(Fiber.interruptFork(worker))
      ))
    const flush: QueueFlush = Object.assign(
      Effect.async<void>((resume) => {
        const done = () =>
          resume(Effect.void)
        if (!queue.unsafeOffer({ done })) {
          done()
        }
      }),
      { [drainedBy]: yield* Scope.Scope }
    )
    const onSpanEnd = offer(options.onSpanEnd)
    const onMetric = offer(options.onMetric)
    const onScore = offer(options.onScore)
    return {
      name,
      ...(onSpanEnd && { onSpanEnd }),
      ...(onMetric && { onMetric }),
      ...(onScore && { onScore }),
      flush,
      closeTimeout: Duration.sum(drain, "1 second"),
      stats: Effect.sync(() => ({ ...counts }))
    }
  })

// JavaScript callers are not type-checked, and Effect 4 ends a fiber that runs anything but an effect, with all its queued work.
const effectOf = <A, E, R>(made: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.isEffect(handled(made)) ? made : Effect.dieMessage("its hook did not return an effect")

interface Loss {
  readonly name: string
  readonly drain: Duration.Duration
  readonly accepted: number
  readonly dropped: number
  /** How many of the dropped records were left when the drain had elapsed. */
  readonly left: number
}

const lossText = ({ accepted, drain, dropped, left, name }: Loss): string => {
  const reasons = [
    ...(dropped > left ? [`${dropped - left} because its queue was full`] : []),
    ...(left > 0 ? [`${left} because its drain of ${Duration.format(drain)} was over`] : [])
  ]
  return `The telemetry sink "${name}" closed and dropped ${dropped} of ${accepted} records: ${reasons.join(", ")}`
}
