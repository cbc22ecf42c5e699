/**
 * The names of the metrics in Prometheus, as documented in docs/production.md: dots become underscores, the unit is added, and counters end in
 * `_total`.
 */

/** A metric in Prometheus. */
export interface PrometheusName {
  readonly name: string
  readonly kind: "counter" | "histogram"
}

/** By the recorded name. For a histogram, the name before `_bucket`, `_sum` and `_count`. */
export const prometheusNames: { readonly [recorded: string]: PrometheusName } = {
  "loom.tokens.input": { name: "loom_tokens_input_total", kind: "counter" },
  "loom.tokens.cached_input": { name: "loom_tokens_cached_input_total", kind: "counter" },
  "loom.tokens.output": { name: "loom_tokens_output_total", kind: "counter" },
  "loom.cost.usd": { name: "loom_cost_usd_total", kind: "counter" },
  "loom.budget.exceeded": { name: "loom_budget_exceeded_total", kind: "counter" },
  "loom.auto_extract.invocations": { name: "loom_auto_extract_invocations_total", kind: "counter" },
  "loom.auto_extract.duration_ms": { name: "loom_auto_extract_duration_ms_milliseconds", kind: "histogram" },
  "loom.model.ttft_ms": { name: "loom_model_ttft_ms_milliseconds", kind: "histogram" },
  "loom.session.duration_ms": { name: "loom_session_duration_ms_milliseconds", kind: "histogram" },
  "loom.tool.duration_ms": { name: "loom_tool_duration_ms_milliseconds", kind: "histogram" },
  "gen_ai.client.token.usage": { name: "gen_ai_client_token_usage", kind: "histogram" },
  "gen_ai.client.operation.duration": { name: "gen_ai_client_operation_duration_seconds", kind: "histogram" },
  "gen_ai.client.operation.time_to_first_chunk": {
    name: "gen_ai_client_operation_time_to_first_chunk_seconds",
    kind: "histogram"
  },
  "gen_ai.execute_tool.duration": { name: "gen_ai_execute_tool_duration_seconds", kind: "histogram" },
  "gen_ai.invoke_agent.duration": { name: "gen_ai_invoke_agent_duration_seconds", kind: "histogram" }
}
