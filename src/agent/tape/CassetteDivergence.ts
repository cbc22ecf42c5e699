/**
 * The error of a played run that makes other requests than the recorded one.
 */
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

/** A request of a played run differs from the recorded one. The run ends with it as a defect, so that no fallback hides it. */
export class CassetteDivergence extends Data.TaggedError("CassetteDivergence")<{
  /** The turn of the agent, from 0; `undefined` outside of an agent's turns. */
  readonly turn: number | undefined
  /** The agent; `undefined` outside of any. */
  readonly agent: string | undefined
  /** The recorded span; `undefined` if nothing was recorded there. */
  readonly span: { readonly traceId: string; readonly spanId: string } | undefined
  /** The differences: `- ` before what was recorded, `+ ` before what was requested. Quotes content. */
  readonly diff: string
}> {
  override get message(): string {
    const { agent, diff, span, turn } = this
    const where = [
      ...(turn === undefined ? [] : [`turn ${turn}`]),
      ...(agent === undefined ? [] : [`agent ${JSON.stringify(agent)}`]),
      ...(span === undefined ? [] : [`span ${span.spanId}`])
    ].join(", ")
    return `The run differs from the recorded one${where === "" ? "" : ` in ${where}`}:\n${diff}`
  }
}

/** Dies with the divergence in a cause; `undefined` if there is none. Code that otherwise never fails lets it through, so that it ends the run. */
export const divergenceIn = (cause: Cause.Cause<unknown>): Effect.Effect<never> | undefined => {
  const divergence = Array.from(Cause.defects(cause)).find((defect) => defect instanceof CassetteDivergence)
  return divergence && Effect.die(divergence)
}
