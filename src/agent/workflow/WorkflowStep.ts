/**
 * What can be a step of a workflow: a named function with an effect, an agent, another workflow.
 */
import type * as LanguageModel from "@effect/ai/LanguageModel"
import * as Effect from "effect/Effect"
import { Loom } from "../../telemetry/Loom.js"
import type { AgentError } from "../AgentError.js"
import type { Agent } from "../AgentOptions.js"
import { shielded } from "../model/ModelCallError.js"
import { beginWorkflow, CurrentWorkflow, type RunningWorkflow } from "./CurrentWorkflow.js"

/** A function from an input to an effect; its `name` names the step. A workflow is one. */
export type StepFunction<in I, out O, out E, out R> = (input: I) => Effect.Effect<O, E, R>

/** Any step. */
export type AnyStep = StepFunction<never, unknown, unknown, unknown> | Agent<unknown>

/** What a step takes; an agent takes text. */
export type StepInput<S> = S extends Agent<unknown> ? string : S extends (input: infer I) => unknown ? I : never

/** What a step gives; an agent gives its answer's text. */
export type StepOutput<S> = S extends Agent<unknown> ? string
  : S extends (...input: never) => Effect.Effect<infer O, unknown, unknown> ? O
  : never

/** What a step fails with. */
export type StepError<S> = S extends Agent<unknown> ? AgentError
  : S extends (...input: never) => Effect.Effect<unknown, infer E, unknown> ? E
  : never

/** What a step needs. */
export type StepNeeds<S> = S extends Agent<infer R> ? LanguageModel.LanguageModel | R
  : S extends (...input: never) => Effect.Effect<unknown, unknown, infer R> ? R
  : never

/** A step as the workflows run it; the types of the workflow say what goes in and out. */
type Run = (input: unknown) => Effect.Effect<unknown, unknown>

/** The name of a step, by its function or agent. */
export const nameOf = (step: AnyStep, ordinal: number): string => step.name === "" ? `step-${ordinal}` : step.name

const runOf = (step: AnyStep): Run =>
  typeof step === "function"
    ? step as Run
    : (input) => Effect.map(step.run(input as string), ({ output }) => output) as Effect.Effect<string, unknown>

/** Runs a step in its span. */
export const runStep = (
  workflow: RunningWorkflow,
  step: AnyStep,
  node: string,
  ordinal: number,
  input: unknown
): Effect.Effect<unknown, unknown> =>
  shielded(
    // Steps inside this one are counted by themselves.
    Effect.provideService(Effect.suspend(() => runOf(step)(input)), CurrentWorkflow, beginWorkflow("chain")),
    Loom.workflowStep({ step: ordinal, node, pattern: workflow.pattern })
  )
