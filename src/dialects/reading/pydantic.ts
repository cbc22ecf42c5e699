/**
 * Reads the names that Pydantic AI adds to the GenAI conventions. Older versions do not use the conventions' names for the operation and the agent of
 * a run.
 */
import { plain, type Reading, setContent } from "./Reading.js"

export const pydanticReading: Reading = {
  names: {
    "agent_name": "agent",
    "gen_ai.aggregated_usage.input_tokens": "tokens_in",
    "gen_ai.aggregated_usage.output_tokens": "tokens_out",
    "gen_ai.aggregated_usage.cache_read.input_tokens": "cached_tokens_in",
    "gen_ai.aggregated_usage.details.reasoning_tokens": "reasoning_tokens_out",
    "gen_ai.usage.details.cache_read_tokens": "cached_tokens_in",
    "gen_ai.usage.details.cache_read_input_tokens": "cached_tokens_in",
    "gen_ai.usage.details.cached_tokens": "cached_tokens_in",
    "gen_ai.usage.details.cached_content_tokens": "cached_tokens_in",
    "gen_ai.usage.details.cache_write_tokens": "cache_creation_tokens_in",
    "gen_ai.usage.details.cache_creation_input_tokens": "cache_creation_tokens_in",
    "gen_ai.usage.details.reasoning_tokens": "reasoning_tokens_out",
    "gen_ai.usage.details.thoughts_tokens": "reasoning_tokens_out",
    "tool_arguments": "arguments",
    "tool_response": "result"
  },
  role: ({ agent_name: agent, model_name: model }) => agent !== undefined && model !== undefined ? "run" : undefined,
  others: (attributes, role, set) => {
    const messages = attributes["pydantic_ai.all_messages"] ?? attributes["all_messages_events"]
    if (role === "run") {
      setContent(role, plain(messages), plain(attributes["final_result"]), set)
    }
  }
}
