/**
 * Reads the names of OpenTelemetry's conventions for generative AI: 1.36 to 1.41, the first release of their own repository (0.1), and older names
 * that instrumentations still write.
 */
import { numbered } from "./numbered.js"
import { amountOf, jsonObject, jsonValue, oneOf, plain, type Read, type Reading, setContent } from "./Reading.js"

/** Roles by `gen_ai.operation.name`, with the names of Semantic Kernel. `create_agent` and `retrieval` have no role. */
const operation = oneOf(
  {
    chat: "model",
    text_completion: "model",
    generate_content: "model",
    embeddings: "model",
    completion: "model",
    "chat.completions": "model",
    "chat.streaming_completions": "model",
    "text.completions": "model",
    "text.streaming_completions": "model",
    invoke_agent: "run",
    execute_tool: "tool",
    invoke_workflow: "workflow",
    agent_step: "turn"
  } as const
)

/** The first reason of a list, which some producers write as JSON. */
const firstReason: Read = (value, set) => {
  const list: unknown = typeof value === "string" && value.startsWith("[") ? jsonValue(value) : value
  set("finish_reason", plain(Array.isArray(list) ? list[0] : list))
}

const seconds: Read = (value, set) => {
  const amount = amountOf(value)
  set("ttft_ms", amount === undefined ? undefined : amount * 1000)
}

/** An entry of a JSON object. */
const entry = (key: string, own: "cached_tokens_in" | "cache_creation_tokens_in" | "reasoning_tokens_out") =>
(
  ...[value, set]: Parameters<Read>
): void => set(own, amountOf(jsonObject(value)[key]))

const inputDetails: Read = (value, set) => {
  entry("cache_read", "cached_tokens_in")(value, set)
  entry("cache_creation", "cache_creation_tokens_in")(value, set)
}

/** Strands does not set the status of the span when a tool fails. */
const toolStatus: Read = (value, set) => set("ok", value === "error" ? false : undefined)

export const genaiReading: Reading = {
  names: {
    "gen_ai.agent.name": "agent",
    "gen_ai.conversation.id": "session_id",
    "session.id": "session_id",
    "user.id": "user_id",
    "enduser.id": "user_id",
    "gen_ai.request.model": "model",
    "gen_ai.response.model": "response_model",
    "gen_ai.provider.name": "provider",
    "gen_ai.system": "provider",
    "gen_ai.request.stream": "streaming",
    "gen_ai.response.finish_reasons": firstReason,
    "gen_ai.response.finish_reason": firstReason,
    "gen_ai.completion.0.finish_reason": "finish_reason",
    "gen_ai.finishReason": "finish_reason",
    "gen_ai.response.time_to_first_chunk": seconds,
    "gen_ai.usage.input_tokens": "tokens_in",
    "gen_ai.usage.output_tokens": "tokens_out",
    "gen_ai.usage.prompt_tokens": "tokens_in",
    "gen_ai.usage.completion_tokens": "tokens_out",
    "gen_ai.usage.cache_read.input_tokens": "cached_tokens_in",
    "gen_ai.usage.cache_read_input_tokens": "cached_tokens_in",
    "gen_ai.usage.cached_input_tokens": "cached_tokens_in",
    "gen_ai.usage.cached_tokens": "cached_tokens_in",
    "gen_ai.usage.cache_creation.input_tokens": "cache_creation_tokens_in",
    "gen_ai.usage.cache_creation_input_tokens": "cache_creation_tokens_in",
    "gen_ai.usage.cache_write.input_tokens": "cache_creation_tokens_in",
    "gen_ai.usage.cache_write_input_tokens": "cache_creation_tokens_in",
    "gen_ai.usage.input_token_details": inputDetails,
    "gen_ai.usage.reasoning.output_tokens": "reasoning_tokens_out",
    "gen_ai.usage.reasoning_tokens": "reasoning_tokens_out",
    "gen_ai.usage.output_token_details": entry("reasoning", "reasoning_tokens_out"),
    "gen_ai.response.prompt_tokens": "tokens_in",
    "gen_ai.response.completion_tokens": "tokens_out",
    "gen_ai.usage.cost": "cost_usd",
    "operation.cost": "cost_usd",
    "gen_ai.openai.response.service_tier": "service_tier",
    "openai.response.service_tier": "service_tier",
    "gen_ai.response.service_tier": "service_tier",
    "gen_ai.system_instructions": "system_instructions",
    "gen_ai.input.messages": "input_messages",
    "gen_ai.output.messages": "output_messages",
    "gen_ai.tool.name": "tool",
    "gen_ai.tool.call.id": "call_id",
    "gen_ai.tool.call.arguments": "arguments",
    "gen_ai.tool.call.result": "result",
    "gen_ai.tool.status": toolStatus,
    "gen_ai.workflow.name": "workflow"
  },
  role: (attributes) => operation(attributes["gen_ai.operation.name"]),
  others: (attributes, role, set) => {
    if (role === "run") {
      setContent(role, plain(attributes["gen_ai.input.messages"]), plain(attributes["gen_ai.output.messages"]), set)
    }
    setContent(role, plain(attributes["gen_ai.prompt"]), plain(attributes["gen_ai.completion"]), set)
    if (role === "model") {
      set("input_messages", numbered(attributes, "gen_ai.prompt."))
      set("output_messages", numbered(attributes, "gen_ai.completion."))
    } else if (role === "workflow") {
      // Version 0.1 puts the name of a workflow into the name of an agent.
      set("workflow", plain(attributes["gen_ai.agent.name"]))
    }
  }
}
