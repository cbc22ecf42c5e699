/**
 * A running Jaeger that keeps traces in memory, and its query API.
 */
import { Effect, type Scope } from "effect"
import { fileURLToPath } from "node:url"
import { programOf } from "./installed.js"
import { freePort, NotInTimeError, server, temporaryFolder } from "./server.js"

/** A running Jaeger. */
export interface Jaeger {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string
  /** The address of its query API. */
  readonly url: string
}

const config = fileURLToPath(new URL("./jaeger/jaeger.yaml", import.meta.url))

/** Starts an empty Jaeger. */
export const jaeger: Effect.Effect<Jaeger, NotInTimeError, Scope.Scope> = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const [otlp, query, grpc] = [yield* freePort, yield* freePort, yield* freePort]
  const url = `http://127.0.0.1:${query}`
  yield* server({
    command: programOf("jaeger"),
    args: [`--config=${config}`],
    env: {
      OTLP_PORT: String(otlp),
      QUERY_PORT: String(query),
      QUERY_GRPC_PORT: String(grpc),
      // Otherwise it would trace its own queries.
      OTEL_TRACES_SAMPLER: "always_off"
    },
    folder,
    probe: { url: `${url}/api/services` }
  })
  return { endpoint: `http://127.0.0.1:${otlp}`, url }
})

type Tags = Readonly<Record<string, unknown>>

/** A span as Jaeger shows it. */
export interface JaegerSpan {
  readonly traceId: string
  readonly spanId: string
  /** `undefined` for a root. */
  readonly parentId: string | undefined
  readonly name: string
  readonly service: string
  /** Microseconds since the epoch. */
  readonly start: number
  /** Microseconds. */
  readonly duration: number
  readonly tags: Tags
  /** The fields of each event; its name is `event`. */
  readonly events: ReadonlyArray<Tags>
  readonly warnings: ReadonlyArray<string>
}

const tagsOf = (tags: ReadonlyArray<{ readonly key: string; readonly value: unknown }>): Tags =>
  Object.fromEntries(tags.map(({ key, value }) => [key, value]))

const spansOf = ({ processes, spans }: any): ReadonlyArray<JaegerSpan> =>
  spans.map((span: any) => ({
    traceId: span.traceID,
    spanId: span.spanID,
    parentId: span.references.find(({ refType }: any) => refType === "CHILD_OF")?.spanID,
    name: span.operationName,
    service: processes[span.processID].serviceName,
    start: span.startTime,
    duration: span.duration,
    tags: tagsOf(span.tags),
    events: span.logs.map(({ fields }: any) => tagsOf(fields)),
    warnings: span.warnings ?? []
  }))

const ask = ({ url }: Jaeger, path: string): Effect.Effect<any, NotInTimeError> =>
  Effect.tryPromise({
    try: async () => {
      const response = await fetch(`${url}/api/${path}`)
      const { data, errors } = await response.json() as any
      if (!response.ok || data === null) {
        throw new Error(`${response.status}: ${JSON.stringify(errors)}`)
      }
      return data
    },
    catch: (cause) => new NotInTimeError({ what: `Jaeger, ${path}: ${String(cause)}` })
  })

/** The spans of a trace. */
export const traceOf = (jaeger: Jaeger, traceId: string): Effect.Effect<ReadonlyArray<JaegerSpan>, NotInTimeError> =>
  Effect.map(ask(jaeger, `traces/${traceId}`), ([trace]) => spansOf(trace))

/** The ids of the traces of a service with a span that has all of these tags. */
export const search = (
  jaeger: Jaeger,
  service: string,
  tags: Readonly<Record<string, string>>
): Effect.Effect<ReadonlyArray<string>, NotInTimeError> =>
  Effect.map(
    ask(jaeger, `traces?service=${service}&tags=${encodeURIComponent(JSON.stringify(tags))}&limit=20`),
    (traces) => traces.map(({ traceID }: any) => traceID)
  )

/** The names of the services it knows. */
export const services = (jaeger: Jaeger): Effect.Effect<ReadonlyArray<string>, NotInTimeError> =>
  ask(jaeger, "services")

/** One less than `max_traces` in jaeger.yaml, as Jaeger requires. */
const most = 9999

/** All spans as stored. Unlike other responses, this contains a span delivered twice two times, because Jaeger merges nothing in raw traces. */
export const storedSpans = (jaeger: Jaeger): Effect.Effect<ReadonlyArray<JaegerSpan>, NotInTimeError> =>
  Effect.gen(function*() {
    const traces = new Map<string, any>()
    for (const service of yield* services(jaeger)) {
      for (const trace of yield* ask(jaeger, `traces?service=${service}&raw=true&limit=${most}`)) {
        traces.set(trace.traceID, trace)
      }
    }
    return [...traces.values()].flatMap(spansOf)
  })
