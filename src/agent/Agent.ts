/**
 * An agent: instructions, a model, tools, and a measured loop around them.
 *
 * The model is the `LanguageModel` layer that you provide, tools are a `Toolkit` of `@effect/ai`. Spans and metrics go to `Telemetry`; without
 * one, nothing is recorded and the result is the same. Prompts, arguments and results become attributes only if `captureContent` says so.
 */
import type { Agent as AgentValue, AgentOptions, ToolNeeds } from "./AgentOptions.js"
import { refuseAgentFaults } from "./optionFaults.js"
import { agentOf } from "./run/runAgent.js"
import type { Tools } from "./tools/looseToolkit.js"

/** An agent; `R` is what its tools require. */
export type Agent<R = never> = AgentValue<R>

/** Agents. */
export const Agent: {
  /**
   * Makes an agent. Throws a `RangeError` naming the option if a limit is invalid, for example `NaN`.
   *
   * @example
   * const agent = Agent.make({ name: "arithmetic", instructions: "Arithmetic assistant.", toolkit: tools })
   * const result = agent.run("What is 2 + 3?", { userId: "alice" })
   */
  readonly make: <AgentTools extends Tools = {}>(options: AgentOptions<AgentTools>) => Agent<ToolNeeds<AgentTools>>
} = {
  make: (options) => {
    refuseAgentFaults("Agent.make", options)
    return agentOf({ ...options, toolkit: options.toolkit as never, architecture: "agent", local: [] })
  }
}
