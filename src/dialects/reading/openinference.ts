/**
 * Reads the names of OpenInference. Messages are spread over attributes such as `llm.input_messages.0.message.content`.
 */
import { numbered } from "./numbered.js"
import { oneOf, plain, type Reading, setContent, sumOf } from "./Reading.js"

const kind = oneOf({ LLM: "model", EMBEDDING: "model", AGENT: "run", TOOL: "tool" } as const)

export const openinferenceReading: Reading = {
  names: {
    "agent.name": "agent",
    "session.id": "session_id",
    "user.id": "user_id",
    "llm.model_name": "model",
    "embedding.model_name": "model",
    "llm.provider": "provider",
    "llm.system": "provider",
    "llm.finish_reason": "finish_reason",
    "llm.token_count.prompt": "tokens_in",
    "llm.token_count.completion": "tokens_out",
    "llm.token_count.prompt_details.cache_read": "cached_tokens_in",
    "llm.token_count.prompt_details.cache_write": "cache_creation_tokens_in",
    "llm.token_count.completion_details.reasoning": "reasoning_tokens_out",
    "llm.cost.total": "cost_usd",
    "tool.name": "tool",
    "tool.id": "call_id",
    "tool_call.id": "call_id",
    "graph.node.name": "node"
  },
  role: (attributes) => kind(attributes["openinference.span.kind"]),
  others: (attributes, role, set, name) => {
    const isModel = role === "model"
    const input = isModel ? numbered(attributes, "llm.input_messages.") : undefined
    const output = isModel ? numbered(attributes, "llm.output_messages.") : undefined
    setContent(role, input ?? plain(attributes["input.value"]), output ?? plain(attributes["output.value"]), set)
    set("cost_usd", sumOf([attributes["llm.cost.prompt"], attributes["llm.cost.completion"]]))
    if (kind(attributes["openinference.span.kind"]) === "run") {
      set("agent", plain(attributes["graph.node.id"]) ?? name)
    }
  }
}
