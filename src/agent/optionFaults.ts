/**
 * Rejects invalid options when an agent or a loop is made, not when it runs.
 *
 * A number parsed from an unset variable is `NaN`. No count ever reaches it, so as a limit it would silently mean no limit.
 */
import type * as Duration from "effect/Duration"
import { isDuration } from "../telemetry/isDuration.js"
import type { AgentOptions } from "./AgentOptions.js"
import type { ExtractionBounds } from "./extractions.js"

type Fault = string | undefined

const fault = (option: string, value: unknown, allowed: string, remedy: string): Fault =>
  `\`${option}\` must be ${allowed}, but it is ${String(value)}. ${remedy}`

const isAtLeast = (least: number, value: unknown): boolean => typeof value === "number" && value >= least

const count = (option: string, value: unknown, least: number, allowed: string, remedy: string): Fault =>
  value === undefined || isAtLeast(least, value)
    ? undefined
    : fault(option, value, `${allowed}, ${least} or more`, remedy)

const duration = (option: string, value: Duration.DurationInput | undefined): Fault =>
  value === undefined || isDuration(value)
    ? undefined
    : fault(option, value, "a duration", "Use \"30 seconds\", or a number of milliseconds; omit it for no limit")

const noLimit = "Omit it for no limit"

const refuse = (maker: string, faults: ReadonlyArray<Fault>): void => {
  const first = faults.find((message) => message !== undefined)
  if (first !== undefined) {
    throw new RangeError(`${maker}: ${first}`)
  }
}

type LimitOptions = Pick<
  AgentOptions<{}>,
  "budget" | "maxToolCallsPerTurn" | "maxTurns" | "modelRetries" | "toolConcurrency" | "toolTimeout"
>

/** Throws a `RangeError` that names the first invalid option and the remedy; `maker` is the function that was called. */
export const refuseAgentFaults = (maker: string, options: LimitOptions): void => {
  const { budget, maxToolCallsPerTurn, maxTurns, modelRetries, toolConcurrency, toolTimeout } = options
  const tools = toolConcurrency === "unbounded" ? undefined : toolConcurrency
  refuse(maker, [
    count("maxTurns", maxTurns, 1, "a number of turns", "Omit it for 50"),
    count("toolConcurrency", tools, 1, "\"unbounded\" or a number of tools", "Omit it for \"unbounded\""),
    count("maxToolCallsPerTurn", maxToolCallsPerTurn, 0, "a number of tool calls", noLimit),
    duration("toolTimeout", toolTimeout),
    count("modelRetries", modelRetries, 0, "a number of attempts", "Omit it for 2"),
    count("budget.maxTokens", budget?.maxTokens, 0, "a number of tokens", noLimit),
    count("budget.maxCostUsd", budget?.maxCostUsd, 0, "an amount of US dollars", noLimit),
    duration("budget.maxWallClock", budget?.maxWallClock)
  ])
}

/** The same for the depth of delegations. */
export const refuseDepthFaults = (maker: string, maxDelegationDepth: number | undefined): void =>
  refuse(maker, [count("maxDelegationDepth", maxDelegationDepth, 1, "a number of runs", "Omit it for 8")])

/** The same for the bounds of extractions. */
export const refuseExtractFaults = (maker: string, { capacity, concurrency, drain }: ExtractionBounds): void =>
  refuse(maker, [
    count("concurrency", concurrency, 1, "a number of extractions", "Omit it for 8"),
    count("capacity", capacity, 0, "a number of extractions", "Omit it for 1000"),
    duration("drain", drain)
  ])

/** The same for the `max` of a loop of steps. */
export const refuseLoopFaults = (maker: string, max: number): void => {
  if (!isAtLeast(1, max)) {
    refuse(maker, [fault("max", max, "a number of iterations, 1 or more", "Use 10 for ten iterations")])
  }
}
