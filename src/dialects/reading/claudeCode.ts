/**
 * Reads the spans of Claude Code, which follow no convention. They count cached input tokens separately from other input tokens.
 */
import { amountOf, oneOf, plain, type Reading, setContent, sumOf } from "./Reading.js"

const kind = oneOf(
  { "claude_code.interaction": "run", "claude_code.llm_request": "model", "claude_code.tool": "tool" } as const
)

const inputKeys = ["input_tokens", "cache_read_tokens", "cache_creation_tokens"]

export const claudeCodeReading: Reading = {
  names: {},
  role: (_, name) => kind(name),
  others: (attributes, role, set, name) => {
    if (kind(name) === undefined) {
      return
    }
    setContent(role, plain(attributes["user_prompt"] ?? attributes["tool_input"]), undefined, set)
    switch (role) {
      case "run":
        set("agent", "claude_code")
        return
      case "tool":
        set("tool", plain(attributes["tool_name"]))
        return
      case "model":
        set("model", plain(attributes["model"]))
        set("tokens_in", sumOf(inputKeys.map((key) => attributes[key])))
        set("tokens_out", amountOf(attributes["output_tokens"]))
        set("cached_tokens_in", amountOf(attributes["cache_read_tokens"]))
        set("cache_creation_tokens_in", amountOf(attributes["cache_creation_tokens"]))
    }
  }
}
