/**
 * How much a run may use, its sub-agents and the model calls of its tools included.
 *
 * It is asked before every turn and before every model call. A run that is blocked ends with its `interruptedReason` and what it has so far;
 * that is no error. Each run that ends so says it once, those of sub-agents too. What is under way is not cut off, so a run can overshoot by
 * one call of each agent that is at work.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { elapsedMs } from "../records/instants.js"
import { Loom } from "../telemetry/Loom.js"
import type { InterruptedReason } from "./AgentEvent.js"
import type { BudgetKind, BudgetLimit, RunMeter } from "./run/RunMeter.js"

/** Limits of a run. */
export interface Budget {
  /** Input and output tokens together, ≥ 0. */
  readonly maxTokens?: number | undefined
  /** US dollars, ≥ 0. Calls without a known price do not count. */
  readonly maxCostUsd?: number | undefined
  /** Time since the run began. */
  readonly maxWallClock?: Duration.DurationInput | undefined
}

/** The budget of one run. */
export class BudgetGuard implements BudgetLimit {
  constructor(
    private readonly budget: Budget,
    /** Nanoseconds since the epoch. */
    private readonly startedAt: bigint
  ) {}

  /** What the totals exceed, if anything. */
  exceeded(meter: RunMeter, now: bigint): BudgetKind | undefined {
    const { maxCostUsd, maxTokens, maxWallClock } = this.budget
    if (maxTokens !== undefined && meter.tokensIn + meter.tokensOut >= maxTokens) {
      return "max_tokens"
    }
    if (maxCostUsd !== undefined && (meter.costUsd ?? 0) >= maxCostUsd) {
      return "max_cost_usd"
    }
    return maxWallClock !== undefined && elapsedMs(this.startedAt, now) >= Duration.toMillis(maxWallClock)
      ? "max_wall_clock"
      : undefined
  }
}

/** Whether this run, or one above it, has used up its budget. */
export const blockedBy = (meter: RunMeter): Effect.Effect<InterruptedReason | null> =>
  Effect.flatMap(Clock.currentTimeNanos, (now) => {
    for (let run: RunMeter | undefined = meter; run !== undefined; run = run.above) {
      const kind = run.budget?.exceeded(run, now)
      if (kind !== undefined) {
        return Effect.succeed(`budget:${kind}` as const)
      }
    }
    return Effect.succeed(null)
  })

const kinds: { readonly [reason in InterruptedReason]: BudgetKind | undefined } = {
  max_turns: undefined,
  "budget:max_tokens": "max_tokens",
  "budget:max_cost_usd": "max_cost_usd",
  "budget:max_wall_clock": "max_wall_clock"
}

/** One `loom.budget.exceeded` for a run that ended because of a budget, its own or one above. */
export const reportBlocked = (reason: InterruptedReason | null): Effect.Effect<void> => {
  const kind = reason === null ? undefined : kinds[reason]
  return kind === undefined ? Effect.void : Loom.budgetExceeded(1, { kind })
}
