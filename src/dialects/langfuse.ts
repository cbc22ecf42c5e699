/**
 * What Langfuse reads beside the GenAI names: session and user on every span, when the answer began, what a call cost.
 */
import { isoFromNanos } from "../records/instants.js"
import { roleOf } from "../records/vocabulary.js"
import { type Dialect, numberOf } from "./Dialect.js"

const completionStart = (start: bigint, ttftMs: number | undefined): string | undefined =>
  ttftMs === undefined ? undefined : isoFromNanos(start + BigInt(Math.round(ttftMs * 1_000_000)))

/** The Langfuse names of a span. */
export const langfuse: Dialect = ({ attributes, name, sessionId, start, userId }, put) => {
  put("session.id", sessionId)
  put("user.id", userId)
  if (roleOf(name) === "model") {
    put("langfuse.observation.completion_start_time", completionStart(start, numberOf(attributes, "ttft_ms")))
    put("gen_ai.usage.cost", numberOf(attributes, "cost_usd"))
  }
}
