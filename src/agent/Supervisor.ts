/**
 * An agent that delegates to other agents.
 *
 * It has one more tool, `delegate(worker, instructions)`. The delegations of one turn run concurrently, each as a run below the tool's span. What
 * the workers use counts in the supervisor's result and budget.
 */
import * as Tool from "@effect/ai/Tool"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { RunResult } from "./AgentEvent.js"
import type { Agent, AgentOptions, ToolNeeds } from "./AgentOptions.js"
import { refuseAgentFaults } from "./optionFaults.js"
import { agentOf } from "./run/runAgent.js"
import type { LocalTool, Tools } from "./tools/looseToolkit.js"

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

const delegateTool = (names: ReadonlyArray<string>) =>
  Tool.make("delegate", {
    description: `Delegates a task to a worker and returns its answer. Workers: ${names.join(", ")}`,
    parameters: {
      // To the model an enum, to us any string: a made-up name is answered with the names that exist.
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

const delegate = (workers: Workers): LocalTool => {
  const names = Object.keys(workers)
  const run = ({ instructions, worker }: Delegation): Effect.Effect<string, unknown, unknown> =>
    Object.hasOwn(workers, worker)
      ? Effect.map(workers[worker]!.run(instructions), answerOf)
      : new UnknownWorkerError({ worker, workers: names })
  return {
    tool: delegateTool(names),
    // What the workers require is in the context of the supervisor's run, as its type says.
    handler: (params: Delegation) => run(params) as Effect.Effect<string, unknown>,
    worker: (params) =>
      typeof params === "object" && params !== null && "worker" in params && typeof params.worker === "string"
        ? params.worker
        : undefined
  }
}

/** Agents that delegate. */
export const Supervisor: {
  /**
   * Makes an agent with the architecture `supervisor` and a `delegate` tool for these workers. Throws like `Agent.make`.
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
    return agentOf({
      ...options,
      toolkit: options.toolkit as never,
      architecture: "supervisor",
      local: [delegate(options.workers)]
    })
  }
}
