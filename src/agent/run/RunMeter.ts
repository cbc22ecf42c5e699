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
import { isWhole, type KnownUsage } from "../Usage.js"

/** What one model call adds to a run. */
export interface CallTotals {
  readonly usage: KnownUsage
  /** US dollars; `undefined` if unknown. */
  readonly costUsd: number | undefined
  /** Tokens that the vendor did not report, estimated. They count for budgets only. */
  readonly estimatedTokens: number
  /** What a call of unknown cost may have cost, in US dollars. It counts for budgets only. */
  readonly estimatedUsd: number
}

/** Ten tenths of a dollar are a dollar, which they are not in floating point: a sum may be less by a billionth of the limit. */
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
  /** Turns that this run itself has started. */
  turns = 0
  /** Tool calls of this run itself that went on after their time limit. */
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

  /** Takes note of the model of a call that this run itself made. */
  note(model: string): void {
    this.model ??= model
  }

  /** Tells what this run is in that it is an agent of this version. */
  noteVersion(version: string): void {
    this.above?.versionsInside.add(version)
  }

  /** The versions of the agents that ran directly in it, joined by `+`; `undefined` if none did. */
  get agentVersion(): string | undefined {
    return this.versionsInside.size === 0 ? undefined : [...this.versionsInside].sort().join("+")
  }

  /** Whether a cost limit applies to this run, its own or one above. */
  get hasCostLimit(): boolean {
    return this.budget?.maxCostUsd !== undefined || this.above?.hasCostLimit === true
  }

  /** Adds one model call to this run and all runs above it; unknown counts add nothing. */
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

  /** The budget that this run, or one above it, has used up; `null` if none. */
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
