/**
 * A step of a workflow: a named function that returns an effect, an agent, or another workflow.
 */
import type * as LanguageModel from "@effect/ai/LanguageModel"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { Loom, type WorkflowPattern } from "../telemetry/Loom.js"
import type { AgentError } from "./AgentError.js"
import type { InterruptedReason, RunResult } from "./AgentEvent.js"
import type { Agent } from "./AgentOptions.js"
import { shielded } from "./model/ModelCallError.js"
import { inTape } from "./tape/TapePlace.js"

/** An agent that is a step of a workflow was ended by its `maxTurns` or a budget, so there is no answer for the next step. */
export class AgentStoppedError extends Data.TaggedError("AgentStoppedError")<{
  /** The name of the agent. */
  readonly agent: string
  /** What stopped it. */
  readonly reason: InterruptedReason
  /** Its result so far. */
  readonly result: RunResult
}> {
  override get message(): string {
    return `The agent ${JSON.stringify(this.agent)} was stopped before it was done: ${this.reason}`
  }
}

/** A function from an input to an effect, such as a workflow. Its `name` is the name of the step. */
export type StepFunction<in I, out O, out E, out R> = (input: I) => Effect.Effect<O, E, R>

/** Any step. */
export type AnyStep = StepFunction<never, unknown, unknown, unknown> | Agent<unknown>

/** The input of a step; for an agent, text. */
export type StepInput<S> = S extends Agent<unknown> ? string : S extends (input: infer I) => unknown ? I : never

/** The output of a step; for an agent, the text of its answer. */
export type StepOutput<S> = S extends Agent<unknown> ? string
  : S extends (...input: never) => Effect.Effect<infer O, unknown, unknown> ? O
  : never

/** The errors of a step; for an agent, this includes being stopped before it was done. */
export type StepError<S> = S extends Agent<unknown> ? AgentError | AgentStoppedError
  : S extends (...input: never) => Effect.Effect<unknown, infer E, unknown> ? E
  : never

/** What a step requires. */
export type StepNeeds<S> = S extends Agent<infer R> ? LanguageModel.LanguageModel | R
  : S extends (...input: never) => Effect.Effect<unknown, unknown, infer R> ? R
  : never

/** A workflow in progress. */
export interface RunningWorkflow {
  readonly pattern: WorkflowPattern
  /** The ordinal of the next step, from 0. */
  readonly nextStep: () => number
}

/** Starts counting the steps of a workflow. */
export const beginWorkflow = (pattern: WorkflowPattern): RunningWorkflow => {
  let steps = 0
  return { pattern, nextStep: () => steps++ }
}

/** The innermost workflow around the fiber. */
export class CurrentWorkflow extends Context.Reference<CurrentWorkflow>()("loom-telemetry/agent/CurrentWorkflow", {
  defaultValue: (): RunningWorkflow | undefined => undefined
}) {}

/** A step as workflows run it. Its types are checked where the workflow is defined. */
type Run = (input: unknown) => Effect.Effect<unknown, unknown>

/** The name of a step: that of its function or agent. */
export const nameOf = (step: AnyStep, ordinal: number): string => step.name === "" ? `step-${ordinal}` : step.name

const runOf = (step: AnyStep): Run =>
  typeof step === "function"
    ? step as Run
    : (input) => Effect.flatMap(step.run(input as string), answerOf(step.name)) as Effect.Effect<string, unknown>

const answerOf = (agent: string) => (result: RunResult): Effect.Effect<string, AgentStoppedError> =>
  result.interruptedReason === null
    ? Effect.succeed(result.output)
    : new AgentStoppedError({ agent, reason: result.interruptedReason, result })

/** Runs a step in its span. */
export const runStep = (
  workflow: RunningWorkflow,
  step: AnyStep,
  node: string,
  ordinal: number,
  input: unknown
): Effect.Effect<unknown, unknown> =>
  shielded(
    // Steps inside this one have their own count.
    Effect.provideService(Effect.suspend(() => runOf(step)(input)), CurrentWorkflow, beginWorkflow("chain")),
    Loom.workflowStep({ step: ordinal, node, pattern: workflow.pattern })
  ).pipe(inTape(() => ({ role: "step", attributes: { step: ordinal, node } })))
