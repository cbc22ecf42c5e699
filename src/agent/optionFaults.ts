/**
 * What cannot be asked of an agent or a loop: it is refused where they are made, not when they run.
 *
 * A number read from a variable that is not set is `NaN`, and no count ever reaches it: as a limit it would be none, without a word.
 */
import type * as Duration from "effect/Duration"
import { isDuration } from "../telemetry/isDuration.js"
import type { AgentOptions } from "./AgentOptions.js"

const isAtLeast = (least: number, value: unknown): boolean => typeof value === "number" && value >= least

/** An option that was given, whether it is in order, and the words for where it is not. */
interface Given {
  readonly option: string
  readonly value: unknown
  readonly isFit: boolean
  readonly allowed: string
  readonly remedy: string
}

const count = (option: string, value: unknown, least: number, allowed: string, remedy: string): Given => ({
  option,
  value,
  isFit: value === undefined || isAtLeast(least, value),
  allowed: `${allowed}, ${least} or more`,
  remedy
})

const duration = (option: string, value: Duration.DurationInput | undefined): Given => ({
  option,
  value,
  isFit: value === undefined || isDuration(value),
  allowed: "a duration",
  remedy: "Give \"30 seconds\", or a number of milliseconds; leave it out for no limit"
})

const noLimit = "Leave it out for no limit"

const givenOf = (
  { budget, maxTurns, modelRetries, toolConcurrency, toolTimeout }: LimitOptions
): ReadonlyArray<Given> => [
  count("maxTurns", maxTurns, 1, "a number of turns", "Leave it out for 50"),
  count(
    "toolConcurrency",
    toolConcurrency === "unbounded" ? undefined : toolConcurrency,
    1,
    "\"unbounded\" or a number of tools",
    "Leave it out for \"unbounded\""
  ),
  duration("toolTimeout", toolTimeout),
  count("modelRetries", modelRetries, 0, "a number of attempts", "Leave it out for 2"),
  count("budget.maxTokens", budget?.maxTokens, 0, "a number of tokens", noLimit),
  count("budget.maxCostUsd", budget?.maxCostUsd, 0, "an amount of US dollars", noLimit),
  duration("budget.maxWallClock", budget?.maxWallClock)
]

type LimitOptions = Pick<
  AgentOptions<{}>,
  "budget" | "maxTurns" | "modelRetries" | "toolConcurrency" | "toolTimeout"
>

const refuse = (maker: string, { allowed, option, remedy, value }: Given): never => {
  throw new RangeError(`${maker}: \`${option}\` has to be ${allowed}, but it is ${String(value)}. ${remedy}`)
}

/** Throws a `RangeError` where a limit is none, in words that say the remedy; `maker` is the function that was called. */
export const refuseAgentFaults = (maker: string, options: LimitOptions): void => {
  const fault = givenOf(options).find(({ isFit }) => !isFit)
  if (fault !== undefined) {
    refuse(maker, fault)
  }
}

/** The same for the `max` of a loop of steps. */
export const refuseLoopFaults = (maker: string, max: number): void => {
  if (!isAtLeast(1, max)) {
    refuse(maker, {
      option: "max",
      value: max,
      isFit: false,
      allowed: "a number of iterations, 1 or more",
      remedy: "Give 10 for ten"
    })
  }
}
