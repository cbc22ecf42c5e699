/**
 * What a run has used so far, including its sub-agents and the model calls of its tools.
 *
 * The meter of the current run is ambient: every measured model call adds to it, at any depth, and to the runs above it. Metrics are emitted only
 * where the call is made, so that nothing is counted twice.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { elapsedMs } from "../../records/instants.js"
import type { InterruptedReason } from "../AgentEvent.js"
import type { Budget, BudgetKind } from "../Budget.js"
import type { KnownUsage } from "../Usage.js"

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

  constructor(
    private readonly above: RunMeter | undefined,
    private readonly budget: Budget | undefined,
    /** Nanoseconds since the epoch. */
    readonly startedAt: bigint
  ) {}

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

  /** The budget that this run, or one above it, has used up; `null` if none. */
  readonly blocked: Effect.Effect<InterruptedReason | null> = Effect.map(Clock.currentTimeNanos, (now) => {
    const kind = this.reachedLimit(now)
    return kind === undefined ? null : `budget:${kind}` as const
  })

  private reachedLimit(now: bigint): BudgetKind | undefined {
    const { maxCostUsd, maxTokens, maxWallClock } = this.budget ?? {}
    if (maxTokens !== undefined && this.tokensIn + this.tokensOut >= maxTokens) {
      return "max_tokens"
    }
    if (maxCostUsd !== undefined && (this.costUsd ?? 0) >= maxCostUsd) {
      return "max_cost_usd"
    }
    return maxWallClock !== undefined && elapsedMs(this.startedAt, now) >= Duration.toMillis(maxWallClock)
      ? "max_wall_clock"
      : this.above?.reachedLimit(now)
  }
}

/** The meter of the run that the fiber belongs to. */
export class CurrentRun extends Context.Reference<CurrentRun>()("loom-telemetry/agent/CurrentRun", {
  defaultValue: (): RunMeter | undefined => undefined
}) {}
