/**
 * The two pages for users of LoomFlow mention, as code, every name of LoomFlow's telemetry page.
 */
import { expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const page = ["coming-from-loomflow", "loomflow-names"]
  .map((name) => readFileSync(fileURLToPath(new URL(`../../docs/${name}.md`, import.meta.url)), "utf8"))
  .join("\n")

/** The names, in the order of LoomFlow's page. */
const names = [
  ..."loomflow loomflow.observability Agent model telemetry Telemetry".split(" "),
  ..."InMemoryTelemetry ConsoleTelemetry FileTelemetry MultiTelemetry OTelTelemetry spans metrics".split(" "),
  ..."loom.run session_id user_id architecture loom.turn turn loom.model.stream tokens_in tokens_out retries".split(
    " "
  ),
  ..."loom.tool tool ok duration_ms loom.workflow.step step node pattern delegate worker".split(" "),
  ..."loom.tokens.input loom.tokens.output loom.cost.usd loom.tool.duration_ms loom.session.duration_ms".split(" "),
  ..."loom.budget.exceeded kind max_tokens max_cost_usd max_wall_clock".split(" "),
  ..."loom.auto_extract.duration_ms loom.auto_extract.invocations status RunContext".split(" "),
  ..."_ms _seconds _bytes emit_metric instrument_kind NoTelemetry trace".split(" "),
  ..."ScriptedModel ScriptedTurn ToolCall tools asyncio.run tool_calls text args id".split(" "),
  ..."CapturedSpan name trace_id span_id parent_span_id started_at ended_at attributes exception".split(" "),
  ..."CapturedMetric value emitted_at stream show_metrics anyio.create_task_group".split(" "),
  ..."anyio.to_thread.run_sync FileAuditLog AsyncExitStack 13_telemetry.py in_mem jq".split(" "),
  ..."TracerProvider BatchSpanProcessor OTLPSpanExporter MeterProvider PeriodicExportingMetricReader".split(" "),
  ..."OTLPMetricExporter tracer_provider meter_provider loomflow[otel]".split(" ")
]

/** The code of the pages: between backticks, or in a block. */
const code = [...page.matchAll(/^```.*?^```|`[^`\n]+`/gms)].map(([text]) => text).join("\n")

it.each(names)("%s is mentioned", (name) => {
  expect(code).toMatch(new RegExp(`(?<![\\w.])${name.replace(/[.[\]]/g, "\\$&")}(?!\\w)`))
})
