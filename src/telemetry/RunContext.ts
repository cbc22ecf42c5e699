/**
 * The user and session of a run. While it is provided, every metric carries its `user_id`, and every span of this package its `user_id`
 * and `session_id`: in forked fibers, daemons, streams, parallel tools and sub-agents, without passing anything by hand.
 *
 * It is a `Context.Reference` and propagates like any service; concurrent runs never see each other's. Explicit attributes take
 * precedence. Spans of other libraries are not labelled.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { handled } from "../records/promises.js"
import { unserializable } from "../records/text.js"

/** The current run. Every member is optional. */
export interface RunContextShape {
  /** Set on spans and metrics as `user_id`. */
  readonly userId?: string
  /** Set on spans as `session_id`. */
  readonly sessionId?: string
  /** The run's id, as on its `loom.run` span. */
  readonly runId?: string
  /** Data of your application, available with `yield* RunContext`; never recorded. */
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
  /** Runs an effect with these members added to the current ones. */
  static with(
    members: RunContextShape
  ): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R> {
    return (self) =>
      Effect.flatMap(RunContext, (current) => Effect.provideService(self, RunContext, { ...current, ...members }))
  }
}

/** The current run in a context; cheaper than reading the tag. */
export const runOf = (context: Context.Context<never>): RunContextShape =>
  context.unsafeMap.get(RunContext.key) ?? empty

/** The user or session of a run. Never throws, even if the member is a getter that does. */
export const labelOf = (run: RunContextShape, label: "userId" | "sessionId"): string | undefined => {
  try {
    return handled(run[label])
  } catch {
    return unserializable
  }
}
