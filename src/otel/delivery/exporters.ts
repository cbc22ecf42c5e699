/**
 * Exporters for what the variables ask for, over Node's HTTP.
 *
 * Connections are kept in an agent of our own and every request can be given up, so that a receiver that never answers does not keep the process
 * alive after the sink has closed. Node's modules are loaded when they are needed.
 */
import { context, ROOT_CONTEXT } from "@opentelemetry/api"
import { suppressTracing } from "@opentelemetry/core"
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics"
import type { SpanExporter } from "@opentelemetry/sdk-trace-base"
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import type { Agent, ClientRequest, IncomingMessage } from "node:http"
import { confided, withoutEchoes } from "../../records/echoes.js"
import { oneLine } from "../../records/oneLine.js"
import type { Redactor } from "../../records/redact/Redactor.js"
import { Redaction } from "../../telemetry/Redaction.js"
import type { Protocol, Settings, SignalSettings } from "../settings/settings.js"
import { type Answer, type Post, Undelivered } from "./delivery.js"
import { grpcKit, type Kit } from "./grpcKit.js"
import { OtlpExporter, OtlpMetricExporter } from "./otlpExporter.js"
import { loadWires, temporalityOf, type Wires } from "./wires.js"

/** Exporters of both kinds, where they are switched on. */
export interface Exporters {
  readonly spanExporter: SpanExporter | undefined
  readonly metricExporter: PushMetricExporter | undefined
  /** Gives up what they are sending, and lets their connections go. */
  readonly disconnect: () => void
}

/** Errors of connections after which another attempt may arrive; others, such as those of certificates, will be the same again. */
const passing: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENOTFOUND",
  "ENETUNREACH",
  "EHOSTUNREACH"
])

// Where several addresses were tried, the error has a code and no message of its own.
const connectionError = (error: NodeJS.ErrnoException): Undelivered =>
  new Undelivered({
    message: error.message || (error.code ?? error.name),
    isFinal: error.code === undefined || !passing.has(error.code)
  })

/** The most of an answer that is read; what is longer is no answer to an export. */
const longestAnswer = 65_536

/** The most of what a receiver says that is logged, in characters. */
const longestReason = 1024

/** Reads an answer to its end; one that breaks off, or has no end, counts by its status all the same. */
const readAnswer = (incoming: IncomingMessage, done: (answer: Answer) => void): void => {
  const chunks: Array<Buffer> = []
  let size = 0
  const finish = () => {
    const body = Buffer.concat(chunks)
    const isText = /^(text\/|application\/json)/.test(incoming.headers["content-type"] ?? "")
    done({
      status: incoming.statusCode ?? 0,
      reason: [incoming.statusMessage, isText ? body.toString("utf8") : ""].filter(Boolean).join(": "),
      retryAfter: incoming.headers["retry-after"],
      body
    })
  }
  incoming.on("data", (chunk: Buffer) => {
    chunks.push(chunk.subarray(0, longestAnswer - size))
    size += chunk.length
    if (size >= longestAnswer) {
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

interface HttpOptions {
  readonly headers: Record<string, string>
  readonly isCompressed: boolean
}

type Begin = () => ClientRequest

/** Runs one request; interrupting it closes its connection. */
const exchange = (begin: Begin, body: Uint8Array): Effect.Effect<Answer, Undelivered> =>
  Effect.async((resume) => {
    const outgoing = begin()
    outgoing.on("response", (incoming) => readAnswer(incoming, (answer) => resume(Effect.succeed(answer))))
    outgoing.on("error", (error) => resume(connectionError(error)))
    outgoing.end(body)
    return Effect.sync(() => outgoing.destroy())
  })

/** Posts to an address. `destroy` lets the connections go that are kept for the next time. */
const httpPost = (address: string, { headers, isCompressed }: HttpOptions) => {
  const isSecure = address.startsWith("https:")
  let agent: Agent | undefined
  const connect = Effect.promise(async () => {
    const http = isSecure ? await import("node:https") : await import("node:http")
    agent ??= new http.Agent({ keepAlive: true })
    const options = {
      method: "POST",
      agent,
      headers: { "user-agent": "loom-telemetry", ...headers, ...(isCompressed && { "content-encoding": "gzip" }) }
    }
    // Instrumentation of HTTP would otherwise make a span of each export, which would be exported.
    return () => context.with(suppressTracing(ROOT_CONTEXT), () => http.request(address, options))
  })
  const post: Post = (body) =>
    Effect.zipWith(connect, isCompressed ? gzipped(body) : Effect.succeed(body), exchange).pipe(Effect.flatten)
  return { post, destroy: () => agent?.destroy() }
}

/** An address as it may be shown: keys are also given as parameters. */
const withoutCredentials = (address: string): string => {
  const { origin, pathname } = new URL(address)
  return origin + pathname
}

interface How {
  readonly wires: Wires
  readonly rules: Redactor
}

const sending = (
  signal: SignalSettings,
  { rules, wires: { contentType } }: How,
  total: number,
  onDisconnect: Set<() => void>
) => {
  const { destroy, post } = httpPost(signal.endpoint, {
    headers: { ...signal.headers, "content-type": contentType },
    isCompressed: signal.isCompressed
  })
  onDisconnect.add(destroy)
  const secrets = confided(signal.endpoint, signal.headers)
  return {
    post,
    address: withoutCredentials(signal.endpoint),
    shown: (text: string) => oneLine(withoutEchoes(text, secrets), longestReason, rules),
    patience: { attempt: signal.timeout, total }
  }
}

const httpKit = async (protocol: "http/protobuf" | "http/json", rules: Redactor): Promise<Kit> => {
  const wires = await loadWires(protocol)
  return {
    spans: ({ exportTimeout, traces }, onDisconnect) => {
      const how = sending(traces, { wires, rules }, exportTimeout, onDisconnect)
      const exporter = new OtlpExporter({ ...how, wire: wires.spans, concurrency: 4 })
      onDisconnect.add(() => exporter.abort())
      return exporter
    },
    metrics: ({ metricInterval, metrics, temporality }, onDisconnect) => {
      const how = sending(metrics, { wires, rules }, Math.min(30_000, metricInterval), onDisconnect)
      const exporter = new OtlpMetricExporter(
        { ...how, wire: wires.metrics, concurrency: 1 },
        temporalityOf(temporality)
      )
      onDisconnect.add(() => exporter.abort())
      return exporter
    }
  }
}

const kits: Record<Protocol, (rules: Redactor) => Promise<Kit>> = {
  "http/protobuf": (rules) => httpKit("http/protobuf", rules),
  "http/json": (rules) => httpKit("http/json", rules),
  "grpc": grpcKit
}

const kitOf = (protocol: Protocol, rules: Redactor): Effect.Effect<Kit, ConfigError.ConfigError> =>
  Effect.tryPromise({
    try: () => kits[protocol](rules),
    catch: () =>
      ConfigError.Unsupported(
        ["OTEL_EXPORTER_OTLP_PROTOCOL"],
        `OTEL_EXPORTER_OTLP_PROTOCOL is ${protocol}, and what it needs is not installed\nInstall ` +
          (protocol === "grpc"
            ? "@opentelemetry/exporter-trace-otlp-grpc and @opentelemetry/exporter-metrics-otlp-grpc"
            : "@opentelemetry/otlp-transformer")
      )
  })

/** The exporters that the variables ask for. */
export const exportersOf = (settings: Settings): Effect.Effect<Exporters, ConfigError.ConfigError> =>
  Effect.gen(function*() {
    const { metrics, traces } = settings
    const rules = yield* Redaction
    const onDisconnect = new Set<() => void>()
    return {
      spanExporter: traces.isOn ? (yield* kitOf(traces.protocol, rules)).spans(settings, onDisconnect) : undefined,
      metricExporter: metrics.isOn
        ? (yield* kitOf(metrics.protocol, rules)).metrics(settings, onDisconnect)
        : undefined,
      disconnect: () => onDisconnect.forEach((disconnect) => disconnect())
    }
  })
