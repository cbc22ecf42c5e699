/**
 * How much a run may use, including its sub-agents and the model calls of its tools.
 *
 * Checked before every turn, every model call and every tool call. A run that has reached a limit ends with its `interruptedReason` and what it has
 * so far, without an error; each such run, including those of sub-agents, emits one metric. Calls in progress are not cut off, so a run can overshoot
 * by one call per active agent.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Loom } from "../telemetry/Loom.js"
import type { InterruptedReason } from "./AgentEvent.js"

/** Limits of a run. */
export interface Budget {
  /** Input plus output tokens, ≥ 0. A call whose usage is unknown counts with an estimate from its length. */
  readonly maxTokens?: number | undefined
  /** US dollars, ≥ 0. Calls without a known price count as free, with a warning; calls without usage are priced by their estimate. */
  readonly maxCostUsd?: number | undefined
  /** Time since the run started. */
  readonly maxWallClock?: Duration.DurationInput | undefined
}

/** The limits that a run can reach, by their names in the metric. */
export type BudgetKind = Parameters<typeof Loom.budgetExceeded>[1]["kind"]

/** Emits one `loom.budget.exceeded` for a run that was ended by its own budget or that of a parent run. */
export const reportBlocked = (reason: InterruptedReason | null): Effect.Effect<void> =>
  reason === null || reason === "max_turns"
    ? Effect.void
    : Loom.budgetExceeded(1, { kind: reason.slice("budget:".length) as BudgetKind })
