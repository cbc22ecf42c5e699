/**
 * An agent: instructions, a model, tools, and a loop around them; every step of it measured.
 *
 * The model is whatever layer of `LanguageModel` is provided, tools are a `Toolkit` of `@effect/ai`. What happened is emitted through
 * `Telemetry`; where none is provided nothing is recorded and the result is the same. No prompt, argument or result becomes an attribute
 * unless `captureContent` says so.
 */
import type { Agent as AgentValue, AgentOptions, ToolNeeds } from "./AgentOptions.js"
import { refuseAgentFaults } from "./optionFaults.js"
import { agentOf } from "./run/runAgent.js"
import type { Tools } from "./tools/looseToolkit.js"

/** An agent; `R` is what its tools need from the context. */
export type Agent<R = never> = AgentValue<R>

/** Agents. */
export const Agent: {
  /**
   * An agent that answers with the help of tools. A limit that is none, such as `NaN`, is refused with a `RangeError`.
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
