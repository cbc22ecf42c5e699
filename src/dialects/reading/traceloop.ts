/**
 * Reads the names that OpenLLMetry adds to the GenAI conventions. Older versions do not write `gen_ai.operation.name`.
 */
import { type Foreign, oneOf, plain, type Reading, setContent } from "./Reading.js"

const kind = oneOf({ workflow: "workflow", agent: "run", tool: "tool" } as const)
const request = oneOf(
  { chat: "model", completion: "model", embedding: "model", rerank: "model" } as const
)

const roleOf = (attributes: Foreign) =>
  kind(attributes["traceloop.span.kind"]) ?? request(attributes["llm.request.type"])

/** Our attribute for the name of a span, by role. */
const nameKeys = { workflow: "workflow", run: "agent", tool: "tool" } as const

export const traceloopReading: Reading = {
  names: {
    "traceloop.association.properties.user_id": "user_id",
    "traceloop.association.properties.userId": "user_id",
    "traceloop.association.properties.session_id": "session_id",
    "traceloop.association.properties.sessionId": "session_id",
    "traceloop.association.properties.thread_id": "session_id",
    "traceloop.association.properties.conversation_id": "session_id",
    "llm.is_streaming": "streaming",
    "llm.response.finish_reason": "finish_reason",
    "llm.response.stop_reason": "finish_reason"
  },
  role: roleOf,
  others: (attributes, role, set) => {
    const input = plain(attributes["traceloop.entity.input"])
    setContent(role, input, plain(attributes["traceloop.entity.output"]), set)
    const own = kind(attributes["traceloop.span.kind"])
    if (own !== undefined && own === role) {
      set(nameKeys[own], plain(attributes["traceloop.entity.name"]))
    }
  }
}
