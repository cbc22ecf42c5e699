/**
 * The names that Langfuse reads in addition to session, user and the GenAI names: the time of the first token and the cost of a call.
 */
import { isoFromNanos } from "../records/instants.js"
import { roleOf } from "../records/vocabulary.js"
import { type Dialect, numberOf } from "./Dialect.js"

const completionStart = (start: bigint, ttftMs: number | undefined): string | undefined =>
  ttftMs === undefined ? undefined : isoFromNanos(start + BigInt(Math.round(ttftMs * 1_000_000)))

export const langfuse: Dialect = ({ attributes, name, start }, put) => {
  if (roleOf(name) === "model") {
    put("langfuse.observation.completion_start_time", completionStart(start, numberOf(attributes, "ttft_ms")))
    put("gen_ai.usage.cost", numberOf(attributes, "cost_usd"))
  }
}
