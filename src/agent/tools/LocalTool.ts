/**
 * A tool that the package itself runs, such as a supervisor's `delegate`: its handler comes with it, no layer provides it.
 */
import type * as Tool from "@effect/ai/Tool"
import type * as Effect from "effect/Effect"

/** A tool and its handler. */
export interface LocalTool {
  readonly tool: Tool.Any
  /** Runs with decoded parameters. */
  readonly handler: (params: never) => Effect.Effect<unknown, unknown>
  /** The sub-agent that a call hands work to, from the parameters as the model wrote them. */
  readonly worker?: (params: unknown) => string | undefined
}
