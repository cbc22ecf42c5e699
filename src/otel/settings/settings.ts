/**
 * What the `OTEL_*` variables say, together, with the specification's defaults.
 */
import * as Config from "effect/Config"
import * as Option from "effect/Option"
import { address, flag, integer, oneOf, pairs, ratio, secretPairs, text } from "./variables.js"

const or = <A>(config: Config.Config<Option.Option<A>>, fallback: A): Config.Config<A> =>
  Config.map(config, Option.getOrElse(() => fallback))

const protocols = ["http/protobuf", "http/json", "grpc"] as const

/** How records travel. */
export type Protocol = (typeof protocols)[number]

/** Where and how one kind of records is sent. */
export interface SignalSettings {
  readonly isOn: boolean
  readonly endpoint: string
  readonly protocol: Protocol
  readonly headers: Record<string, string>
  /** Milliseconds. */
  readonly timeout: number
  readonly isCompressed: boolean
}

const first = <A>(
  ...configs: ReadonlyArray<Config.Config<Option.Option<A>>>
): Config.Config<Option.Option<A>> => Config.map(Config.all(configs), (found) => Option.firstSomeOf(found))

const defaultBase: Record<Protocol, string> = {
  "http/protobuf": "http://localhost:4318",
  "http/json": "http://localhost:4318",
  "grpc": "http://localhost:4317"
}

type Kind = "TRACES" | "METRICS"

/** The same variables for one signal, and for both: `OTEL_EXPORTER_OTLP_TRACES_*`, `OTEL_EXPORTER_OTLP_*`. */
const transport = (prefix: "" | `${Kind}_`) =>
  Config.all({
    address: address(`OTEL_EXPORTER_OTLP_${prefix}ENDPOINT`),
    protocol: oneOf(`OTEL_EXPORTER_OTLP_${prefix}PROTOCOL`, protocols),
    headers: or(secretPairs(`OTEL_EXPORTER_OTLP_${prefix}HEADERS`), {}),
    timeout: integer(`OTEL_EXPORTER_OTLP_${prefix}TIMEOUT`, 1),
    compression: oneOf(`OTEL_EXPORTER_OTLP_${prefix}COMPRESSION`, ["gzip", "none"])
  })

type Transport = Config.Config.Success<ReturnType<typeof transport>>

/** What one signal's own variables say, to be given what the common ones say: those are read once, so that an error in them is told once. */
const signal = (kind: Kind): Config.Config<(common: Transport) => SignalSettings> =>
  Config.map(
    Config.all({
      exporter: or(oneOf(`OTEL_${kind}_EXPORTER`, ["otlp", "none"]), "otlp"),
      own: transport(`${kind}_`)
    }),
    ({ exporter, own }) => (common) => {
      const pick = <A>(one: (from: Transport) => Option.Option<A>, fallback: A): A =>
        Option.getOrElse(Option.orElse(one(own), () => one(common)), () => fallback)
      const protocol = pick((from) => from.protocol, "http/protobuf")
      return {
        isOn: exporter === "otlp",
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

/** Over HTTP each signal has its path below the base; over gRPC it has none. */
const endpointOf = (base: string, protocol: Protocol, kind: Kind): string =>
  protocol === "grpc" ? base : `${base.replace(/\/+$/, "")}/v1/${kind.toLowerCase()}`

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio"
] as const

/** Whether everything is switched off: read before the others, so that it works whatever they say. */
export const isDisabled: Config.Config<boolean> = or(flag("OTEL_SDK_DISABLED"), false)

const temporalities = ["cumulative", "delta", "lowmemory"] as const

/** How metrics are added up over time. */
export type Temporality = (typeof temporalities)[number]

const read = Config.all({
  serviceName: text("OTEL_SERVICE_NAME"),
  resource: or(pairs("OTEL_RESOURCE_ATTRIBUTES"), {}),
  common: transport(""),
  traces: signal("TRACES"),
  metrics: signal("METRICS"),
  sampler: or(oneOf("OTEL_TRACES_SAMPLER", samplers), "parentbased_always_on"),
  samplerRatio: or(ratio("OTEL_TRACES_SAMPLER_ARG"), 1),
  valueLength: first(
    integer("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", 0),
    integer("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", 0)
  ),
  attributeCount: first(
    integer("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", 0),
    integer("OTEL_ATTRIBUTE_COUNT_LIMIT", 0)
  ),
  temporality: or(oneOf("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", temporalities), "cumulative"),
  metricInterval: or(integer("OTEL_METRIC_EXPORT_INTERVAL", 1), 60_000),
  scheduleDelay: or(integer("OTEL_BSP_SCHEDULE_DELAY", 0), 5000),
  exportTimeout: or(integer("OTEL_BSP_EXPORT_TIMEOUT", 1), 30_000),
  maxQueueSize: or(integer("OTEL_BSP_MAX_QUEUE_SIZE", 1), 16_384),
  maxExportBatchSize: or(integer("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 1), 512)
})

/** Everything that the variables say. */
export const settings = Config.map(read, ({ common, metrics, traces, ...rest }) => ({
  ...rest,
  traces: traces(common),
  metrics: metrics(common)
}))

/** Everything that the variables say. */
export type Settings = Config.Config.Success<typeof settings>
