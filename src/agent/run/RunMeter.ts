/**
 * What a run has used so far, its sub-agents and the model calls of its tools included.
 *
 * The meter of the current run is ambient: whoever calls a model through the instrumented port adds to it, at any depth, and each amount is
 * added to all runs above. Metrics are emitted where the call is made and nowhere else, so that nothing is counted twice.
 */
import * as Context from "effect/Context"
import type { Usage } from "../Usage.js"

/** What a run's budget can run out of. */
export type BudgetKind = "max_tokens" | "max_cost_usd" | "max_wall_clock"

/** A budget, as the meter that it limits sees it. */
export interface BudgetLimit {
  /** What the totals exceed, if anything. */
  readonly exceeded: (meter: RunMeter, now: bigint) => BudgetKind | undefined
}

/** Running totals of one run. */
export class RunMeter {
  tokensIn = 0
  tokensOut = 0
  cachedTokensIn = 0
  /** US dollars; `null` while no priced call was made. */
  costUsd: number | null = null
  /** Turns begun by this run itself. */
  turns = 0
  /** The model of the first call, where none is known before. */
  model: string | undefined = undefined

  constructor(readonly above: RunMeter | undefined, readonly budget: BudgetLimit | undefined) {}

  /** Takes note of the model that a call of this run itself was made to. */
  note(model: string): void {
    this.model ??= model
  }

  /** Adds one model call to this run and all above it. */
  add(usage: Usage | undefined, costUsd: number | undefined): void {
    if (usage !== undefined) {
      this.tokensIn += usage.tokensIn
      this.tokensOut += usage.tokensOut
      this.cachedTokensIn += usage.cachedTokensIn
    }
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
