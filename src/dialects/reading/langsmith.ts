/**
 * Reads the names that LangSmith's exporter adds to the GenAI conventions. It gives prompts and retrievers the operations of model calls.
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
  role: ({ "langsmith.span.kind": said }) => typeof said === "string" ? kind(said.toLowerCase()) ?? null : undefined
}
