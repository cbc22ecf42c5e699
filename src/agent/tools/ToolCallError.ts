/**
 * Why a tool call failed, with a text for the records, without content, and another one for the model.
 */
import * as Data from "effect/Data"

/** The recorded texts. They say nothing about the call's parameters or results, which are content. */
const reasons = {
  UnknownTool: "there is no tool with that name",
  InvalidParameters: "the parameters do not fit the tool's schema",
  InvalidResult: "the result does not fit the tool's schema",
  UnsendableResult: "the result cannot be sent to a model",
  TimedOut: "the tool did not answer in time",
  NoHandler: "the tool has no handler: provide the layer of its toolkit",
  ToolFailed: "the tool returned a failure",
  ModelCallFailed: "a model call of the tool failed",
  TooManyCalls: "the turn has more tool calls than maxToolCallsPerTurn",
  BudgetSpent: "the budget was spent before the tool started"
} as const

/** A failed tool call. */
export class ToolCallError extends Data.TaggedError("ToolCallError")<{
  readonly reason: keyof typeof reasons
  /** What the model receives. */
  readonly forModel: string
}> {
  override get message(): string {
    return reasons[this.reason]
  }
}
