/**
 * What a run yields in the end, and what it says on the way.
 */
import type * as Prompt from "@effect/ai/Prompt"

/** Why a run ended before the model was done; `null` where it was done. */
export type InterruptedReason =
  | "max_turns"
  | "budget:max_tokens"
  | "budget:max_cost_usd"
  | "budget:max_wall_clock"

/** The result of a run. Counts and cost include sub-agents and the model calls of tools. */
export interface RunResult {
  /** The text of the last answer. */
  readonly output: string
  /** Turns taken, ≥ 0. */
  readonly turns: number
  /** All input tokens, cached ones included. */
  readonly tokensIn: number
  /** All output tokens, reasoning included. */
  readonly tokensOut: number
  /** The part of `tokensIn` that was read from a cache. */
  readonly cachedTokensIn: number
  /** US dollars; `null` where no call had a known price. */
  readonly costUsd: number | null
  /** As given, else that of the run above, else `runId`. */
  readonly sessionId: string
  /** `run_` and a ULID. */
  readonly runId: string
  /** Why the run ended before the model was done; `null` where it was done. */
  readonly interruptedReason: InterruptedReason | null
  /** The conversation without its instructions: give it as `history` to go on. */
  readonly messages: ReadonlyArray<Prompt.Message>
}

/** What happens in a run, as it happens. */
export type AgentEvent =
  | {
    readonly _tag: "RunStarted"
    /** `run_` and a ULID. */
    readonly runId: string
    /** As given, else that of the run above, else `runId`. */
    readonly sessionId: string
  }
  | {
    readonly _tag: "TurnStarted"
    /** Counts from 0. */
    readonly turn: number
  }
  | {
    readonly _tag: "TextDelta"
    /** The next part of the answer. */
    readonly text: string
  }
  | {
    readonly _tag: "ToolCall"
    /** The id that the model gave the call, as on the `call_id` of its span. */
    readonly id: string
    /** The tool, as the model named it. */
    readonly name: string
    /** The arguments, as the model gave them. */
    readonly params: unknown
  }
  | {
    readonly _tag: "ToolResult"
    /** As on the `ToolCall` before it. */
    readonly id: string
    /** As on the `ToolCall` before it. */
    readonly name: string
    /** Whether the tool gave a result; else `result` is the text of its error. */
    readonly ok: boolean
    /** What the model is told. */
    readonly result: unknown
  }
  | {
    readonly _tag: "Finished"
    /** The same that `Agent.run` gives. */
    readonly result: RunResult
  }
