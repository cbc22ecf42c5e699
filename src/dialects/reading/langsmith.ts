/**
 * Reads the names that LangSmith's exporter adds to the GenAI conventions. It marks prompts and retrievers as model calls, so the kind decides.
 */
import { oneOf, type Reading } from "./Reading.js"

const kind = oneOf({ llm: "model", embedding: "model", tool: "tool" } as const)

export const langsmithReading: Reading = {
  names: {
    "langsmith.metadata.user_id": "user_id",
    "langsmith.metadata.session_id": "session_id",
    "langsmith.metadata.thread_id": "session_id",
    "langsmith.metadata.conversation_id": "session_id"
  },
  role: ({ "langsmith.span.kind": stated }) =>
    typeof stated === "string" ? kind(stated.toLowerCase()) ?? null : undefined
}
