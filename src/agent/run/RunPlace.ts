/**
 * The position of a run: its parent runs, and the listener to the events of child runs.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { AgentEvent } from "../AgentEvent.js"

/** A place inside of runs, or outside of any. */
export interface RunPlace {
  /** The ids of the runs, from the root. */
  readonly path: ReadonlyArray<string>
  /** Receives the events of child runs, if a parent run streams them. */
  readonly listener: ((event: AgentEvent) => Effect.Effect<void>) | undefined
}

/** Outside of any run. */
export const outside: RunPlace = { path: [], listener: undefined }

/** The place of the fiber. */
export class CurrentPlace extends Context.Reference<CurrentPlace>()("loom-telemetry/agent/CurrentPlace", {
  defaultValue: (): RunPlace => outside
}) {}
