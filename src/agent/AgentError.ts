/**
 * How a run can fail. Tools do not fail a run; a model that cannot be reached or answers nonsense does.
 */
import * as Schema from "effect/Schema"

/** A run failed. */
export class AgentError extends Schema.TaggedError<AgentError>("loom-telemetry/agent/AgentError")("AgentError", {
  /** The name of the agent. */
  agent: Schema.String,
  /** The turn in which it failed, from 0. */
  turn: Schema.Number,
  /** What kind of failure: there is one so far. */
  reason: Schema.Literal("ModelCallFailed"),
  /** What the model port said: an `AiError` of `@effect/ai`. */
  cause: Schema.Defect
}) {
  override get message(): string {
    return `The agent ${JSON.stringify(this.agent)} failed in turn ${this.turn}: the model call failed${
      kindOf(this.cause)
    }. See \`cause\` for what it said`
  }
}

/** Modules of this package: their descriptions quote nothing. Others may quote what was said, and a message ends up in records. */
const ownModules: ReadonlySet<unknown> = new Set(["ScriptedModel", "loom-telemetry"])

const kindOf = (cause: unknown): string => {
  if (typeof cause !== "object" || cause === null || !("_tag" in cause)) {
    return ""
  }
  return "module" in cause && ownModules.has(cause.module) && "description" in cause
    ? ` (${String(cause.description)})`
    : ` (${String(cause._tag)})`
}
