/**
 * What a run has used so far, including its sub-agents and the model calls of its tools.
 *
 * The meter of the current run is ambient: every measured model call adds to it, at any depth, and to the runs above it. Metrics are emitted only
 * where the call is made, so that nothing is counted twice.
 */
import * as Context from "effect/Context"
import type { KnownUsage } from "../Usage.js"

/** The limits that a run's budget can reach. */
export type BudgetKind = "max_tokens" | "max_cost_usd" | "max_wall_clock"

/** A budget, as the meter that it limits sees it. */
export interface BudgetLimit {
  /** The limit that the totals have reached, if any. */
  readonly exceeded: (meter: RunMeter, now: bigint) => BudgetKind | undefined
}

/** Running totals of one run. */
export class RunMeter {
  tokensIn = 0
  tokensOut = 0
  cachedTokensIn = 0
  /** US dollars; `null` until a priced call is made. */
  costUsd: number | null = null
  /** Turns that this run itself has started. */
  turns = 0
  /** The first model that a call of this run names. */
  model: string | undefined = undefined

  constructor(readonly above: RunMeter | undefined, readonly budget: BudgetLimit | undefined) {}

  /** Takes note of the model of a call that this run itself made. */
  note(model: string): void {
    this.model ??= model
  }

  /** Adds one model call to this run and all runs above it; unknown counts add nothing. */
  add(usage: KnownUsage | undefined, costUsd: number | undefined): void {
    this.tokensIn += usage?.input?.tokensIn ?? 0
    this.tokensOut += usage?.output?.tokensOut ?? 0
    this.cachedTokensIn += usage?.input?.cachedTokensIn ?? 0
    if (costUsd !== undefined) {
      this.costUsd = (this.costUsd ?? 0) + costUsd
    }
    this.above?.add(usage, costUsd)
  }
}

/** The meter of the run that the fiber belongs to. */
export class CurrentRun extends Context.Reference<CurrentRun>()("loom-telemetry/agent/CurrentRun", {
  defaultValue: (): RunMeter | undefined => undefined
}) {}
