/**
 * One pair: our sink and another tracer, one on top of the other, and what each of them sees of a program.
 */
import { context } from "@opentelemetry/api"
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { InMemoryTelemetry, type MetricRecord, MultiTelemetry, type SpanRecord } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { identityOf, inMemoryProviders } from "../otel/exported.js"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { type Neighbour, neighbours, type Seen } from "./neighbours.js"
import { type Inside, type Scenario, type Stage, withSuppression, withTenant } from "./scenarios.js"

/** Our sink. */
export type Ours = "memory" | "OpenTelemetry"

/** The position of our sink. */
export type Place = "above" | "below"

/** The parts of a pair. */
export interface Pair {
  readonly ours: Ours
  readonly place: Place
  readonly neighbour: string
  readonly scenario: Scenario
}

/** What each side saw. */
export interface Outcome {
  readonly exit: Exit.Exit<unknown, unknown>
  readonly inside: Inside
  readonly records: ReadonlyArray<SpanRecord>
  readonly metrics: ReadonlyArray<MetricRecord>
  /** What our OpenTelemetry sink exported. */
  readonly exported: ReadonlyArray<Seen>
  /** The spans of code that does not use Effect: the request around the program, and one inside the child. */
  readonly others: ReadonlyArray<Seen>
  readonly theirs: ReadonlyArray<Seen>
  readonly warnings: ReadonlyArray<string>
}

const isFromElsewhere = ({ name }: Seen): boolean => name === "request" || name === "http"

const layerOf = (ours: Ours, providers: ReturnType<typeof inMemoryProviders>) =>
  ours === "memory"
    ? InMemoryTelemetry.layer()
    : MultiTelemetry.layer([OTelTelemetry.fromProviders(providers), InMemoryTelemetry.layer()])

const read = Effect.flatMap(
  InMemoryTelemetry,
  (memory) => Effect.all({ records: memory.spans, metrics: memory.metrics })
)

const stacked = (
  ours: ReturnType<typeof layerOf>,
  { layer: theirs }: Neighbour,
  place: Place
): Layer.Layer<InMemoryTelemetry> =>
  place === "above" ? Layer.provideMerge(ours, theirs) : Layer.provideMerge(theirs, ours)

/** Runs inside of the context that is active around the program, if there is one. */
const around = ({ neighbour, place, scenario }: Pair, { http }: Stage) => async <A>(run: () => Promise<A>) => {
  const suppressed = () => scenario.isSuppressed === true ? withSuppression(run) : run()
  return neighbours[neighbour]!.way === "around" && place === "above"
    ? withTenant(() =>
      http.startActiveSpan("request", async (span) => {
        const result = await suppressed()
        span.end()
        return result
      })
    )
    : suppressed()
}

const inRuntime = async (pair: Pair, stage: Stage, layer: Layer.Layer<InMemoryTelemetry>) => {
  const runtime = ManagedRuntime.make(layer)
  try {
    const program = await runtime.runPromise(
      pair.scenario.boot?.(stage) ?? Effect.sync(() => pair.scenario.program(stage))
    )
    const exit = await around(pair, stage)(() => runtime.runPromiseExit(program))
    return { exit, ...(await runtime.runPromise(read)) }
  } finally {
    await runtime.dispose()
  }
}

const withContextManager = async <A>(isOn: boolean, run: () => Promise<A>): Promise<A> => {
  if (isOn) {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  }
  try {
    return await run()
  } finally {
    if (isOn) {
      context.disable()
    }
  }
}

/** Runs a pair. */
export const runPair = async (pair: Pair): Promise<Outcome> => {
  const { make, way } = neighbours[pair.neighbour]!
  const providers = inMemoryProviders()
  const stage: Stage = {
    inside: { headers: undefined, around: undefined, active: undefined, tenant: undefined },
    http: providers.tracerProvider.getTracer("http")
  }
  const neighbour = await make()
  const [warnings, logger] = capturedWarnings()
  const layer = Layer.provideMerge(stacked(layerOf(pair.ours, providers), neighbour, pair.place), logger)
  const ran = await withContextManager(
    way === "around" || pair.scenario.isSuppressed === true,
    () => inRuntime(pair, stage, layer)
  )
  const all = providers.spans().map(identityOf)
  return {
    ...ran,
    inside: stage.inside,
    exported: all.filter((span) => !isFromElsewhere(span)),
    others: all.filter(isFromElsewhere),
    theirs: neighbour.seen(),
    warnings
  }
}

/** How a program ended, in the terms of records. */
export const outcomeOf = (exit: Exit.Exit<unknown, unknown>): SpanRecord["outcome"] =>
  Exit.isSuccess(exit) ? "success" : Cause.isInterruptedOnly(exit.cause) ? "interrupted" : "failure"
