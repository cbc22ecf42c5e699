/**
 * Who a run belongs to. While one is provided, every metric carries its `user_id`, and every span of this package its `user_id`
 * and `session_id`: in forked fibers, daemons, streams, parallel tools and sub-agents, with nothing passed along by hand.
 *
 * It is a `Context.Reference`: it flows like any service, and two runs side by side never see each other's. An attribute that is
 * given explicitly wins. It does not label spans of other libraries.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { handled } from "../records/promises.js"
import { unserializable } from "../records/text.js"

/** What is known of the current run. Every member is optional; an empty one labels nothing. */
export interface RunContextShape {
  /** Put on spans and metrics as `user_id`. */
  readonly userId?: string
  /** Put on spans as `session_id`. */
  readonly sessionId?: string
  /** The run's own id, as on its `loom.run` span. */
  readonly runId?: string
  /** Whatever the application wants to find again with `yield* RunContext`; it is not put on records. */
  readonly metadata?: { readonly [key: string]: unknown }
}

const empty: RunContextShape = Object.freeze({})

/**
 * The current run.
 *
 * @example
 * program.pipe(Effect.provideService(RunContext, { userId: "alice", sessionId: "s-1" }))
 */
export class RunContext extends Context.Reference<RunContext>()("loom-telemetry/RunContext", {
  defaultValue: (): RunContextShape => empty
}) {
  /**
   * Runs an effect with these members on top of the current ones.
   */
  static with(
    members: RunContextShape
  ): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R> {
    return (self) =>
      Effect.flatMap(RunContext, (current) => Effect.provideService(self, RunContext, { ...current, ...members }))
  }
}

/** The current run in a context; the same as to ask for the tag, for where that would be much of the cost. */
export const runOf = (context: Context.Context<never>): RunContextShape =>
  context.unsafeMap.get(RunContext.key) ?? empty

/** Whose run it is, or its session: read with care, as a record's value. */
export const labelOf = (run: RunContextShape, label: "userId" | "sessionId"): string | undefined => {
  try {
    return handled(run[label])
  } catch {
    return unserializable
  }
}
