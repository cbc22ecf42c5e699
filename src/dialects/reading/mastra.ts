/**
 * Reads the names that Mastra's exporter adds to those of the GenAI conventions: the metadata of a run, and the thread and resource of its memory.
 */
import type { Reading } from "./Reading.js"

export const mastraReading: Reading = {
  names: {
    "mastra.metadata.userId": "user_id",
    "mastra.metadata.resourceId": "user_id",
    "mastra.metadata.sessionId": "session_id",
    "mastra.metadata.threadId": "session_id"
  },
  role: () => undefined
}
