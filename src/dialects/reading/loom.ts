/**
 * Reads our own names that were changed to avoid clashes with other dialects: `loom.tool` next to `tool.name`, and always `loom.error` (see
 * `withoutClashes`).
 */
import { prefixedNames, type Reading } from "./Reading.js"

export const loomReading: Reading = {
  names: prefixedNames(["agent", "error", "input", "output", "session_id", "tool", "user_id"]),
  role: () => undefined
}
