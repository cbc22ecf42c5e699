/**
 * What Langfuse reads beside the GenAI names: session and user on every span, when the answer began, what a call cost.
 */
import { isoFromNanos } from "../../records/instants.js"
import { type Dialect, numberOf, present } from "./Dialect.js"

const completionStart = (start: bigint, ttftMs: number | undefined): string | undefined =>
  ttftMs === undefined ? undefined : isoFromNanos(start + BigInt(Math.round(ttftMs * 1_000_000)))

/** The Langfuse names of a span. */
export const langfuse: Dialect = (span) =>
  present({
    "session.id": span.sessionId,
    "user.id": span.userId,
    ...(span.name === "loom.model.stream" && {
      "langfuse.observation.completion_start_time": completionStart(span.start, numberOf(span.attributes, "ttft_ms")),
      "gen_ai.usage.cost": numberOf(span.attributes, "cost_usd")
    })
  })
