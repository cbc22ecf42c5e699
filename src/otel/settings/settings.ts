/**
 * Reads the settings from the `OTEL_*` variables, with the defaults of the specification.
 */
import * as Config from "effect/Config"
import * as Option from "effect/Option"
import type { SemconvVersion } from "../../dialects/genai/Convention.js"
import { contentCaptures } from "../logs/logEvents.js"
import { address, flag, headers, integer, oneOf, pairs, ratio, text, words } from "./variables.js"

const or = <A>(config: Config.Config<Option.Option<A>>, fallback: A): Config.Config<A> =>
  Config.map(config, Option.getOrElse(() => fallback))

const protocols = ["http/protobuf", "http/json", "grpc"] as const

const exporters = ["otlp", "console", "none"] as const

export type Protocol = (typeof protocols)[number]

export interface SignalSettings {
  readonly isOn: boolean
  readonly exporter: (typeof exporters)[number]
  /** Whether a variable names the exporter. */
  readonly isExplicit: boolean
  readonly endpoint: string
  readonly protocol: Protocol
  readonly headers: Record<string, string>
  /** Milliseconds. */
  readonly timeout: number
  readonly isCompressed: boolean
}

/** The attribute limits for one kind of data, or for all. */
const attributeLimits = (prefix: "" | "SPAN_" | "LOGRECORD_") =>
  Config.all({
    length: integer(`OTEL_${prefix}ATTRIBUTE_VALUE_LENGTH_LIMIT`, 0),
    count: integer(`OTEL_${prefix}ATTRIBUTE_COUNT_LIMIT`, 0)
  })

type AttributeLimits = Config.Config.Success<ReturnType<typeof attributeLimits>>

/** The limits under the SDK's names. */
const limitsOf = (own: AttributeLimits, all: AttributeLimits) => {
  const length = Option.orElse(own.length, () => all.length)
  const count = Option.orElse(own.count, () => all.count)
  return {
    ...(Option.isSome(length) && { attributeValueLengthLimit: length.value }),
    ...(Option.isSome(count) && { attributeCountLimit: count.value })
  }
}

const defaultBase: Record<Protocol, string> = {
  "http/protobuf": "http://localhost:4318",
  "http/json": "http://localhost:4318",
  "grpc": "http://localhost:4317"
}

type Kind = "TRACES" | "METRICS" | "LOGS"

/** The variables for one signal or for all: `OTEL_EXPORTER_OTLP_TRACES_*`, `OTEL_EXPORTER_OTLP_*`. */
const transport = (prefix: "" | `${Kind}_`) =>
  Config.all({
    address: address(`OTEL_EXPORTER_OTLP_${prefix}ENDPOINT`),
    protocol: oneOf(`OTEL_EXPORTER_OTLP_${prefix}PROTOCOL`, protocols),
    headers: or(headers(`OTEL_EXPORTER_OTLP_${prefix}HEADERS`), {}),
    timeout: integer(`OTEL_EXPORTER_OTLP_${prefix}TIMEOUT`, 1),
    compression: oneOf(`OTEL_EXPORTER_OTLP_${prefix}COMPRESSION`, ["gzip", "none"])
  })

type Transport = Config.Config.Success<ReturnType<typeof transport>>

/** The settings of one signal, from its own and the common variables. The common ones are read once, so that an error in them is reported once. */
const signal = (kind: Kind): Config.Config<(common: Transport) => SignalSettings> =>
  Config.map(
    Config.all({
      exporter: oneOf(`OTEL_${kind}_EXPORTER`, kind === "LOGS" ? exporters : ["otlp", "none"]),
      own: transport(`${kind}_`)
    }),
    ({ exporter, own }) => (common) => {
      const pick = <A>(one: (from: Transport) => Option.Option<A>, fallback: A): A =>
        Option.getOrElse(Option.orElse(one(own), () => one(common)), () => fallback)
      const protocol = pick((from) => from.protocol, "http/protobuf")
      return {
        isOn: Option.getOrElse(exporter, () => "otlp") === "otlp",
        exporter: Option.getOrElse(exporter, () => "otlp" as const),
        isExplicit: Option.isSome(exporter),
        endpoint: Option.getOrElse(own.address, () =>
          endpointOf(Option.getOrElse(common.address, () => defaultBase[protocol]), protocol, kind)),
        protocol,
        headers: { ...common.headers, ...own.headers },
        timeout: pick((from) =>
          from.timeout, 10_000),
        isCompressed: pick((from) => from.compression, "none") === "gzip"
      }
    }
  )

/** Over HTTP each signal has its own path; over gRPC there is none. */
const endpointOf = (base: string, protocol: Protocol, kind: Kind): string =>
  protocol === "grpc" ? base : withPath(new URL(base), `/v1/${kind.toLowerCase()}`)

/** Appends to the path, before a query. */
const withPath = (url: URL, path: string): string => {
  url.pathname = url.pathname.replace(/\/*$/, path)
  return url.href
}

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio"
] as const

/** Whether the SDK is disabled. Read first, so that it works even if other variables are malformed. */
export const isDisabled: Config.Config<boolean> = or(flag("OTEL_SDK_DISABLED"), false)

const temporalities = ["cumulative", "delta", "lowmemory"] as const

export type Temporality = (typeof temporalities)[number]

/**
 * Entries of `OTEL_SEMCONV_STABILITY_OPT_IN` about GenAI conventions. `/dup` adds the new names to the old ones and takes precedence, as `http/dup`
 * does. Entries about other conventions are ignored.
 */
const optIns: ReadonlyArray<readonly [entry: string, versions: ReadonlyArray<SemconvVersion>]> = [
  ["gen_ai_latest_experimental/dup", ["1.41.1", "genai-0.1"]],
  ["gen_ai_latest_experimental", ["genai-0.1"]]
]

const semconv = Config.map(
  words("OTEL_SEMCONV_STABILITY_OPT_IN"),
  Option.flatMap((entries) => Option.fromNullable(optIns.find(([entry]) => entries.includes(entry))?.[1]))
)

const read = Config.all({
  semconv,
  serviceName: text("OTEL_SERVICE_NAME"),
  spool: text("LOOM_OTLP_SPOOL"),
  resource: or(pairs("OTEL_RESOURCE_ATTRIBUTES"), {}),
  common: transport(""),
  traces: signal("TRACES"),
  metrics: signal("METRICS"),
  logs: signal("LOGS"),
  effectLogs: or(flag("LOOM_OTLP_EFFECT_LOGS"), false),
  captureContent: oneOf("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", contentCaptures),
  sampler: or(oneOf("OTEL_TRACES_SAMPLER", samplers), "parentbased_always_on"),
  samplerRatio: or(ratio("OTEL_TRACES_SAMPLER_ARG"), 1),
  limits: Config.all({
    all: attributeLimits(""),
    spans: attributeLimits("SPAN_"),
    logs: attributeLimits("LOGRECORD_")
  }),
  temporality: or(oneOf("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", temporalities), "cumulative"),
  logBatch: Config.all({
    scheduleDelay: or(integer("OTEL_BLRP_SCHEDULE_DELAY", 0), 1000),
    exportTimeout: or(integer("OTEL_BLRP_EXPORT_TIMEOUT", 1), 30_000),
    maxQueueSize: or(integer("OTEL_BLRP_MAX_QUEUE_SIZE", 1), 2048),
    maxExportBatchSize: or(integer("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", 1), 512)
  }),
  metricInterval: or(integer("OTEL_METRIC_EXPORT_INTERVAL", 1), 60_000),
  scheduleDelay: or(integer("OTEL_BSP_SCHEDULE_DELAY", 0), 5000),
  exportTimeout: or(integer("OTEL_BSP_EXPORT_TIMEOUT", 1), 30_000),
  maxQueueSize: or(integer("OTEL_BSP_MAX_QUEUE_SIZE", 1), 16_384),
  maxExportBatchSize: or(integer("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 1), 512)
})

export const settings = Config.map(read, ({ common, limits, logs, metrics, traces, ...rest }) => ({
  ...rest,
  spanLimits: limitsOf(limits.spans, limits.all),
  logLimits: limitsOf(limits.logs, limits.all),
  traces: traces(common),
  metrics: metrics(common),
  logs: logs(common)
}))

export type Settings = Config.Config.Success<typeof settings>
