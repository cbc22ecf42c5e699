/**
 * The result of a run, and the events on the way to it.
 */
import type * as Prompt from "@effect/ai/Prompt"

/** Why a run ended before the model was done. */
export type InterruptedReason =
  | "max_turns"
  | "budget:max_tokens"
  | "budget:max_cost_usd"
  | "budget:max_wall_clock"

/**
 * Why the last model call of a run ended: `stop` (the answer is complete, whether text or tool calls), `length` (it was cut off at its limit),
 * `content-filter`, `refusal`, `pause`, `error`. `unknown` if the vendor did not say, or no call was made.
 */
export type FinishReason =
  | "stop"
  | "length"
  | "content-filter"
  | "refusal"
  | "pause"
  | "error"
  | "unknown"

/** The result of a run. Counts and cost include sub-agents and model calls made by tools. */
export interface RunResult {
  /** The text of the last answer. If the model refused, the text of the refusal; if it paused, the text from before and after the pause. */
  readonly output: string
  /** Turns taken, ≥ 0. */
  readonly turns: number
  /** All input tokens, including cached ones. */
  readonly tokensIn: number
  /** All output tokens, including reasoning. */
  readonly tokensOut: number
  /** The part of `tokensIn` that was read from a cache. */
  readonly cachedTokensIn: number
  /** US dollars, excluding the `unpricedCalls`; `null` if no call had a known price. */
  readonly costUsd: number | null
  /** Model calls whose cost is unknown. If 0, `costUsd` is the full cost of the run. */
  readonly unpricedCalls: number
  /** Model calls whose input or output tokens are unknown. If 0, the token counts are complete. */
  readonly unmeasuredCalls: number
  /** As given, else the parent run's, else `runId`. */
  readonly sessionId: string
  /** `run_` and a ULID. */
  readonly runId: string
  /** Why the run ended before the model was done; `null` if it was done. */
  readonly interruptedReason: InterruptedReason | null
  /** Why the last model call ended. */
  readonly finishReason: FinishReason
  /** The conversation without its instructions. Pass it as `history` to continue. */
  readonly messages: ReadonlyArray<Prompt.Message>
}

/** An event of a run, as it happens. */
export type AgentEvent = Happening & {
  /** The ids of the runs that it happened in, root first: one id for the streamed run itself, more for a worker's. */
  readonly path: ReadonlyArray<string>
}

/** What happens in a run. */
export type Happening =
  | {
    readonly _tag: "RunStarted"
    /** `run_` and a ULID. */
    readonly runId: string
    /** As given, else the parent run's, else `runId`. */
    readonly sessionId: string
  }
  | {
    readonly _tag: "TurnStarted"
    /** Counts from 0. */
    readonly turn: number
  }
  | {
    readonly _tag: "TextDelta"
    /** The next piece of the answer. */
    readonly text: string
  }
  | {
    readonly _tag: "ReasoningDelta"
    /** The next piece of the model's reasoning, if the vendor exposes it. */
    readonly text: string
  }
  | {
    readonly _tag: "ToolCall"
    /** The id of the call, unique in the conversation: the model's own id, unless the model has used that before. */
    readonly id: string
    /** The tool, as the model named it. */
    readonly name: string
    /** The arguments, as the model gave them. */
    readonly params: unknown
  }
  | {
    readonly _tag: "ToolResult"
    /** As in the `ToolCall` event. */
    readonly id: string
    /** As in the `ToolCall` event. */
    readonly name: string
    /** Whether the tool succeeded; if not, `result` is the text of its error. */
    readonly ok: boolean
    /** What the model receives. */
    readonly result: unknown
  }
  | {
    readonly _tag: "Finished"
    /** The same as from `Agent.run`. */
    readonly result: RunResult
  }
