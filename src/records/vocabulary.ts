/**
 * Every name that this package emits: spans with their role, attributes with their types, metrics with unit and description.
 *
 * The constructors of `Loom`, the dialects, the readers, the viewer and the test kit read these tables, and no other file spells such a name. A new
 * role, attribute or metric is added here; the compiler then names each table that needs a row for it.
 */

/** What a span stands for in the work of an agent. */
export type SpanRole = "run" | "turn" | "model" | "tool" | "workflow" | "step"

/** The name of the span of each role. */
export const spanNames = {
  run: "loom.run",
  turn: "loom.turn",
  model: "loom.model.stream",
  tool: "loom.tool",
  workflow: "loom.workflow",
  step: "loom.workflow.step"
} as const satisfies { readonly [Role in SpanRole]: string }

const roles: ReadonlyMap<string, SpanRole> = new Map(
  Object.entries(spanNames).map(([role, name]) => [name, role as SpanRole])
)

/** The role of a span with this name; `undefined` for the spans of other libraries and of your own code. */
export const roleOf = (name: string): SpanRole | undefined => roles.get(name)

/** Attributes that any span may carry besides its own. */
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
  /** The model that the answer names. */
  readonly response_model?: string | undefined
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

/** Content, on spans only where it is captured: JSON texts of messages, arguments and results. */
export interface ContentAttributes {
  /** `loom.run`: what the agent was asked. */
  readonly input?: string | undefined
  /** `loom.run`: its answer. */
  readonly output?: string | undefined
  /** `loom.model.stream`: the system prompt. */
  readonly system_instructions?: string | undefined
  /** `loom.model.stream`: the messages that were sent. */
  readonly input_messages?: string | undefined
  /** `loom.model.stream`: the messages of the answer. */
  readonly output_messages?: string | undefined
  /** `loom.tool`: what it was called with. */
  readonly arguments?: string | undefined
  /** `loom.tool`: what it gave. */
  readonly result?: string | undefined
}

/** The attributes of the spans of each role. */
export interface SpanAttributes {
  readonly run: RunAttributes & RunResultAttributes & Pick<ContentAttributes, "input" | "output">
  readonly turn: TurnAttributes
  readonly model:
    & ModelAttributes
    & ModelResultAttributes
    & Pick<ContentAttributes, "system_instructions" | "input_messages" | "output_messages">
  readonly tool: ToolAttributes & ToolResultAttributes & Pick<ContentAttributes, "arguments" | "result">
  readonly workflow: WorkflowAttributes
  readonly step: WorkflowStepAttributes
}

type KeysOf<T> = T extends unknown ? keyof T : never

/** A key that some span of ours carries. */
export type AttributeKey = KeysOf<SpanAttributes[SpanRole]>

/** A key that the spans of this role carry. */
export type KeyOf<Role extends SpanRole> = keyof SpanAttributes[Role]

/** Names that the package itself adds to spans and instruments, whatever they stand for. */
export const ownNames = {
  /** Attributes that were left out because of the limit, a count. */
  droppedAttributes: "loom.dropped_attributes",
  /** Events that were left out because of the limit, a count. */
  droppedEvents: "loom.dropped_events",
  /** Stands where attributes could not be read at all. */
  unreadAttributes: "loom.attributes",
  /** OpenTelemetry: `interrupted`, on spans whose body was. */
  outcome: "loom.outcome",
  /** OpenTelemetry: the instrument that asks for sums when they are collected; it is in no export. */
  collections: "loom.telemetry.collections"
} as const

/** An attribute's name with the package's prefix, for where the plain one is taken. */
export const prefixed = (key: string): string => `loom.${key}`

/** A metric, as OpenTelemetry describes instruments. */
export interface MetricDefinition {
  readonly name: string
  /** In UCUM notation. */
  readonly unit: string
  readonly description: string
}

/** The metrics, by their constructors in `Loom`. */
export const metrics = {
  tokensInput: {
    name: "loom.tokens.input",
    unit: "{token}",
    description: "Input tokens of model calls, cached ones included"
  },
  tokensOutput: { name: "loom.tokens.output", unit: "{token}", description: "Output tokens of model calls" },
  costUsd: { name: "loom.cost.usd", unit: "{USD}", description: "Cost of priced model calls" },
  toolDurationMs: { name: "loom.tool.duration_ms", unit: "ms", description: "Duration of tool calls" },
  sessionDurationMs: { name: "loom.session.duration_ms", unit: "ms", description: "Duration of agent runs" },
  budgetExceeded: { name: "loom.budget.exceeded", unit: "1", description: "Runs that a budget ended" },
  autoExtractDurationMs: {
    name: "loom.auto_extract.duration_ms",
    unit: "ms",
    description: "Duration of fact extractions"
  },
  autoExtractInvocations: { name: "loom.auto_extract.invocations", unit: "1", description: "Fact extractions" },
  modelTtftMs: {
    name: "loom.model.ttft_ms",
    unit: "ms",
    description: "Time to the first content of streamed model calls"
  }
} as const satisfies { readonly [constructor: string]: MetricDefinition }

const definitions: ReadonlyMap<string, MetricDefinition> = new Map(
  Object.values(metrics).map((definition) => [definition.name, definition])
)

/** What a metric is about; empty for one that is not in the vocabulary. */
export const descriptionOf = (name: string): string => definitions.get(name)?.description ?? ""

/** Metrics of your own below this name count tokens, too. */
const tokens = "loom.tokens."

/** The unit of a metric in UCUM notation: from the vocabulary, else from its name. */
export const unitOf = (name: string): string =>
  definitions.get(name)?.unit ??
    (name.startsWith(tokens)
      ? "{token}"
      : name.endsWith("_ms")
      ? "ms"
      : name.endsWith("_seconds")
      ? "s"
      : name.endsWith("_bytes")
      ? "By"
      : name.endsWith(".usd")
      ? "{USD}"
      : "1")

/** From a fast tool to a long run. */
const milliseconds = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 1_800_000]
const seconds = milliseconds.map((bound) => bound / 1000)
const bytes = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864]

/** The upper bounds of a histogram's buckets in this unit, ascending. */
export const bucketsOf = (unit: string): ReadonlyArray<number> =>
  unit === "ms" ? milliseconds : unit === "s" ? seconds : bytes
