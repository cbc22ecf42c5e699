/**
 * The tools that a run of an agent can call, including those of its workers.
 *
 * Handlers are found by tool name, so two tools with the same name would share one handler. A copy of an agent keeps its tools.
 */
import type * as Tool from "@effect/ai/Tool"
import type { Tools } from "./looseToolkit.js"

const tools = Symbol.for("loom-telemetry/agent/tools")

/** The part of an agent that a supervisor reads. */
export interface Reachable {
  readonly [tools]?: ReadonlyArray<Tool.Any>
}

/** The tools of an agent; empty if it is not an agent of this package. */
export const toolsOf = (agent: Reachable): ReadonlyArray<Tool.Any> => agent[tools] ?? []

/** The member for an agent with these tools and these workers. */
export const reachable = (own: Tools | undefined, workers: ReadonlyArray<Reachable>): Reachable => ({
  [tools]: [...Object.values(own ?? {}), ...workers.flatMap(toolsOf)]
})

/** A name that two different tools share, if there is one. */
export const sharedName = (all: ReadonlyArray<Tool.Any>): string | undefined => {
  const byName = new Map<string, Tool.Any>()
  return all.find((tool) => {
    const known = byName.get(tool.name) ?? tool
    byName.set(tool.name, known)
    return known !== tool
  })?.name
}
