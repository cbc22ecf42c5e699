/**
 * Our own names next to another dialect's: `loom.tool` for `tool` next to `tool.name`, and `loom.error` always (see `recordedBeside`).
 */
import { prefixedNames, type Reading } from "./Reading.js"

export const loomReading: Reading = {
  names: prefixedNames(["agent", "error", "input", "output", "session_id", "tool", "user_id"]),
  role: () => undefined
}
