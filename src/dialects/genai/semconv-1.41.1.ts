/**
 * The names in OpenTelemetry's semantic conventions for generative AI, version 1.41.1, which backends read today.
 *
 * Only model calls have usage; on runs it would be counted twice. Version 1.41.1 has no metrics for agents and tools: those come from the
 * conventions' later repository, which at first kept all other names.
 */
import { numberOf, textOf } from "../Dialect.js"
import type { AttributeRow, Convention, MetricRow } from "./Convention.js"
import { messages1411 } from "./messages.js"
import {
  agentBuckets,
  constant,
  conversation,
  durationBuckets,
  durationOf,
  errorOf,
  ifTrue,
  input,
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

/** In the repository `semantic-conventions-genai`. */
const laterMetrics = "semantic-conventions-genai/model/gen-ai/metrics.yaml"

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

const tokens = (type: "input" | "output", key: "tokens_in" | "tokens_out"): MetricRow => ({
  name: "gen_ai.client.token.usage",
  from: metrics,
  instrument: "histogram",
  unit: "{token}",
  description: "Tokens used by model calls",
  buckets: tokenBuckets,
  value: ({ attributes }) => numberOf(attributes, key),
  labels: ({ call }) => ({ ...call, "gen_ai.token.type": type })
})

export const semconv1411: Convention = {
  version: "1.41.1",
  spans: {
    run: [
      operation("invoke_agent"),
      { name: "gen_ai.agent.name", from: spans, value: text("agent") },
      { name: "gen_ai.provider.name", from: spans, value: text("provider") },
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
      { name: "gen_ai.usage.cache_creation.input_tokens", from: spans, value: number("cache_creation_tokens_in") },
      { name: "gen_ai.usage.reasoning.output_tokens", from: spans, value: number("reasoning_tokens_out") },
      { name: "gen_ai.system_instructions", from: spans, value: text("system_instructions") },
      { name: "gen_ai.input.messages", from: spans, value: input(messages1411) },
      { name: "gen_ai.output.messages", from: spans, value: output(messages1411) },
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
      { name: "gen_ai.workflow.name", from: spans, value: text("workflow") },
      ...common
    ],
    step: [operation("invoke_workflow"), ...common]
  },
  metrics: {
    model: [
      {
        name: "gen_ai.client.operation.duration",
        from: metrics,
        instrument: "histogram",
        unit: "s",
        description: "Duration of model calls",
        buckets: durationBuckets,
        value: durationOf,
        labels: ({ call, ending }) => ({ ...call, "error.type": ending })
      },
      {
        name: "gen_ai.client.operation.time_to_first_chunk",
        from: metrics,
        instrument: "histogram",
        unit: "s",
        description: "Time to the first chunk of model calls",
        buckets: durationBuckets,
        value: ({ attributes }) => secondsOf(attributes, "ttft_ms"),
        labels: ({ call }) => call
      },
      tokens("input", "tokens_in"),
      tokens("output", "tokens_out")
    ],
    tool: [{
      name: "gen_ai.execute_tool.duration",
      from: laterMetrics,
      instrument: "histogram",
      unit: "s",
      description: "Duration of tool calls",
      buckets: durationBuckets,
      value: durationOf,
      labels: ({ ending, tool }) => ({
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": tool,
        "error.type": ending
      })
    }],
    run: [{
      name: "gen_ai.invoke_agent.duration",
      from: laterMetrics,
      instrument: "histogram",
      unit: "s",
      description: "Duration of agent runs",
      buckets: agentBuckets,
      value: durationOf,
      labels: ({ attributes, ending }) => ({
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": textOf(attributes, "agent"),
        "gen_ai.request.model": textOf(attributes, "model"),
        "error.type": ending
      })
    }]
  }
}
