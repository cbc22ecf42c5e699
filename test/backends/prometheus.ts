/**
 * A running Prometheus with its OTLP receiver, and its query API.
 */
import { Effect, type Scope } from "effect"
import { fileURLToPath } from "node:url"
import { programOf } from "./installed.js"
import { freePort, NotInTimeError, server, temporaryFolder } from "./server.js"

/** A running Prometheus. */
export interface Prometheus {
  /** For `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`. */
  readonly endpoint: string
  /** The address of its query API. */
  readonly url: string
}

const config = fileURLToPath(new URL("./prometheus/prometheus.yml", import.meta.url))

/** Starts an empty Prometheus with these additional features. */
export const prometheus = (
  ...features: ReadonlyArray<"created-timestamp-zero-ingestion">
): Effect.Effect<Prometheus, NotInTimeError, Scope.Scope> =>
  Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const port = yield* freePort
    const url = `http://127.0.0.1:${port}`
    yield* server({
      command: programOf("prometheus"),
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--web.enable-otlp-receiver",
        ...features.map((feature) => `--enable-feature=${feature}`)
      ],
      env: {},
      folder,
      probe: { url: `${url}/-/ready` }
    })
    return { endpoint: `${url}/api/v1/otlp/v1/metrics`, url }
  })

/** A series of a result, with its value. */
export interface Sample {
  readonly labels: { readonly [name: string]: string }
  readonly value: number
}

const ask = async (url: string): Promise<any> => {
  const response = await fetch(url)
  const answer = await response.json() as any
  if (answer.status !== "success") {
    throw new Error(`${response.status}: ${answer.error}`)
  }
  return answer.data
}

const asking = <A>(query: string, answer: () => Promise<A>): Effect.Effect<A, NotInTimeError> =>
  Effect.tryPromise({
    try: answer,
    catch: (cause) => new NotInTimeError({ what: `Prometheus, ${query}: ${String(cause)}` })
  })

/** The current instant vector of a query. */
export const vector = ({ url }: Prometheus, query: string): Effect.Effect<ReadonlyArray<Sample>, NotInTimeError> =>
  asking(query, async () => {
    const { result } = await ask(`${url}/api/v1/query?query=${encodeURIComponent(query)}`)
    return result.map(({ metric, value }: any) => ({ labels: metric, value: Number(value[1]) }))
  })

/** The current value of a query; fails if there is none, or several. */
export const scalar = (prometheus: Prometheus, query: string): Effect.Effect<number, NotInTimeError> =>
  Effect.flatMap(vector(prometheus, query), (samples) =>
    samples.length === 1
      ? Effect.succeed(samples[0]!.value)
      : Effect.fail(new NotInTimeError({ what: `${query} gives ${samples.length} numbers` })))
