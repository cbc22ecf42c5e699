/**
 * Typed constructors for the spans and metrics of agents: a wrong attribute is a compile error.
 *
 * An agent loop built on these writes the same records as `loom-telemetry/agent`. Spans wrap effects; set values known only at the end
 * with `annotate` inside them. `user_id` and `session_id` come from `RunContext` unless you pass them.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Stream from "effect/Stream"
import { defaultLimits } from "../records/attributes.js"
import { elapsedMs } from "../records/instants.js"
import {
  metrics,
  type ModelAttributes,
  type ModelResultAttributes,
  type RunAttributes,
  type RunResultAttributes,
  spanNames,
  type SpanRole,
  type ToolAttributes,
  type ToolResultAttributes,
  type TurnAttributes,
  type WorkflowAttributes,
  type WorkflowStepAttributes
} from "../records/vocabulary.js"
import { ambient, Telemetry } from "./Telemetry.js"
import type { AttributesInput } from "./TelemetryService.js"
import { describe } from "./tracing/outcome.js"
import { type WatchedStream, watchedStreamInSpan } from "./tracing/streams.js"

export type {
  ModelAttributes,
  ModelResultAttributes,
  RunAttributes,
  RunResultAttributes,
  ToolAttributes,
  ToolResultAttributes,
  TurnAttributes,
  WorkflowAttributes,
  WorkflowPattern,
  WorkflowStepAttributes
} from "../records/vocabulary.js"

type Around = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** A span constructor: wraps an effect or a stream, and sets attributes known only at the end. */
export interface SpanConstructor<Open, Close> {
  (attributes: Open): Around
  /** The same around a stream. */
  readonly stream: (attributes: Open) => AroundStream
  /** Sets attributes on the current span. */
  readonly annotate: (attributes: Close) => Effect.Effect<void>
}

// An interface has no index signature.
const input = (attributes: object): AttributesInput => attributes as AttributesInput

type AroundStream = <A, E, R>(self: Stream.Stream<A, E, R>) => Stream.Stream<A, E, R>

const span = <Open extends object, Close extends object>(
  role: SpanRole,
  around: (attributes: Open) => Around = (attributes) => Telemetry.withSpan(spanNames[role], () => input(attributes)),
  aroundStream: (attributes: Open) => AroundStream = (attributes) =>
    Telemetry.withSpanStream(spanNames[role], () => input(attributes))
): SpanConstructor<Open, Close> =>
  Object.assign((attributes: Open) => around(attributes), {
    stream: (attributes: Open) => aroundStream(attributes),
    annotate: (attributes: Close) => Telemetry.annotate(() => input(attributes))
  })

/** A metric constructor: records one measurement. */
export type MetricConstructor<Attributes> = (value: number, attributes: Attributes) => Effect.Effect<void>

const metric = <Attributes extends object>(which: keyof typeof metrics): MetricConstructor<Attributes> => {
  const { name } = metrics[which]
  return (value, attributes) => Telemetry.emitMetric(name, value, () => input(attributes))
}

type User = {
  readonly user_id?: string | undefined
}

/** A `loom.model.stream` span around a stream that is created inside it. */
export const modelStreamSpan = <A, E, R>(
  attributes: Effect.Effect<ModelAttributes>,
  make: Effect.Effect<WatchedStream<A, E, R>, never, R>
): Stream.Stream<A, E, R> =>
  watchedStreamInSpan(ambient, {
    name: spanNames.model,
    attributes: Effect.map(attributes, (given) => () => input(given)),
    make
  })

/** The result of a tool call. */
export interface ToolSettled {
  readonly ok: boolean
  /** Milliseconds, ≥ 0, as on the span. */
  readonly durationMs: number
}

/** A `loom.tool` span that sets its own result attributes; `onSettled` runs inside it with the same values. */
export const toolSpan = (
  attributes: ToolAttributes,
  onSettled?: (settled: ToolSettled) => Effect.Effect<void>
): Around =>
(self) =>
  // Nothing can interrupt between the span's start and the body, so every tool span has its result attributes.
  Effect.uninterruptibleMask((restore) =>
    Clock.currentTimeNanos.pipe(
      Effect.flatMap((start) =>
        Effect.onExit(
          restore(self),
          (exit) => Effect.flatMap(Clock.currentTimeNanos, (end) => settle(exit, elapsedMs(start, end), onSettled))
        )
      ),
      Telemetry.withSpan(spanNames.tool, () => input(attributes))
    )
  )

/** A `loom.tool` span for a tool that the model's provider ran: without result attributes and measurement. */
export const providerToolSpan = span<ToolAttributes, ToolResultAttributes>("tool")

/** `toolSpan` around a stream, open until the stream ends, fails or is abandoned. */
const toolStreamSpan = (attributes: ToolAttributes): AroundStream => (self) =>
  watchedStreamInSpan(ambient, {
    name: spanNames.tool,
    attributes: Effect.succeed(() => input(attributes)),
    make: Effect.map(Clock.currentTimeNanos, (start) => ({
      stream: self,
      onClose: (exit) => Effect.flatMap(Clock.currentTimeNanos, (end) => settle(exit, elapsedMs(start, end)))
    }))
  })

const settle = (
  exit: Exit.Exit<unknown, unknown>,
  durationMs: number,
  onSettled: (settled: ToolSettled) => Effect.Effect<void> = () => Effect.void
): Effect.Effect<void> => {
  const ok = exit._tag === "Success"
  const error = ok ? undefined : Cause.isInterruptedOnly(exit.cause)
    ? "interrupted"
    : describe(Cause.squash(exit.cause), defaultLimits)
  return Effect.zipRight(
    Telemetry.annotate({ ok, duration_ms: durationMs, error }),
    onSettled({ ok, durationMs })
  )
}

/**
 * Typed spans and metrics of agents.
 *
 * @example
 * const answer = add(2, 3).pipe(Loom.tool({ tool: "add", call_id: "c1" }))
 * const counted = Loom.tokensInput(42, { model: "claude-opus-4" })
 */
export const Loom: {
  /** `loom.run`: one run of an agent, from prompt to answer. */
  readonly run: SpanConstructor<RunAttributes, RunResultAttributes>
  /** `loom.turn`: one iteration of the loop. */
  readonly turn: SpanConstructor<TurnAttributes, {}>
  /** `loom.model.stream`: one model call, streamed or not. */
  readonly modelStream: SpanConstructor<ModelAttributes, ModelResultAttributes>
  /** `loom.tool`: one tool call. Sets `ok`, `duration_ms` and `error` from the effect's exit. */
  readonly tool: SpanConstructor<ToolAttributes, ToolResultAttributes>
  /** `loom.workflow`: one run of a workflow. */
  readonly workflow: SpanConstructor<WorkflowAttributes, {}>
  /** `loom.workflow.step`: one step of a workflow. */
  readonly workflowStep: SpanConstructor<WorkflowStepAttributes, {}>
  /** `loom.tokens.input`, a counter of tokens: all input tokens of one model call, cached ones included. */
  readonly tokensInput: MetricConstructor<{ readonly model: string } & User>
  /** `loom.tokens.cached_input`, a counter of tokens: the part of `loom.tokens.input` that was read from a cache. */
  readonly tokensCachedInput: MetricConstructor<{ readonly model: string } & User>
  /** `loom.tokens.output`, a counter of tokens: the output tokens of one model call. */
  readonly tokensOutput: MetricConstructor<{ readonly model: string } & User>
  /** `loom.cost.usd`, a counter of US dollars: the cost of one model call. */
  readonly costUsd: MetricConstructor<{ readonly model: string } & User>
  /** `loom.tool.duration_ms`, a histogram: milliseconds per tool call. `tool` is the name of a declared tool, or `_unknown`. */
  readonly toolDurationMs: MetricConstructor<{ readonly tool: string; readonly ok: boolean } & User>
  /** `loom.session.duration_ms`, a histogram: milliseconds per run, whatever its outcome. */
  readonly sessionDurationMs: MetricConstructor<
    { readonly architecture: string; readonly outcome: "success" | "failure" | "interrupted" } & User
  >
  /** `loom.budget.exceeded`, a counter: once per run stopped by its budget. */
  readonly budgetExceeded: MetricConstructor<
    { readonly kind: "max_tokens" | "max_cost_usd" | "max_wall_clock" } & User
  >
  /** `loom.auto_extract.duration_ms`, a histogram: milliseconds per extraction. */
  readonly autoExtractDurationMs: MetricConstructor<{ readonly status: "ok" | "error" | "interrupted" } & User>
  /** `loom.auto_extract.invocations`, a counter of extractions; `dropped` counts those skipped because too many were waiting. */
  readonly autoExtractInvocations: MetricConstructor<
    { readonly status: "ok" | "error" | "interrupted" | "dropped" } & User
  >
  /** `loom.model.ttft_ms`, a histogram: milliseconds to the first content part of a streamed call. */
  readonly modelTtftMs: MetricConstructor<{ readonly model: string } & User>
} = {
  run: span("run"),
  turn: span("turn"),
  modelStream: span("model"),
  tool: span("tool", toolSpan, toolStreamSpan),
  workflow: span("workflow"),
  workflowStep: span("step"),
  tokensInput: metric("tokensInput"),
  tokensCachedInput: metric("tokensCachedInput"),
  tokensOutput: metric("tokensOutput"),
  costUsd: metric("costUsd"),
  toolDurationMs: metric("toolDurationMs"),
  sessionDurationMs: metric("sessionDurationMs"),
  budgetExceeded: metric("budgetExceeded"),
  autoExtractDurationMs: metric("autoExtractDurationMs"),
  autoExtractInvocations: metric("autoExtractInvocations"),
  modelTtftMs: metric("modelTtftMs")
}
