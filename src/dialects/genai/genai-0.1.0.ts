/**
 * The names in the GenAI conventions' own repository, `open-telemetry/semantic-conventions-genai`, version 0.1.0 (based on semantic conventions 1.45,
 * status "Development").
 *
 * Compared with 1.41.1: tokens written to a cache have a different name, agents have no provider, workflows use the names and metrics of agents,
 * messages do not repeat the finish reason, metrics of model calls are named `inference`, and token counters are new.
 */
import { numberOf, textOf } from "../Dialect.js"
import type { AttributeRow, Convention, Measured, MetricRow } from "./Convention.js"
import { messages01 } from "./messages.js"
import {
  agentBuckets,
  constant,
  conversation,
  durationBuckets,
  durationOf,
  errorOf,
  ifTrue,
  input,
  instructionParts,
  listOf,
  number,
  output,
  seconds,
  secondsOf,
  text,
  tokenBuckets
} from "./values.js"

const spans = "model/gen-ai/spans.yaml"
const metrics = "model/gen-ai/metrics.yaml"
const tokenMetrics = "model/gen-ai/token-metrics.yaml"

const common: ReadonlyArray<AttributeRow> = [
  { name: "gen_ai.conversation.id", from: spans, value: conversation },
  { name: "error.type", from: spans, value: errorOf }
]

/** The conventions allow custom operations, such as `agent_step`. */
const operation = (name: string): AttributeRow => ({
  name: "gen_ai.operation.name",
  from: spans,
  value: constant(name)
})

type TokenKey = "tokens_in" | "tokens_out" | "cached_tokens_in" | "cache_creation_tokens_in" | "reasoning_tokens_out"

/** The conventions count 0 if a call reports no usage. Providers do not distinguish text, images and audio here, so the modality is unknown. */
const counted = (name: string, description: string, key: TokenKey): MetricRow => ({
  name: `gen_ai.client.inference.usage.${name}`,
  from: tokenMetrics,
  instrument: "counter",
  unit: "{token}",
  description,
  value: ({ attributes }) => numberOf(attributes, key) ?? 0,
  labels: ({ call }) => ({ ...call, "gen_ai.token.modality": "unknown" })
})

const perCall = (name: string, description: string, key: TokenKey): MetricRow => ({
  name: `gen_ai.client.inference.operation.${name}`,
  from: tokenMetrics,
  instrument: "histogram",
  unit: "{token}",
  description,
  buckets: tokenBuckets,
  value: ({ attributes }) => numberOf(attributes, key) ?? 0,
  labels: callAndEnding
})

const callAndEnding: MetricRow["labels"] = ({ call, ending }) => ({ ...call, "error.type": ending })

const invocation = (
  operationName: string,
  name: "agent" | "workflow",
  { attributes, ending }: Measured
): ReturnType<MetricRow["labels"]> => ({
  "gen_ai.operation.name": operationName,
  "gen_ai.agent.name": textOf(attributes, name),
  "gen_ai.request.model": textOf(attributes, "model"),
  "error.type": ending
})

const agentDuration = (labels: MetricRow["labels"]): MetricRow => ({
  name: "gen_ai.invoke_agent.duration",
  from: metrics,
  instrument: "histogram",
  unit: "s",
  description: "Duration of agent runs and workflows",
  buckets: agentBuckets,
  value: durationOf,
  labels
})

export const genai010: Convention = {
  version: "genai-0.1",
  spans: {
    run: [
      operation("invoke_agent"),
      { name: "gen_ai.agent.name", from: spans, value: text("agent") },
      { name: "gen_ai.request.model", from: spans, value: text("model") },
      ...common
    ],
    turn: [operation("agent_step"), ...common],
    model: [
      operation("chat"),
      { name: "gen_ai.provider.name", from: spans, value: text("provider") },
      { name: "gen_ai.request.model", from: spans, value: text("model") },
      { name: "gen_ai.response.model", from: spans, value: text("response_model") },
      { name: "gen_ai.request.stream", from: spans, value: ifTrue("streaming") },
      { name: "gen_ai.response.finish_reasons", from: spans, value: listOf("finish_reason") },
      { name: "gen_ai.response.time_to_first_chunk", from: spans, value: seconds("ttft_ms") },
      { name: "gen_ai.usage.input_tokens", from: spans, value: number("tokens_in") },
      { name: "gen_ai.usage.output_tokens", from: spans, value: number("tokens_out") },
      { name: "gen_ai.usage.cache_read.input_tokens", from: spans, value: number("cached_tokens_in") },
      { name: "gen_ai.usage.cache_write.input_tokens", from: spans, value: number("cache_creation_tokens_in") },
      { name: "gen_ai.usage.reasoning.output_tokens", from: spans, value: number("reasoning_tokens_out") },
      { name: "gen_ai.system_instructions", from: spans, value: instructionParts },
      { name: "gen_ai.input.messages", from: spans, value: input(messages01) },
      { name: "gen_ai.output.messages", from: spans, value: output(messages01) },
      ...common
    ],
    tool: [
      operation("execute_tool"),
      { name: "gen_ai.tool.name", from: spans, value: text("tool") },
      { name: "gen_ai.tool.call.id", from: spans, value: text("call_id") },
      { name: "gen_ai.tool.type", from: spans, value: constant("function") },
      { name: "gen_ai.tool.call.arguments", from: spans, value: text("arguments") },
      { name: "gen_ai.tool.call.result", from: spans, value: text("result") },
      ...common
    ],
    workflow: [
      operation("invoke_workflow"),
      { name: "gen_ai.agent.name", from: spans, value: text("workflow") },
      ...common
    ],
    step: [operation("invoke_workflow"), ...common]
  },
  metrics: {
    model: [
      {
        name: "gen_ai.client.inference.duration",
        from: metrics,
        instrument: "histogram",
        unit: "s",
        description: "Duration of model calls",
        buckets: durationBuckets,
        value: durationOf,
        labels: callAndEnding
      },
      {
        name: "gen_ai.client.inference.time_to_first_chunk",
        from: metrics,
        instrument: "histogram",
        unit: "s",
        description: "Time to the first chunk of model calls",
        buckets: durationBuckets,
        value: ({ attributes }) => secondsOf(attributes, "ttft_ms"),
        labels: ({ call }) => call
      },
      counted("input_tokens", "Input tokens of model calls, cached ones included", "tokens_in"),
      counted("output_tokens", "Output tokens of model calls, reasoning included", "tokens_out"),
      counted("cache_read.input_tokens", "Input tokens read from a cache", "cached_tokens_in"),
      counted("cache_write.input_tokens", "Input tokens written to a cache", "cache_creation_tokens_in"),
      counted("reasoning.output_tokens", "Output tokens used for reasoning", "reasoning_tokens_out"),
      perCall("input_tokens", "Input tokens per model call", "tokens_in"),
      perCall("output_tokens", "Output tokens per model call", "tokens_out")
    ],
    tool: [{
      name: "gen_ai.execute_tool.duration",
      from: metrics,
      instrument: "histogram",
      unit: "s",
      description: "Duration of tool calls",
      buckets: durationBuckets,
      value: durationOf,
      labels: ({ ending, tool }) => ({
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": tool,
        "gen_ai.tool.type": "function",
        "error.type": ending
      })
    }],
    run: [agentDuration((span) => invocation("invoke_agent", "agent", span))],
    workflow: [agentDuration((span) => invocation("invoke_workflow", "workflow", span))]
  }
}
