/**
 * An agent that delegates to other agents.
 *
 * It has an additional tool, `delegate(worker, instructions)`. The delegations of one turn run concurrently, each as a run below the tool's span.
 * The workers' usage counts toward the supervisor's result and budget.
 */
import * as Tool from "@effect/ai/Tool"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { RunResult } from "./AgentEvent.js"
import type { Agent, AgentOptions, ToolNeeds } from "./AgentOptions.js"
import { refuseAgentFaults, refuseDepthFaults } from "./optionFaults.js"
import { agentOf } from "./run/runAgent.js"
import { CurrentPlace } from "./run/RunPlace.js"
import type { LocalTool, Tools } from "./tools/looseToolkit.js"
import { type Reachable, sharedName, toolsOf } from "./tools/reachable.js"

/** Agents, by the names that the supervisor uses for them. */
export type Workers = { readonly [name: string]: Agent<unknown> }

/** What the workers' tools require. */
export type WorkerNeeds<W extends Workers> = W[keyof W] extends Agent<infer R> ? R : never

/** The parts of a supervisor. */
export interface SupervisorOptions<W extends Workers, SupervisorTools extends Tools>
  extends AgentOptions<SupervisorTools>
{
  /** The agents that `delegate` may call, by name. */
  readonly workers: W
  /** How deeply runs may be nested by delegation, counting the root, ≥ 1; beyond that the model receives an error. Default 8. */
  readonly maxDelegationDepth?: number | undefined
}

/** The model named a worker that does not exist. */
class UnknownWorkerError extends Data.TaggedError("UnknownWorkerError")<{
  readonly worker: string
  readonly workers: ReadonlyArray<string>
}> {
  override get message(): string {
    return `There is no worker named ${JSON.stringify(this.worker)}. The workers are: ${this.workers.join(", ")}`
  }
}

/** A delegation would exceed the maximum depth. */
class DelegationTooDeepError extends Data.TaggedError("DelegationTooDeepError")<{ readonly limit: number }> {
  override get message(): string {
    return `Delegation is limited to ${this.limit} nested runs (maxDelegationDepth), and this run is the last one. Do the task yourself`
  }
}

const delegateTool = (names: ReadonlyArray<string>) =>
  Tool.make("delegate", {
    description: `Delegates a task to a worker and returns its answer. Workers: ${names.join(", ")}`,
    parameters: {
      // An enum for the model, but any string for us, so that a made-up name is answered with the existing ones.
      worker: Schema.String.annotations({ jsonSchema: { type: "string", enum: [...names] } }),
      instructions: Schema.String.annotations({
        description: "What the worker should do, with everything it needs to know"
      })
    },
    success: Schema.String
  })

interface Delegation {
  readonly worker: string
  readonly instructions: string
}

const answerOf = ({ interruptedReason, output }: RunResult): string =>
  interruptedReason === null ? output : `${output}\n[The worker was stopped: ${interruptedReason}]`

const delegate = (workers: Workers, limit: number): LocalTool => {
  const names = Object.keys(workers)
  const run = ({ instructions, worker }: Delegation): Effect.Effect<string, unknown, unknown> =>
    Object.hasOwn(workers, worker)
      ? Effect.flatMap(CurrentPlace, ({ path }): Effect.Effect<string, unknown, unknown> =>
        path.length < limit
          ? Effect.map(workers[worker]!.run(instructions), answerOf)
          : new DelegationTooDeepError({ limit }))
      : new UnknownWorkerError({ worker, workers: names })
  return {
    tool: delegateTool(names),
    // What the workers require is in the context of the supervisor's run, as its type says.
    handler: (params: Delegation) => run(params) as Effect.Effect<string, unknown>,
    worker: (params) =>
      typeof params === "object" && params !== null && "worker" in params && typeof params.worker === "string"
        ? { name: params.worker, exists: Object.hasOwn(workers, params.worker) }
        : undefined
  }
}

const defaultDepth = 8

const refuseSharedNames = (own: Tools, workers: ReadonlyArray<Reachable>): void => {
  if (Object.values(own).some(({ name }) => name === "delegate")) {
    throw new TypeError("Supervisor.make: a supervisor already has a tool `delegate`. Rename the one in `toolkit`")
  }
  const shared = sharedName([...Object.values(own), ...workers.flatMap(toolsOf)])
  if (shared !== undefined) {
    throw new TypeError(
      `Supervisor.make: two different tools are named ${JSON.stringify(shared)}, and one handler would run for both. ` +
        "Rename one of them, or give both agents the same tool"
    )
  }
}

/** Agents that delegate. */
export const Supervisor: {
  /**
   * Makes an agent with the architecture `supervisor` and a `delegate` tool for these workers. Throws like `Agent.make`, and a `TypeError` if its own
   * toolkit has a tool named `delegate`, or if two different tools of the supervisor and its workers share a name: one handler would run for both.
   *
   * @example
   * const boss = Supervisor.make({ name: "editor", instructions: "Plan, then delegate.", workers: { researcher, writer } })
   */
  readonly make: <const W extends Workers, SupervisorTools extends Tools = {}>(
    options: SupervisorOptions<W, SupervisorTools>
  ) => Agent<ToolNeeds<SupervisorTools> | WorkerNeeds<W>>
} = {
  make: (options) => {
    refuseAgentFaults("Supervisor.make", options)
    refuseDepthFaults("Supervisor.make", options.maxDelegationDepth)
    const workers = Object.values<object>(options.workers)
    refuseSharedNames(options.toolkit?.tools ?? {}, workers)
    return agentOf({
      ...options,
      toolkit: options.toolkit as never,
      architecture: "supervisor",
      workers,
      local: [delegate(options.workers, options.maxDelegationDepth ?? defaultDepth)]
    })
  }
}
