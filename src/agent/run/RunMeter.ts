/**
 * What a run has used so far, including its sub-agents and the model calls of its tools.
 *
 * The meter of the current run is ambient: every measured model call, at any depth, adds to it and to its parent runs. Metrics are only emitted where
 * the call is made, so that nothing is counted twice.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { elapsedMs } from "../../records/instants.js"
import type { InterruptedReason } from "../AgentEvent.js"
import type { Budget, BudgetKind } from "../Budget.js"
import { isWhole, type KnownUsage } from "../Usage.js"

/** What one model call adds to a run. */
export interface CallTotals {
  readonly usage: KnownUsage
  /** US dollars; `undefined` if unknown. */
  readonly costUsd: number | undefined
  /** An estimate of the tokens that the vendor did not report. Only budgets count it. */
  readonly estimatedTokens: number
  /** An estimate of an unknown cost, in US dollars. Only budgets count it. */
  readonly estimatedUsd: number
}

/** Tolerates a sum that is below the limit by a billionth: in floating point, ten times ten cents are not quite a dollar. */
const isSpent = (usd: number, limit: number): boolean => usd >= limit * (1 - 1e-9)

/** Running totals of one run. */
export class RunMeter {
  tokensIn = 0
  tokensOut = 0
  cachedTokensIn = 0
  /** US dollars; `null` until a priced call is made. */
  costUsd: number | null = null
  /** Calls whose cost is not in `costUsd`. */
  unpricedCalls = 0
  /** Calls whose input or output is not in the tokens. */
  unmeasuredCalls = 0
  private estimatedTokens = 0
  private estimatedUsd = 0
  /** Turns started by this run itself. */
  turns = 0
  /** Tool calls of this run itself that were still running after their time limit. */
  toolsLeftRunning = 0
  /** The first model that a call of this run names. */
  model: string | undefined = undefined
  /** The versions of the agents that ran directly in it. */
  private readonly versionsInside = new Set<string>()

  constructor(
    private readonly above: RunMeter | undefined,
    private readonly budget: Budget | undefined,
    /** Nanoseconds since the epoch. */
    readonly startedAt: bigint
  ) {}

  /** Notes the model of a call made by this run itself. */
  note(model: string): void {
    this.model ??= model
  }

  /** Reports the version of this run's agent to the parent run. */
  noteVersion(version: string): void {
    this.above?.versionsInside.add(version)
  }

  /** The versions of the agents that ran directly in it, joined by `+`; `undefined` if none did. */
  get agentVersion(): string | undefined {
    return this.versionsInside.size === 0 ? undefined : [...this.versionsInside].sort().join("+")
  }

  /** Whether a cost limit applies to this run: its own, or that of a parent run. */
  get hasCostLimit(): boolean {
    return this.budget?.maxCostUsd !== undefined || this.above?.hasCostLimit === true
  }

  /** Adds one model call to this run and all its parent runs. Unknown counts add nothing. */
  add(call: CallTotals): void {
    const { costUsd, estimatedTokens, estimatedUsd, usage } = call
    this.tokensIn += usage.tokensIn ?? 0
    this.tokensOut += usage.tokensOut ?? 0
    this.cachedTokensIn += usage.cachedTokensIn ?? 0
    this.estimatedTokens += estimatedTokens
    this.estimatedUsd += estimatedUsd
    this.unmeasuredCalls += isWhole(usage) ? 0 : 1
    if (costUsd === undefined) {
      this.unpricedCalls++
    } else {
      this.costUsd = (this.costUsd ?? 0) + costUsd
    }
    this.above?.add(call)
  }

  /** The budget limit that this run or a parent run has reached; `null` if none. */
  readonly blocked: Effect.Effect<InterruptedReason | null> = Effect.map(Clock.currentTimeNanos, (now) => {
    const kind = this.reachedLimit(now)
    return kind === undefined ? null : `budget:${kind}` as const
  })

  private reachedLimit(now: bigint): BudgetKind | undefined {
    const { maxCostUsd, maxTokens, maxWallClock } = this.budget ?? {}
    if (maxTokens !== undefined && this.tokensIn + this.tokensOut + this.estimatedTokens >= maxTokens) {
      return "max_tokens"
    }
    if (maxCostUsd !== undefined && isSpent((this.costUsd ?? 0) + this.estimatedUsd, maxCostUsd)) {
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
