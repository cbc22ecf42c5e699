/**
 * Every name that this package emits: spans with their role, attributes with their types, metrics with unit and description.
 *
 * `Loom`, the dialects, the readers, the viewer and the test kit read these tables; no other file spells out a name. Missing rows do not compile.
 */
import type { TapeAttributes, TapedCallAttributes } from "./tape.js"

/** What a span represents in the work of an agent. */
export type SpanRole = "run" | "turn" | "model" | "tool" | "workflow" | "step"

/** The span name of each role. */
export const spanNames = {
  run: "loom.run",
  turn: "loom.turn",
  model: "loom.model.stream",
  tool: "loom.tool",
  workflow: "loom.workflow",
  step: "loom.workflow.step"
} as const satisfies { readonly [Role in SpanRole]: string }

const roles: ReadonlyMap<string, SpanRole> = /* @__PURE__ */ new Map([
  .../* @__PURE__ */ Object.entries(spanNames).map(([role, name]) => [name, role as SpanRole] as const),
  // Written by the Python original, from 0.12 on, for a model call without streaming.
  ["loom.model.complete", "model"]
])

/** The role of a span with this name; `undefined` for spans of other libraries and of your own code. */
export const roleOf = (name: string): SpanRole | undefined => roles.get(name)

/** Attributes that any span may carry in addition to its own. */
interface Labels {
  /** The id of the user. Default: that of the `RunContext`. */
  readonly user_id?: string | undefined
  /** The id of the conversation. Default: that of the `RunContext`. */
  readonly session_id?: string | undefined
}

/** How the steps of a workflow run. */
export type WorkflowPattern = "chain" | "route" | "parallel" | "loop"

/** Attributes of `loom.run` when it opens. */
export interface RunAttributes extends Labels {
  /** The agent's name. */
  readonly agent: string
  /** `agent`, `supervisor`, or the name of a loop of your own. */
  readonly architecture: string
  /** The id of the run: `run_` and a ULID. */
  readonly run_id?: string | undefined
  /** The model that the run uses. */
  readonly model?: string | undefined
  /** The maximum number of turns, ≥ 1. */
  readonly max_turns?: number | undefined
}

/** Attributes of `loom.run` that are set before it closes. All counts are totals of the run and its sub-agents, ≥ 0. */
export interface RunResultAttributes {
  /** The number of turns. */
  readonly turns?: number | undefined
  /** All input tokens, cached ones included. */
  readonly tokens_in?: number | undefined
  /** All output tokens, reasoning included. */
  readonly tokens_out?: number | undefined
  /** The cost in US dollars; absent if no price is known. */
  readonly cost_usd?: number | undefined
  /** Why the run's episode could not be stored in the `Memory`; absent if it was stored. */
  readonly memory_error?: string | undefined
  /** Tool calls that kept running after their time limit because they could not be interrupted, ≥ 1. */
  readonly tools_left_running?: number | undefined
  /** Model calls whose cost is not included in `cost_usd`; absent if there are none, or if there is no cost at all. */
  readonly unpriced_calls?: number | undefined
  /** Why the run ended before the model was finished; absent if it was. */
  readonly interrupted_reason?: string | undefined
  /** A digest of the agent's name, instructions, tools and model. */
  readonly agent_version?: string | undefined
}

/** Attributes of `loom.turn`. */
export interface TurnAttributes extends Labels {
  /** The number of the turn within its run, from 0. */
  readonly turn: number
}

/** Attributes of `loom.model.stream` when it opens. */
export interface ModelAttributes extends Labels {
  /** The id of the model. */
  readonly model: string
  /** The provider that serves it, such as `openai`. */
  readonly provider?: string | undefined
  /** Whether the response is streamed. */
  readonly streaming?: boolean | undefined
}

/** Attributes of `loom.model.stream` that are set before it closes. */
export interface ModelResultAttributes extends TapedCallAttributes {
  /** All input tokens, cached ones included, however the provider counts them. */
  readonly tokens_in?: number | undefined
  /** All output tokens, reasoning included. */
  readonly tokens_out?: number | undefined
  /** The part of `tokens_in` that was read from a cache. */
  readonly cached_tokens_in?: number | undefined
  /** The part of `tokens_in` that was written to a cache. */
  readonly cache_creation_tokens_in?: number | undefined
  /** The part of `cache_creation_tokens_in` that is cached for one hour. */
  readonly cache_creation_1h_tokens_in?: number | undefined
  /** The part of `tokens_out` that was spent on reasoning. */
  readonly reasoning_tokens_out?: number | undefined
  /** Tokens that the provider did not report, estimated from the length of the call. They count only towards budgets. */
  readonly usage_estimated_tokens?: number | undefined
  /** The service tier that served the call, as the provider names it, such as `flex`. */
  readonly service_tier?: string | undefined
  /** The number of attempts after the first, ≥ 0. */
  readonly retries?: number | undefined
  /** The cost in US dollars. */
  readonly cost_usd?: number | undefined
  /** The source of the cost: `vendor`, `table`, `genai-prices`, or the `source` of your own `Pricing`. */
  readonly cost_source?: string | undefined
  /** Milliseconds from the call to the first content part. */
  readonly ttft_ms?: number | undefined
  /** Why the model stopped, such as `stop` or `tool-calls`. */
  readonly finish_reason?: string | undefined
  /** The model named in the response. */
  readonly response_model?: string | undefined
}

/** Attributes of `loom.tool` when it opens. */
export interface ToolAttributes extends Labels {
  /** The name of a declared tool; `_unknown` for a tool that the model made up. */
  readonly tool: string
  /** The id that the model gave the call. */
  readonly call_id?: string | undefined
  /** The id of the call in the conversation, if it differs from `call_id` because the model used an id twice. */
  readonly sent_call_id?: string | undefined
  /** A keyed digest of the arguments: equal for equal arguments within one process. */
  readonly arguments_digest?: string | undefined
  /** The sub-agent that the call delegates to. */
  readonly worker?: string | undefined
  /** Whether the provider ran the tool itself, inside the model call. Its duration is then unknown. */
  readonly provider_executed?: boolean | undefined
}

/** Attributes of `loom.tool` that are set before it closes. `Loom.tool` sets these itself. */
export interface ToolResultAttributes extends TapeAttributes {
  /** Whether the tool succeeded. */
  readonly ok?: boolean | undefined
  /** The duration in milliseconds, ≥ 0. */
  readonly duration_ms?: number | undefined
  /** The error message; absent if the tool succeeded. */
  readonly error?: string | undefined
  /** Whether the tool kept running after its time limit because it could not be interrupted. */
  readonly left_running?: boolean | undefined
}

/** Attributes of `loom.workflow`. */
export interface WorkflowAttributes extends Labels {
  /** The name of the workflow. */
  readonly workflow: string
  /** How its steps run. */
  readonly pattern: WorkflowPattern
}

/** Attributes of `loom.workflow.step`. */
export interface WorkflowStepAttributes extends Labels {
  /** The number of the step within the workflow, from 0. */
  readonly step: number
  /** The name of the step. */
  readonly node: string
  /** The pattern of its workflow. */
  readonly pattern: WorkflowPattern
}

/** Content, set only if it is captured: messages, arguments and results as JSON. */
export interface ContentAttributes {
  /** `loom.run`: the prompt. */
  readonly input?: string | undefined
  /** `loom.run`: the answer. */
  readonly output?: string | undefined
  /** `loom.model.stream`: the system prompt. */
  readonly system_instructions?: string | undefined
  /** `loom.model.stream`: the messages sent to the model. */
  readonly input_messages?: string | undefined
  /** `loom.model.stream`: the messages of the response. */
  readonly output_messages?: string | undefined
  /** `loom.tool`: its arguments. */
  readonly arguments?: string | undefined
  /** `loom.tool`: its result. */
  readonly result?: string | undefined
}

/** The span attributes of each role. */
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

/** An attribute key of any span of this package. */
export type AttributeKey = KeysOf<SpanAttributes[SpanRole]>

/** An attribute key of the spans of this role. */
export type KeyOf<Role extends SpanRole> = keyof SpanAttributes[Role]

/** Names that the package adds to any span or instrument. */
export const ownNames = {
  /** The number of attributes dropped because of the limit. */
  droppedAttributes: "loom.dropped_attributes",
  /** The number of events dropped because of the limit. */
  droppedEvents: "loom.dropped_events",
  /** Replaces attributes that could not be read at all. */
  unreadAttributes: "loom.attributes",
  /** OpenTelemetry: who judged (`code`, `model` or `human`), on the event of a score. */
  scoreSource: "loom.score.source",
  /** OpenTelemetry: `interrupted`, on spans whose body was interrupted. */
  outcome: "loom.outcome",
  /** OpenTelemetry: the instrument that computes sums when metrics are collected; never exported. */
  collections: "loom.telemetry.collections"
} as const

/** The names of the scores that record user feedback. */
export const feedbackScores = {
  /** 1 or 0, with the label `up` or `down`. */
  thumbs: "feedback.thumbs",
  /** 1 to 5. */
  stars: "feedback.stars",
  /** A comment without thumbs or stars. */
  comment: "feedback.comment"
} as const

/** An attribute's name with the package's prefix, for when the plain name is taken. */
export const prefixed = (key: string): string => `loom.${key}`

/** The definition of a metric, in OpenTelemetry's terms. */
export interface MetricDefinition {
  readonly name: string
  /** In UCUM notation. */
  readonly unit: string
  readonly description: string
}

/** The metrics, by the name of their constructor in `Loom`. */
export const metrics = {
  tokensInput: {
    name: "loom.tokens.input",
    unit: "{token}",
    description: "Input tokens of model calls, cached ones included"
  },
  tokensCachedInput: {
    name: "loom.tokens.cached_input",
    unit: "{token}",
    description: "The part of loom.tokens.input that was read from a cache"
  },
  tokensOutput: { name: "loom.tokens.output", unit: "{token}", description: "Output tokens of model calls" },
  costUsd: { name: "loom.cost.usd", unit: "{USD}", description: "Cost of priced model calls" },
  toolDurationMs: { name: "loom.tool.duration_ms", unit: "ms", description: "Duration of tool calls" },
  sessionDurationMs: { name: "loom.session.duration_ms", unit: "ms", description: "Duration of agent runs" },
  budgetExceeded: { name: "loom.budget.exceeded", unit: "1", description: "Runs stopped by a budget" },
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

const definitions: ReadonlyMap<string, MetricDefinition> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.values(metrics).map((definition) => [definition.name, definition])
)

/** The description of a metric; empty if it is not in the vocabulary. */
export const descriptionOf = (name: string): string => definitions.get(name)?.description ?? ""

/** Custom metrics with this prefix also count tokens. */
const tokens = "loom.tokens."

/** The unit of a metric in UCUM notation: from the vocabulary, otherwise from its name. */
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
