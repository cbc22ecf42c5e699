/**
 * The workflow that a fiber is in: what a step needs to know about where it stands.
 */
import * as Context from "effect/Context"
import type { WorkflowPattern } from "../../telemetry/Loom.js"

/** A workflow that is under way. */
export interface RunningWorkflow {
  readonly pattern: WorkflowPattern
  /** The ordinal of the next step, from 0. */
  readonly nextStep: () => number
}

/** A workflow that has begun. */
export const beginWorkflow = (pattern: WorkflowPattern): RunningWorkflow => {
  let steps = 0
  return { pattern, nextStep: () => steps++ }
}

/** The innermost workflow around the fiber. */
export class CurrentWorkflow extends Context.Reference<CurrentWorkflow>()("loom-telemetry/agent/CurrentWorkflow", {
  defaultValue: (): RunningWorkflow | undefined => undefined
}) {}
