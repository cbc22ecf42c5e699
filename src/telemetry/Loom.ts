/**
 * The spans and metrics of agents, typed: one constructor each, so that a wrong attribute is a compile error.
 *
 * Whoever builds a loop of their own on these gets the records that `loom-telemetry/agent` emits. Spans wrap effects; values that are known
 * only at the end are set with `annotate` inside them. `user_id` and `session_id` come from `RunContext` where they are not given.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Stream from "effect/Stream"
import { defaultLimits } from "../records/attributes.js"
import { elapsedMs } from "../records/instants.js"
import type { AttributesInput } from "./Service.js"
import { ambient, Telemetry } from "./Telemetry.js"
import { describe } from "./tracing/outcome.js"
import { type WatchedStream, watchedStreamInSpan } from "./tracing/streams.js"

/** Attributes that any span may carry beside its own. */
interface Labels {
  /** Whose run it is. Default: that of the `RunContext`. */
  readonly user_id?: string | undefined
  /** The conversation that it belongs to. Default: that of the `RunContext`. */
  readonly session_id?: string | undefined
}

/** How the steps of a workflow follow each other. */
export type WorkflowPattern = "chain" | "route" | "parallel" | "loop"

/** `loom.run`, when it opens. */
export interface RunAttributes extends Labels {
  /** The agent's name. */
  readonly agent: string
  /** `agent`, `supervisor`, or the name of a loop of your own. */
  readonly architecture: string
  /** `run_` and a ULID. */
  readonly run_id?: string | undefined
  /** The model that the run was told to use. */
  readonly model?: string | undefined
  /** Turns that the run may take, ≥ 1. */
  readonly max_turns?: number | undefined
}

/** `loom.run`, before it closes. All counts are totals of the run and its sub-agents, ≥ 0. */
export interface RunResultAttributes {
  /** Turns taken. */
  readonly turns?: number | undefined
  /** All input tokens, cached ones included. */
  readonly tokens_in?: number | undefined
  /** All output tokens, reasoning included. */
  readonly tokens_out?: number | undefined
  /** US dollars; absent where a price is not known. */
  readonly cost_usd?: number | undefined
  /** Why the run ended before the model was done; absent where it was done. */
  readonly interrupted_reason?: string | undefined
}

/** `loom.turn`. */
export interface TurnAttributes extends Labels {
  /** Counts from 0. */
  readonly turn: number
}

/** `loom.model.stream`, when it opens. */
export interface ModelAttributes extends Labels {
  /** The id of the model that is asked. */
  readonly model: string
  /** Who serves it, such as `openai`. */
  readonly provider?: string | undefined
  /** Whether the answer arrives in parts. */
  readonly streaming?: boolean | undefined
}

/** `loom.model.stream`, before it closes. */
export interface ModelResultAttributes {
  /** All input tokens, cached ones included, whatever the provider counts. */
  readonly tokens_in?: number | undefined
  /** All output tokens, reasoning included. */
  readonly tokens_out?: number | undefined
  /** The part of `tokens_in` that was read from a cache. */
  readonly cached_tokens_in?: number | undefined
  /** The part of `tokens_in` that was written to a cache. */
  readonly cache_creation_tokens_in?: number | undefined
  /** The part of `tokens_out` that was spent on reasoning. */
  readonly reasoning_tokens_out?: number | undefined
  /** Attempts after the first, ≥ 0. */
  readonly retries?: number | undefined
  /** US dollars. */
  readonly cost_usd?: number | undefined
  /** Milliseconds from the call to the first content part. */
  readonly ttft_ms?: number | undefined
  /** Why the model stopped, such as `stop` or `tool-calls`. */
  readonly finish_reason?: string | undefined
}

/** `loom.tool`, when it opens. */
export interface ToolAttributes extends Labels {
  /** The name of a declared tool; `_unknown` for one that the model made up. */
  readonly tool: string
  /** The id that the model gave the call. */
  readonly call_id?: string | undefined
  /** The sub-agent that the call delegates to. */
  readonly worker?: string | undefined
}

/** `loom.tool`, before it closes; `Loom.tool` sets them itself. */
export interface ToolResultAttributes {
  /** Whether it gave a result. */
  readonly ok?: boolean | undefined
  /** Milliseconds, ≥ 0. */
  readonly duration_ms?: number | undefined
  /** What it failed with, as text; absent where it did not. */
  readonly error?: string | undefined
}

/** `loom.workflow`. */
export interface WorkflowAttributes extends Labels {
  /** The name of the workflow. */
  readonly workflow: string
  /** How its steps follow each other. */
  readonly pattern: WorkflowPattern
}

/** `loom.workflow.step`. */
export interface WorkflowStepAttributes extends Labels {
  /** The ordinal within its workflow, from 0. */
  readonly step: number
  /** The name of the step. */
  readonly node: string
  /** As on its workflow. */
  readonly pattern: WorkflowPattern
}

/** Wraps an effect. */
type Around = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** A span constructor: wraps an effect, or a stream, and sets what is known only at the end. */
export interface SpanConstructor<Open, Close> {
  (attributes: Open): Around
  /** The same around a stream. */
  readonly stream: (attributes: Open) => AroundStream
  /** Sets attributes on the current span. */
  readonly annotate: (attributes: Close) => Effect.Effect<void>
}

// An interface has no index signature.
const input = (attributes: object): AttributesInput => attributes as AttributesInput

/** Wraps a stream. */
type AroundStream = <A, E, R>(self: Stream.Stream<A, E, R>) => Stream.Stream<A, E, R>

const span = <Open extends object, Close extends object>(
  name: string,
  around: (attributes: Open) => Around = (attributes) => Telemetry.withSpan(name, () => input(attributes)),
  aroundStream: (attributes: Open) => AroundStream = (attributes) =>
    Telemetry.withSpanStream(name, () => input(attributes))
): SpanConstructor<Open, Close> =>
  Object.assign((attributes: Open) => around(attributes), {
    stream: (attributes: Open) => aroundStream(attributes),
    annotate: (attributes: Close) => Telemetry.annotate(() => input(attributes))
  })

/** A metric constructor: takes one measurement. */
export type MetricConstructor<Attributes> = (value: number, attributes: Attributes) => Effect.Effect<void>

const metric = <Attributes extends object>(name: string): MetricConstructor<Attributes> => (value, attributes) =>
  Telemetry.emitMetric(name, value, () => input(attributes))

type User = {
  readonly user_id?: string | undefined
}

/** A `loom.model.stream` span around a stream that is made inside it. */
export const modelStreamSpan = <A, E, R>(
  attributes: Effect.Effect<ModelAttributes>,
  make: Effect.Effect<WatchedStream<A, E, R>, never, R>
): Stream.Stream<A, E, R> =>
  watchedStreamInSpan(ambient, {
    name: "loom.model.stream",
    attributes: Effect.map(attributes, (given) => () => input(given)),
    make
  })

/** How a tool call went. */
export interface ToolSettled {
  readonly ok: boolean
  /** Milliseconds, ≥ 0, as on the span. */
  readonly durationMs: number
}

/** A `loom.tool` span that sets its own results; `onSettled` runs inside it with the same numbers. */
export const toolSpan = (
  attributes: ToolAttributes,
  onSettled?: (settled: ToolSettled) => Effect.Effect<void>
): Around =>
(self) =>
  // Between the span's opening and the body nothing can come: every tool span has its results.
  Effect.uninterruptibleMask((restore) =>
    Clock.currentTimeNanos.pipe(
      Effect.flatMap((start) =>
        Effect.onExit(
          restore(self),
          (exit) => Effect.flatMap(Clock.currentTimeNanos, (end) => settle(exit, elapsedMs(start, end), onSettled))
        )
      ),
      Telemetry.withSpan("loom.tool", () => input(attributes))
    )
  )

/** The same around a stream, which is over when it ends, fails or is abandoned. */
const toolStreamSpan = (attributes: ToolAttributes): AroundStream => (self) =>
  watchedStreamInSpan(ambient, {
    name: "loom.tool",
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
  /** `loom.run`: one run of an agent, from its prompt to its answer. */
  readonly run: SpanConstructor<RunAttributes, RunResultAttributes>
  /** `loom.turn`: one iteration of the loop. */
  readonly turn: SpanConstructor<TurnAttributes, {}>
  /** `loom.model.stream`: one model call, streamed or not. */
  readonly modelStream: SpanConstructor<ModelAttributes, ModelResultAttributes>
  /** Sets `ok`, `duration_ms` and `error` from the effect's exit. */
  readonly tool: SpanConstructor<ToolAttributes, ToolResultAttributes>
  /** `loom.workflow`: one run of a workflow. */
  readonly workflow: SpanConstructor<WorkflowAttributes, {}>
  /** `loom.workflow.step`: one step of a workflow. */
  readonly workflowStep: SpanConstructor<WorkflowStepAttributes, {}>
  /** `loom.tokens.input`, a counter of tokens: all input tokens of one model call, cached ones included. */
  readonly tokensInput: MetricConstructor<{ readonly model: string } & User>
  /** `loom.tokens.output`, a counter of tokens. */
  readonly tokensOutput: MetricConstructor<{ readonly model: string } & User>
  /** `loom.cost.usd`, a counter of US dollars. */
  readonly costUsd: MetricConstructor<{ readonly model: string } & User>
  /** `loom.tool.duration_ms`, a histogram. `tool` is a declared tool's name, or `_unknown`. */
  readonly toolDurationMs: MetricConstructor<{ readonly tool: string; readonly ok: boolean } & User>
  /** `loom.session.duration_ms`, a histogram: one run, however it ended. */
  readonly sessionDurationMs: MetricConstructor<
    { readonly architecture: string; readonly outcome: "success" | "failure" | "interrupted" } & User
  >
  /** `loom.budget.exceeded`, a counter: once a blocked run. */
  readonly budgetExceeded: MetricConstructor<
    { readonly kind: "max_tokens" | "max_cost_usd" | "max_wall_clock" } & User
  >
  /** `loom.auto_extract.duration_ms`, a histogram. */
  readonly autoExtractDurationMs: MetricConstructor<{ readonly status: "ok" | "error" | "interrupted" } & User>
  /** `loom.auto_extract.invocations`, a counter. */
  readonly autoExtractInvocations: MetricConstructor<{ readonly status: "ok" | "error" | "interrupted" } & User>
  /** `loom.model.ttft_ms`, a histogram: milliseconds to the first content part of a streamed call. */
  readonly modelTtftMs: MetricConstructor<{ readonly model: string } & User>
} = {
  run: span("loom.run"),
  turn: span("loom.turn"),
  modelStream: span("loom.model.stream"),
  tool: span("loom.tool", toolSpan, toolStreamSpan),
  workflow: span("loom.workflow"),
  workflowStep: span("loom.workflow.step"),
  tokensInput: metric("loom.tokens.input"),
  tokensOutput: metric("loom.tokens.output"),
  costUsd: metric("loom.cost.usd"),
  toolDurationMs: metric("loom.tool.duration_ms"),
  sessionDurationMs: metric("loom.session.duration_ms"),
  budgetExceeded: metric("loom.budget.exceeded"),
  autoExtractDurationMs: metric("loom.auto_extract.duration_ms"),
  autoExtractInvocations: metric("loom.auto_extract.invocations"),
  modelTtftMs: metric("loom.model.ttft_ms")
}
