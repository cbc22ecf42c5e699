/**
 * Creates the exporters for the settings, using Node's HTTP client.
 *
 * Connections belong to our own agent and every request can be aborted, so that a receiver that never answers does not keep the process
 * alive after the sink has closed. Node's modules are loaded on demand.
 */
import { context, ROOT_CONTEXT } from "@opentelemetry/api"
import { suppressTracing } from "@opentelemetry/core"
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics"
import type { SpanExporter } from "@opentelemetry/sdk-trace-base"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import type { Agent, ClientRequest, IncomingMessage } from "node:http"
import { unsupported } from "../../config/twoLines.js"
import { sentSecrets, withoutEchoes } from "../../records/echoes.js"
import { oneLine } from "../../records/oneLine.js"
import { type Answer, connectionError, maxAnswer, type Post, type Undelivered } from "../../records/otlpDelivery.js"
import type { Redactor } from "../../records/redact/Redactor.js"
import { redactorHere } from "../../telemetry/contextKeys.js"
import { consoleLogExporter } from "../logs/consoleLogs.js"
import type { LogExporter } from "../logs/LogRecord.js"
import type { Protocol, Settings, SignalSettings } from "../settings/settings.js"
import { grpcExporters } from "./grpcKit.js"
import { OtlpExporter, type Wire } from "./otlpExporter.js"
import { loadWires, temporalityOf } from "./wires.js"

export interface Exporters {
  readonly spanExporter: SpanExporter | undefined
  readonly metricExporter: PushMetricExporter | undefined
  readonly logExporter: LogExporter | undefined
  /** Aborts their requests and closes their connections. */
  readonly disconnect: () => void
}

/** How many characters of a receiver's text are logged. */
const maxReason = 1024

/** Reads a response. If the body breaks off or never ends, the status still counts. */
const readAnswer = (incoming: IncomingMessage, shown: Shown, done: (answer: Answer) => void): void => {
  const chunks: Array<Buffer> = []
  let size = 0
  const finish = () => {
    const body = Buffer.concat(chunks)
    const isText = /^(text\/|application\/json)/.test(incoming.headers["content-type"] ?? "")
    done({
      status: incoming.statusCode ?? 0,
      reason: [incoming.statusMessage ?? "", isText ? body.toString("utf8") : ""].filter(Boolean).map(shown).join(": "),
      retryAfter: incoming.headers["retry-after"],
      body
    })
  }
  incoming.on("data", (chunk: Buffer) => {
    chunks.push(chunk.subarray(0, maxAnswer - size))
    size += chunk.length
    if (size >= maxAnswer) {
      finish()
      incoming.destroy()
    }
  })
  incoming.on("end", finish)
  incoming.on("error", finish)
}

const gzipped = (body: Uint8Array): Effect.Effect<Uint8Array> =>
  Effect.promise(async () => {
    const { gzip } = await import("node:zlib")
    return new Promise((resolve, reject) => gzip(body, (error, packed) => error ? reject(error) : resolve(packed)))
  })

/** Makes text from a receiver or the system safe to log. */
type Shown = (text: string) => string

/** Runs one request; interrupting it closes its connection. */
const exchange = (begin: () => ClientRequest, body: Uint8Array, shown: Shown): Effect.Effect<Answer, Undelivered> =>
  Effect.async((resume) => {
    const outgoing = begin()
    outgoing.on("response", (incoming) => readAnswer(incoming, shown, (answer) => resume(Effect.succeed(answer))))
    outgoing.on("error", (error) => resume(connectionError(error, shown)))
    outgoing.end(body)
    return Effect.sync(() => outgoing.destroy())
  })

/** Posts the data of a signal to its endpoint. `destroy` closes the kept-alive connections. */
const httpPost = ({ endpoint, headers, isCompressed }: SignalSettings, contentType: string, shown: Shown) => {
  let agent: Agent | undefined
  const connect = Effect.promise(async () => {
    const http = endpoint.startsWith("https:") ? await import("node:https") : await import("node:http")
    agent ??= new http.Agent({ keepAlive: true })
    const options = {
      method: "POST",
      agent,
      headers: {
        "user-agent": "loom-telemetry",
        ...headers,
        "content-type": contentType,
        ...(isCompressed && { "content-encoding": "gzip" })
      }
    }
    // Otherwise HTTP instrumentation would record a span for each export, which would be exported in turn.
    return () => context.with(suppressTracing(ROOT_CONTEXT), () => http.request(endpoint, options))
  })
  const post: Post = (body) =>
    Effect.flatMap(
      Effect.zip(connect, isCompressed ? gzipped(body) : Effect.succeed(body)),
      ([begin, packed]) => exchange(begin, packed, shown)
    )
  return { post, destroy: () => agent?.destroy() }
}

/** The address without credentials and query parameters, which may contain keys. */
const withoutCredentials = (address: string): string => {
  const { origin, pathname } = new URL(address)
  return origin + pathname
}

/** Makes the exporter of each signal; rejects if its package is not installed. */
interface Kit {
  readonly spans: (settings: Settings) => Promise<SpanExporter>
  readonly metrics: (settings: Settings) => Promise<PushMetricExporter>
  readonly logs: (settings: Settings) => Promise<LogExporter>
}

const httpKit = async (protocol: "http/protobuf" | "http/json", rules: Redactor): Promise<Kit> => {
  const wires = await loadWires(protocol)
  const exporter = <Data>(signal: SignalSettings, wire: Wire<Data>, how: { concurrency: number; total: number }) => {
    const secrets = sentSecrets(signal.endpoint, signal.headers)
    const shown = (text: string) => oneLine(withoutEchoes(text, secrets), maxReason, rules)
    const { destroy, post } = httpPost(signal, wires.contentType, shown)
    const patience = { attempt: signal.timeout, total: how.total }
    const address = withoutCredentials(signal.endpoint)
    return new OtlpExporter({ wire, post, address, shown, patience, concurrency: how.concurrency, onAbort: destroy })
  }
  return {
    spans: async ({ exportTimeout, traces }) => exporter(traces, wires.spans, { concurrency: 4, total: exportTimeout }),
    metrics: async ({ metricInterval, metrics, temporality }) =>
      Object.assign(exporter(metrics, wires.metrics, { concurrency: 1, total: Math.min(30_000, metricInterval) }), {
        selectAggregationTemporality: temporalityOf(temporality)
      }),
    logs: async ({ logBatch, logs }) => exporter(logs, wires.logs, { concurrency: 4, total: logBatch.exportTimeout })
  }
}

const kits: Record<Protocol, (rules: Redactor) => Kit | Promise<Kit>> = {
  "http/protobuf": (rules) => httpKit("http/protobuf", rules),
  "http/json": (rules) => httpKit("http/json", rules),
  "grpc": () => grpcExporters
}

const packages: Record<keyof Kit, string> = {
  spans: "@opentelemetry/exporter-trace-otlp-grpc and @opentelemetry/exporter-metrics-otlp-grpc",
  metrics: "@opentelemetry/exporter-trace-otlp-grpc and @opentelemetry/exporter-metrics-otlp-grpc",
  logs: "@opentelemetry/exporter-logs-otlp-grpc, or set OTEL_LOGS_EXPORTER=none"
}

/** Makes the exporter of one signal. */
const made = <A>(
  make: (kit: Kit) => Promise<A>,
  protocol: Protocol,
  signal: keyof Kit,
  rules: Redactor
): Effect.Effect<A, ConfigError.ConfigError> =>
  Effect.tryPromise({
    try: async () => make(await kits[protocol](rules)),
    catch: () =>
      unsupported(
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        `OTEL_EXPORTER_OTLP_PROTOCOL is ${protocol}, but the packages that it needs are not installed\nInstall ` +
          (protocol === "grpc" ? packages[signal] : "@opentelemetry/otlp-transformer")
      )
  })

/** If no variable configures logs and the gRPC exporter for logs is not installed, logs are not exported. */
const logsOf = (
  settings: Settings,
  rules: Redactor
): Effect.Effect<LogExporter | undefined, ConfigError.ConfigError> => {
  const { logs } = settings
  switch (logs.exporter) {
    case "none":
      return Effect.succeed(undefined)
    case "console":
      return Effect.succeed(consoleLogExporter)
    default: {
      const exporter = made((kit) => kit.logs(settings), logs.protocol, "logs", rules)
      return logs.isExplicit || logs.protocol !== "grpc"
        ? exporter
        : Effect.orElseSucceed(exporter, () => undefined)
    }
  }
}

export const exportersOf = (settings: Settings): Effect.Effect<Exporters, ConfigError.ConfigError> =>
  Effect.gen(function*() {
    const { metrics, traces } = settings
    const rules = yield* redactorHere
    const spanExporter = traces.isOn
      ? yield* made((kit) => kit.spans(settings), traces.protocol, "spans", rules)
      : undefined
    const metricExporter = metrics.isOn
      ? yield* made((kit) => kit.metrics(settings), metrics.protocol, "metrics", rules)
      : undefined
    const logExporter = yield* logsOf(settings, rules)
    const all = [spanExporter, metricExporter, logExporter]
    return {
      spanExporter,
      metricExporter,
      logExporter,
      disconnect: () => all.forEach((each) => each instanceof OtlpExporter && each.abort())
    }
  })
