/**
 * How a run fails. Tool errors never fail a run; a model that cannot be reached, or whose answer makes no sense, does.
 */
import * as Prompt from "@effect/ai/Prompt"
import * as Schema from "effect/Schema"

/** A run failed. Carries what the run had achieved so far, so that the work and its cost are not lost. */
export class AgentError extends Schema.TaggedError<AgentError>("loom-telemetry/agent/AgentError")("AgentError", {
  /** The name of the agent. */
  agent: Schema.String,
  /** The turn that failed, from 0. */
  turn: Schema.Number,
  /** The kind of failure; there is only one so far. */
  reason: Schema.Literal("ModelCallFailed"),
  /** The `AiError` of `@effect/ai`. */
  cause: Schema.Defect,
  /** Turns started, ≥ 1. */
  turns: Schema.Number,
  /** All input tokens so far, as in a `RunResult`. */
  tokensIn: Schema.Number,
  /** All output tokens so far, as in a `RunResult`. */
  tokensOut: Schema.Number,
  /** US dollars so far; `null` if no call had a known price. */
  costUsd: Schema.NullOr(Schema.Number),
  /** The conversation up to the failed turn, without its instructions. Pass it as `history` to continue. */
  messages: Schema.Array(Prompt.Message)
}) {
  override get message(): string {
    return `The agent ${JSON.stringify(this.agent)} failed in turn ${this.turn}: the model call failed${
      kindOf(this.cause)
    }. See \`cause\` for details`
  }
}

/** Modules of this package, whose descriptions quote nothing. Others may quote content, and messages end up in records. */
const ownModules: ReadonlySet<unknown> = new Set(["ScriptedModel", "loom-telemetry"])

const kindOf = (cause: unknown): string => {
  if (typeof cause !== "object" || cause === null || !("_tag" in cause)) {
    return ""
  }
  return "module" in cause && ownModules.has(cause.module) && "description" in cause
    ? ` (${String(cause.description)})`
    : ` (${String(cause._tag)})`
}
