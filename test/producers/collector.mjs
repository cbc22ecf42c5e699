/**
 * An OpenTelemetry Collector: two services send to it over OTLP, and its file exporter writes all signals into one file.
 *
 * LOOM_COLLECTOR is the path of the Collector; by default, the one that `.ci/backends` builds.
 */
import { context, SpanStatusCode, trace } from "@opentelemetry/api"
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-proto"
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto"
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto"
import { resourceFromAttributes } from "@opentelemetry/resources"
import { LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs"
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics"
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace-base"
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { homedir } from "node:os"
import { setTimeout } from "node:timers/promises"

const [out] = process.argv.slice(2)
const program = process.env.LOOM_COLLECTOR ?? `${homedir()}/.cache/loom-telemetry/collector/collector`

const freePort = async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address()
  server.close()
  return port
}

const address = `127.0.0.1:${await freePort()}`
const pipeline = { receivers: ["otlp"], exporters: ["file"] }
writeFileSync(
  "collector.yaml",
  JSON.stringify({
    receivers: { otlp: { protocols: { http: { endpoint: address } } } },
    exporters: { file: { path: out, flush_interval: "100ms" } },
    service: {
      telemetry: { metrics: { level: "none" } },
      pipelines: { traces: pipeline, metrics: pipeline, logs: pipeline }
    }
  })
)
rmSync(out, { force: true })
const collector = spawn(program, ["--config", "collector.yaml"], { stdio: "ignore" })
const answers = () =>
  fetch(`http://${address}/v1/traces`, { method: "POST", body: "{}", headers: { "content-type": "application/json" } })
    .then(({ ok }) => ok, () => false)
while (!(await answers())) {
  await setTimeout(200)
}

const to = (signal) => ({ url: `http://${address}/v1/${signal}` })
const providerOf = (service) =>
  new NodeTracerProvider({
    resource: resourceFromAttributes({ "service.name": service }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter(to("traces")))]
  })

const agents = providerOf("agents")
agents.register()
const tracer = agents.getTracer("my-agents", "1.2.3")
const within = (span, body) => context.with(trace.setSpan(context.active(), span), body)

const call = (name, attributes) =>
  tracer.startSpan(`chat ${name}`, {
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": name,
      ...attributes
    }
  })

const run = tracer.startSpan("invoke_agent adder", {
  attributes: {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": "adder",
    "gen_ai.conversation.id": "chat-1",
    "user.id": "alice"
  }
})
within(run, () => {
  call("gpt-5", {
    "gen_ai.response.model": "gpt-5",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 10,
    "gen_ai.usage.cache_read.input_tokens": 40,
    "gen_ai.response.finish_reasons": ["tool_calls"]
  }).end()
  tracer.startSpan("execute_tool add", {
    attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "add", "gen_ai.tool.call.id": "c1" }
  }).end()
  const broken = tracer.startSpan("execute_tool broken", {
    attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "broken", "gen_ai.tool.call.id": "c2" }
  })
  broken.recordException(new TypeError("disk on fire"))
  broken.setStatus({ code: SpanStatusCode.ERROR, message: "disk on fire" })
  broken.end()
  call("gpt-5", {
    "gen_ai.usage.input_tokens": 150,
    "gen_ai.usage.output_tokens": 20,
    "gen_ai.response.finish_reasons": ["stop"]
  }).end()
})
run.end()

// Another service, which uses OpenInference and reports the cost of its calls.
const other = providerOf("search")
other.getTracer("openinference").startSpan("ChatOpenAI", {
  attributes: {
    "openinference.span.kind": "LLM",
    "llm.model_name": "gpt-5-mini",
    "llm.token_count.prompt": 30,
    "llm.token_count.completion": 5,
    "llm.cost.total": 0.002,
    "session.id": "chat-2",
    "user.id": "bob"
  }
}).end()
await Promise.all([agents.shutdown(), other.shutdown()])

const reader = new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(to("metrics")) })
const meters = new MeterProvider({ readers: [reader] })
const tokens = meters.getMeter("my-agents").createHistogram("gen_ai.client.token.usage")
tokens.record(100, { "gen_ai.token.type": "input" })
tokens.record(10, { "gen_ai.token.type": "output" })
await meters.shutdown()

const logs = new LoggerProvider({
  processors: [new SimpleLogRecordProcessor({ exporter: new OTLPLogExporter(to("logs")) })]
})
logs.getLogger("my-agents").emit({ body: "a line of the log" })
await logs.shutdown()

collector.kill("SIGTERM")
await once(collector, "exit")

// Stack traces contain the local folder.
writeFileSync(out, readFileSync(out, "utf8").replaceAll(process.cwd(), "/app"))
