/**
 * Steps in a fixed order: a chain, one of several routes, parallel branches, or a loop.
 *
 * A workflow is a function from its input to an effect, so workflows, agents and plain functions compose. Each run is a `loom.workflow` span with a
 * `loom.workflow.step` for every node. A failing step fails the workflow with its own error, and interrupts the steps that run in parallel.
 */
import type * as LanguageModel from "@effect/ai/LanguageModel"
import * as Tool from "@effect/ai/Tool"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { defaultLimits } from "../records/attributes.js"
import { Loom, type WorkflowPattern } from "../telemetry/Loom.js"
import { describe } from "../telemetry/tracing/outcome.js"
import type { AgentError } from "./AgentError.js"
import type { RunResult } from "./AgentEvent.js"
import type { Agent } from "./AgentOptions.js"
import { shielded } from "./model/ModelCallError.js"
import { refuseLoopFaults } from "./optionFaults.js"
import { withGiven } from "./run/ambientContext.js"
import { inTape } from "./tape/TapePlace.js"
import type {
  AnyStep,
  RunningWorkflow,
  StepError,
  StepFunction,
  StepInput,
  StepNeeds,
  StepOutput
} from "./WorkflowStep.js"
import { beginWorkflow, CurrentWorkflow, nameOf, runStep } from "./WorkflowStep.js"

/** A workflow: call it with its input. */
export interface Workflow<in I, out O, out E, out R> {
  (input: I): Effect.Effect<O, E, R>
  /** The `workflow` attribute of its span. */
  readonly name: string
}

type Steps = readonly [AnyStep, ...ReadonlyArray<AnyStep>]
type Branches = { readonly [node: string]: AnyStep }

/** Steps each of which takes the output of the one before; the first that does not is replaced by an error. */
type Linked<S extends ReadonlyArray<unknown>> = S extends readonly [infer A, infer B, ...infer Rest]
  ? StepOutput<A> extends StepInput<B> ? readonly [A, ...Linked<readonly [B, ...Rest]>]
  : readonly [A, { readonly error: "this step does not take the output of the one before it" }, ...Rest]
  : S

type Last<S extends ReadonlyArray<unknown>> = S extends readonly [...ReadonlyArray<unknown>, infer L] ? L : never

/** Input that all of these steps take. */
type CommonInput<S> = (S extends unknown ? (input: StepInput<S>) => void : never) extends (input: infer I) => void ? I
  : never

type Body = (input: unknown, workflow: RunningWorkflow) => Effect.Effect<unknown, unknown>

const define = <W>(name: string, pattern: WorkflowPattern, body: Body): W => {
  const run = (input: unknown): Effect.Effect<unknown, unknown> =>
    Effect.suspend(() => {
      const workflow = beginWorkflow(pattern)
      return shielded(
        Effect.provideService(body(input, workflow), CurrentWorkflow, workflow),
        Loom.workflow({ workflow: name, pattern })
      ).pipe(inTape(() => ({ role: "workflow", attributes: { workflow: name } })))
    })
  return Object.defineProperty(run, "name", { value: name }) as W
}

const next = (workflow: RunningWorkflow, step: AnyStep, input: unknown, node?: string) => {
  const ordinal = workflow.nextStep()
  return runStep(workflow, step, node ?? nameOf(step, ordinal), ordinal, input)
}

const chain = <const S extends Steps>(
  name: string,
  steps: S & Linked<S>
): Workflow<StepInput<S[0]>, StepOutput<Last<S>>, StepError<S[number]>, StepNeeds<S[number]>> =>
  define(name, "chain", (input, workflow) =>
    (steps as Steps).reduce<Effect.Effect<unknown, unknown>>(
      (before, step) => Effect.flatMap(before, (value) => next(workflow, step, value)),
      Effect.succeed(input)
    ))

/** The routes, and what decides between them. */
export interface RouteOptions<C extends AnyStep, S extends Branches, O extends AnyStep> {
  /** Returns the name of a route; white space around it is ignored. */
  readonly classify: C
  readonly routes: S
  /** Runs if no route has that name. */
  readonly otherwise: O
}

const route = <C extends AnyStep, const S extends Branches, O extends AnyStep>(
  name: string,
  { classify, otherwise, routes }: RouteOptions<C, S, O>
): Workflow<
  CommonInput<C | S[keyof S] | O>,
  StepOutput<S[keyof S] | O>,
  StepError<C | S[keyof S] | O>,
  StepNeeds<C | S[keyof S] | O>
> =>
  define(name, "route", (input, workflow) =>
    Effect.flatMap(next(workflow, classify, input, "classify"), (said) => {
      const node = String(said).trim()
      return Object.hasOwn(routes, node)
        ? next(workflow, routes[node]!, input, node)
        : next(workflow, otherwise, input, "otherwise")
    }))

const parallel = <const S extends Branches>(
  name: string,
  branches: S
): Workflow<
  CommonInput<S[keyof S]>,
  { readonly [Node in keyof S]: StepOutput<S[Node]> },
  StepError<S[keyof S]>,
  StepNeeds<S[keyof S]>
> =>
  define(name, "parallel", (input, workflow) =>
    Effect.all(
      Object.fromEntries(Object.entries(branches).map(([node, step]) => [node, next(workflow, step, input, node)])),
      { concurrency: "unbounded" }
    ))

/** Whether to stop after this output; `iteration` counts from 0. */
export type Question<in O> = (output: O, iteration: number) => boolean | Effect.Effect<boolean, unknown, unknown>

// Taken from the return type: with type parameters for them, a loop inside a chain would infer `unknown` for both.
type QuestionError<Answer> = Answer extends Effect.Effect<boolean, infer E, unknown> ? E : never
type QuestionNeeds<Answer> = Answer extends Effect.Effect<boolean, unknown, infer R> ? R : never

/** The step to repeat, and when to stop. */
export interface LoopOptions<S extends AnyStep, Q extends Question<StepOutput<S>>> {
  /** Its output is the input of the next iteration. */
  readonly body: S
  readonly until: Q
  /** The most iterations, ≥ 1; anything else throws a `RangeError`. */
  readonly max: number
}

const loop = <S extends AnyStep, Q extends Question<StepOutput<S>>>(
  name: string,
  { body, max, until }: LoopOptions<S, Q> & (StepOutput<S> extends StepInput<S> ? unknown : never)
): Workflow<
  StepInput<S>,
  StepOutput<S>,
  StepError<S> | QuestionError<ReturnType<Q>>,
  StepNeeds<S> | QuestionNeeds<ReturnType<Q>>
> => {
  refuseLoopFaults("Workflow.loop", max)
  return define(name, "loop", (input, workflow) => {
    const iterate = (value: unknown, iteration: number): Effect.Effect<unknown, unknown> =>
      Effect.flatMap(next(workflow, body, value), (output) => {
        const stop = until(output as StepOutput<S>, iteration)
        return Effect.flatMap(
          (Effect.isEffect(stop) ? stop : Effect.succeed(stop)) as Effect.Effect<boolean, unknown>,
          (done) => done || iteration + 1 >= max ? Effect.succeed(output) : iterate(output, iteration + 1)
        )
      })
    return iterate(input, 0)
  })
}

const resultOf = <R>(
  agent: Agent<R>
): StepFunction<string, RunResult, AgentError, LanguageModel.LanguageModel | R> =>
  Object.defineProperty((input: string) => agent.run(input), "name", { value: agent.name })

const step = (node: string) => <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(CurrentWorkflow, (workflow) => {
    const ordinal = workflow?.nextStep() ?? 0
    return shielded(
      Effect.provideService(self, CurrentWorkflow, beginWorkflow("chain")),
      Loom.workflowStep({ step: ordinal, node, pattern: workflow?.pattern ?? "chain" })
    ).pipe(inTape(() => ({ role: "step", attributes: { step: ordinal, node } })))
  })

/** How a model sees a workflow. */
export interface AsToolOptions<Name extends string, I, IE, O, OE> {
  /** The name of the tool. */
  readonly name: Name
  readonly description: string
  /** The workflow's input: the only parameter of the tool, `input`. */
  readonly input: Schema.Schema<I, IE>
  readonly output: Schema.Schema<O, OE>
}

const asTool = <const Name extends string, I, IE, O, OE, E, R>(
  workflow: Workflow<I, O, E, R>,
  { description, input, name, output }: AsToolOptions<Name, I, IE, O, OE>
) => ({
  tool: Tool.make(name, { description, parameters: { input }, success: output, failure: Schema.String }),
  handler: Effect.map(
    Effect.context<R>(),
    (context) => (parameters: { readonly input: I }): Effect.Effect<O, string> =>
      workflow(parameters.input).pipe(
        Effect.mapError((error) => describe(error, defaultLimits)),
        withGiven(context)
      )
  )
})

/** Workflows. */
export const Workflow = {
  /** Runs one step after another, each with the output of the one before. */
  chain,
  /** Runs one of several steps: the one that `classify` names for the input. */
  route,
  /** Runs all branches concurrently with the same input; returns their outputs by name. */
  parallel,
  /** Repeats a step, each time with its last output, until `until` says so; returns the last output. */
  loop,
  /**
   * An agent as a step whose output is its whole `RunResult`. An agent that is a step itself gives its text, and fails the workflow with an
   * `AgentStoppedError` if `maxTurns` or a budget ends it; here the next step sees `interruptedReason` and decides.
   */
  resultOf,
  /** Runs an effect as a step of the workflow around it; outside of any, as the first step of a chain. */
  step,
  /**
   * A workflow as a tool. Put `tool` into a toolkit, and the result of `handler` into its handlers. An error of the workflow is the tool's failure,
   * as text.
   *
   * @example
   * const research = Workflow.asTool(researchWorkflow, { name: "research", description: "Researches a topic", input: Schema.String, output: Schema.String })
   * const tools = Toolkit.make(research.tool)
   * const ToolsLive = tools.toLayer(Effect.map(research.handler, (handler) => ({ research: handler })))
   */
  asTool
}
