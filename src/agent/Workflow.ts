/**
 * Work in a fixed order: one step after another, one of several, several at once, one again and again.
 *
 * A workflow is a function from its input to an effect, so that workflows, agents and plain functions go into each other. Each run is a
 * `loom.workflow` span with a `loom.workflow.step` for every node. A failing step fails the workflow with its own error and interrupts what runs
 * beside it.
 */
import * as Tool from "@effect/ai/Tool"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { defaultLimits } from "../records/attributes.js"
import { Loom, type WorkflowPattern } from "../telemetry/Loom.js"
import { describe } from "../telemetry/tracing/outcome.js"
import { shielded } from "./model/ModelCallError.js"
import { refuseLoopFaults } from "./optionFaults.js"
import { withGiven } from "./run/ambientContext.js"
import { beginWorkflow, CurrentWorkflow, type RunningWorkflow } from "./workflow/CurrentWorkflow.js"
import type { AnyStep, StepError, StepInput, StepNeeds, StepOutput } from "./workflow/WorkflowStep.js"
import { nameOf, runStep } from "./workflow/WorkflowStep.js"

/** A workflow: call it with its input. Its `name` is its own. */
export interface Workflow<in I, out O, out E, out R> {
  (input: I): Effect.Effect<O, E, R>
  /** As on its `loom.workflow` span. */
  readonly name: string
}

type Steps = readonly [AnyStep, ...ReadonlyArray<AnyStep>]
type Branches = { readonly [node: string]: AnyStep }

/** The steps, each of which takes what the one before gives; the first that does not is marked. */
type Linked<S extends ReadonlyArray<unknown>> = S extends readonly [infer A, infer B, ...infer Rest]
  ? StepOutput<A> extends StepInput<B> ? readonly [A, ...Linked<readonly [B, ...Rest]>]
  : readonly [A, { readonly error: "this step does not take what the one before it gives" }, ...Rest]
  : S

type Last<S extends ReadonlyArray<unknown>> = S extends readonly [...ReadonlyArray<unknown>, infer L] ? L : never

/** What all of these steps can take. */
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
      )
    })
  return Object.defineProperty(run, "name", { value: name }) as W
}

const next = (workflow: RunningWorkflow, step: AnyStep, input: unknown, node?: string) => {
  const ordinal = workflow.nextStep()
  return runStep(workflow, step, node ?? nameOf(step, ordinal), ordinal, input)
}

/** One step after another, each with what the one before gave. */
const chain = <const S extends Steps>(
  name: string,
  steps: S & Linked<S>
): Workflow<StepInput<S[0]>, StepOutput<Last<S>>, StepError<S[number]>, StepNeeds<S[number]>> =>
  define(name, "chain", (input, workflow) =>
    (steps as Steps).reduce<Effect.Effect<unknown, unknown>>(
      (before, step) => Effect.flatMap(before, (value) => next(workflow, step, value)),
      Effect.succeed(input)
    ))

/** What decides which way to go, and the ways. */
export interface RouteOptions<C extends AnyStep, S extends Branches, O extends AnyStep> {
  /** Gives the name of a route; white space around it is ignored. */
  readonly classify: C
  readonly routes: S
  /** Taken where no route has the name that was given. */
  readonly otherwise: O
}

/** One of several steps, chosen by what `classify` says of the input. */
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

/** All branches at once, with the same input; gives the outputs by name. */
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

/** Asks whether to stop after an output; `iteration` counts from 0. */
export type Question<in O> = (output: O, iteration: number) => boolean | Effect.Effect<boolean, unknown, unknown>

// From the question as a whole: with parameters of their own for error and needs, a loop inside a chain would get `unknown` for both.
type QuestionError<Answer> = Answer extends Effect.Effect<boolean, infer E, unknown> ? E : never
type QuestionNeeds<Answer> = Answer extends Effect.Effect<boolean, unknown, infer R> ? R : never

/** What is repeated, and until when. */
export interface LoopOptions<S extends AnyStep, Q extends Question<StepOutput<S>>> {
  /** Gives what it takes. */
  readonly body: S
  readonly until: Q
  /** Iterations after which it stops in any case, ≥ 1; anything else is refused with a `RangeError`. */
  readonly max: number
}

/** One step again and again, each time with what it gave before; gives the last output. */
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

/** Runs an effect as one step of the workflow around it; outside of one, as the first step of a chain. */
const step = (node: string) => <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(CurrentWorkflow, (workflow) =>
    shielded(
      Effect.provideService(self, CurrentWorkflow, beginWorkflow("chain")),
      Loom.workflowStep({ step: workflow?.nextStep() ?? 0, node, pattern: workflow?.pattern ?? "chain" })
    ))

/** How a workflow looks to a model. */
export interface AsToolOptions<Name extends string, I, IE, O, OE> {
  /** The name of the tool. */
  readonly name: Name
  readonly description: string
  /** Its input, as the tool's one parameter `input`. */
  readonly input: Schema.Schema<I, IE>
  readonly output: Schema.Schema<O, OE>
}

/**
 * A workflow as a tool: put `tool` into a toolkit, and what `handler` gives into its handlers. An error of the workflow is the tool's failure, as text.
 *
 * @example
 * const research = Workflow.asTool(researchWorkflow, { name: "research", description: "Researches a topic", input: Schema.String, output: Schema.String })
 * const tools = Toolkit.make(research.tool)
 * const ToolsLive = tools.toLayer(Effect.map(research.handler, (handler) => ({ research: handler })))
 */
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
  /** One step after another, each with what the one before gave. */
  chain,
  /** One of several steps, chosen by what `classify` says of the input. */
  route,
  /** All branches at once, with the same input; gives the outputs by name. */
  parallel,
  /** One step again and again, each time with what it gave before; gives the last output. */
  loop,
  /** Runs an effect as one step of the workflow around it; outside of one, as the first step of a chain. */
  step,
  /** A workflow as a tool: put `tool` into a toolkit, and what `handler` gives into its handlers. */
  asTool
}
