/**
 * The position of a run: the runs above it, and the listener to the events below them.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { AgentEvent } from "../AgentEvent.js"

/** A place below some runs, or below none. */
export interface RunPlace {
  /** The ids of the runs, from the root. */
  readonly path: ReadonlyArray<string>
  /** Takes the events of the runs below, if a run above is streamed with them. */
  readonly listener: ((event: AgentEvent) => Effect.Effect<void>) | undefined
}

/** Outside of any run. */
export const outside: RunPlace = { path: [], listener: undefined }

/** The place of the fiber. */
export class CurrentPlace extends Context.Reference<CurrentPlace>()("loom-telemetry/agent/CurrentPlace", {
  defaultValue: (): RunPlace => outside
}) {}
