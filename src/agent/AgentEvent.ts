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
  readonly tokensOut: number
  /** The part of `tokensIn` that was read from a cache. */
  readonly cachedTokensIn: number
  /** US dollars; `null` where no call had a known price. */
  readonly costUsd: number | null
  readonly sessionId: string
  /** `run_` and a ULID. */
  readonly runId: string
  readonly interruptedReason: InterruptedReason | null
  /** The conversation without its instructions: give it as `history` to go on. */
  readonly messages: ReadonlyArray<Prompt.Message>
}

/** What happens in a run, as it happens. */
export type AgentEvent =
  | { readonly _tag: "RunStarted"; readonly runId: string; readonly sessionId: string }
  /** `turn` counts from 0. */
  | { readonly _tag: "TurnStarted"; readonly turn: number }
  | { readonly _tag: "TextDelta"; readonly text: string }
  | { readonly _tag: "ToolCall"; readonly id: string; readonly name: string; readonly params: unknown }
  | {
    readonly _tag: "ToolResult"
    readonly id: string
    readonly name: string
    readonly ok: boolean
    readonly result: unknown
  }
  | { readonly _tag: "Finished"; readonly result: RunResult }
