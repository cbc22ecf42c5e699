/**
 * The ways in which spans start and end that every pair of tracers is tested with.
 *
 * Each scenario has the same three spans: `parent` and `child` are opened by `Telemetry`, and `library` between them by `Effect.withSpan`.
 */
import { context, propagation, trace } from "@opentelemetry/api"
import { suppressTracing } from "@opentelemetry/core"
import type { BasicTracerProvider } from "@opentelemetry/sdk-trace-base"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { Telemetry } from "loom-telemetry"
import { continueTrace, traceHeaders } from "loom-telemetry/otel"

/** What is observed inside the child. */
export interface Inside {
  headers: { readonly [name: string]: string } | undefined
  /** The span that Effect has around it. */
  around: string | undefined
  /** The span that is active in OpenTelemetry's context. */
  active: string | undefined
  tenant: string | undefined
}

/** The environment of a scenario. */
export interface Stage {
  readonly inside: Inside
  /** Spans of code that does not use Effect. */
  readonly http: ReturnType<BasicTracerProvider["getTracer"]>
}

/** A scenario. */
export interface Scenario {
  readonly name: string
  /** Runs before the program, outside of the context that is active around it. */
  readonly boot?: (stage: Stage) => Effect.Effect<Effect.Effect<unknown, unknown>>
  readonly program: (stage: Stage) => Effect.Effect<unknown, unknown>
  /** The outcome of each span, and of the program. Default `"success"`. */
  readonly outcome?: "failure" | "interrupted"
  /** The remote parent's flags; without it there is no remote parent. */
  readonly remote?: "01" | "00"
  readonly isSuppressed?: boolean
  /** Whether `library` starts its own trace instead of being below `parent`. */
  readonly isWoken?: boolean
}

/** Runs in the baggage that is active around the programs of the last neighbour. */
export const withTenant = <A>(run: () => A): A =>
  context.with(
    propagation.setBaggage(context.active(), propagation.createBaggage({ tenant: { value: "acme" } })),
    run
  )

/** Runs with OpenTelemetry's tracing switched off. */
export const withSuppression = <A>(run: () => A): A => context.with(suppressTracing(context.active()), run)

const note = ({ http, inside }: Stage): Effect.Effect<void> =>
  Effect.map(traceHeaders, (headers) => {
    const active = context.active()
    inside.headers = headers
    inside.active = trace.getSpanContext(active)?.spanId
    inside.tenant = propagation.getBaggage(active)?.getEntry("tenant")?.value
    http.startActiveSpan("http", (span) => span.end())
  })

const noteAround = ({ inside }: Stage): Effect.Effect<void> =>
  Effect.ignore(Effect.map(Effect.currentSpan, ({ spanId }) => {
    inside.around = spanId
  }))

/** Library and child; `end` is how the child ends. */
const body = (stage: Stage, end: Effect.Effect<unknown, unknown> = Effect.void): Effect.Effect<unknown, unknown> =>
  note(stage).pipe(
    Effect.zipRight(Telemetry.emitMetric("hits", 1)),
    // A region without tracing opens no span, and disturbs none.
    Effect.zipRight(
      Telemetry.withSpan(Effect.withSpan(Effect.void, "hidden"), "hidden").pipe(Effect.withTracerEnabled(false))
    ),
    Effect.zipRight(end),
    Telemetry.withSpan("child"),
    (child) => Effect.zipRight(noteAround(stage), child),
    Effect.withSpan("library")
  )

const inParent = <A, E>(self: Effect.Effect<A, E>): Effect.Effect<A, E> => Telemetry.withSpan(self, "parent")

const daemon = (stage: Stage): Effect.Effect<unknown, unknown> =>
  Effect.gen(function*() {
    const latch = yield* Deferred.make<void>()
    const fiber = yield* inParent(Effect.forkDaemon(Effect.zipRight(Deferred.await(latch), body(stage))))
    yield* Deferred.succeed(latch, undefined)
    return yield* Fiber.join(fiber)
  })

/** A worker that was started earlier, and the program that wakes it from inside a span. */
const wakeUp = (stage: Stage): Effect.Effect<Effect.Effect<unknown, unknown>> =>
  Effect.gen(function*() {
    const queue = yield* Queue.unbounded<string>()
    const worker = yield* Effect.forkDaemon(Effect.zipRight(Queue.take(queue), body(stage)))
    return inParent(Effect.zipRight(Queue.offer(queue, "job"), Fiber.join(worker)))
  })

/** The span that requests come from. */
export const remoteParent = { traceId: "a".repeat(32), spanId: "b".repeat(16) }

const continued = (stage: Stage, flags: "00" | "01") =>
  continueTrace({ traceparent: `00-${remoteParent.traceId}-${remoteParent.spanId}-${flags}` })(inParent(body(stage)))

/** All scenarios. */
export const scenarios: ReadonlyArray<Scenario> = [
  { name: "success", program: (stage) => inParent(body(stage)) },
  { name: "failure", program: (stage) => inParent(body(stage, Effect.die(new Error("no")))), outcome: "failure" },
  { name: "interruption", program: (stage) => inParent(body(stage, Effect.interrupt)), outcome: "interrupted" },
  {
    name: "stream",
    program: (stage) =>
      Stream.make(1).pipe(
        Stream.mapEffect(() => body(stage)),
        Telemetry.withSpanStream("parent"),
        Stream.runDrain
      )
  },
  { name: "forked", program: (stage) => inParent(Effect.flatMap(Effect.fork(body(stage)), Fiber.join)) },
  { name: "daemon", program: daemon },
  { name: "queue wake-up", boot: wakeUp, program: () => Effect.void, isWoken: true },
  { name: "remote parent", program: (stage) => continued(stage, "01"), remote: "01" },
  { name: "sampled out", program: (stage) => continued(stage, "00"), remote: "00" },
  { name: "suppressed", program: (stage) => inParent(body(stage)), isSuppressed: true }
]
