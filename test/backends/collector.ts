/**
 * A running Collector with one of the configurations in collector/.
 */
import { Effect, type Scope } from "effect"
import { fileURLToPath } from "node:url"
import { programOf } from "./installed.js"
import { freePort, type NotInTimeError, type Running, server, temporaryFolder } from "./server.js"

/** A running Collector. */
export interface Collector extends Running {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string
  /** The folder that it writes to. */
  readonly folder: string
}

/** Configurations that docs/scale.md offers to users. */
const published = ["scale", "gateway"]

/** The path of a configuration. */
export const configOf = (name: string): string => {
  const folder = published.includes(name) ? "../../docs/collector/" : "./collector/"
  return fileURLToPath(new URL(`${folder}${name}.yaml`, import.meta.url))
}

/** Starts a Collector with this configuration. The variables are derived from its endpoint and its working directory. */
export const collector = (
  config: string,
  env: (
    collector: Pick<Collector, "endpoint" | "folder"> & { readonly port: number }
  ) => Readonly<Record<string, string>>
): Effect.Effect<Collector, NotInTimeError, Scope.Scope> =>
  Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const port = yield* freePort
    const endpoint = `http://127.0.0.1:${port}`
    const running = yield* server({
      command: programOf("collector"),
      args: ["--config", configOf(config)],
      env: env({ endpoint, folder, port }),
      folder,
      probe: {
        url: `${endpoint}/v1/traces`,
        init: { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }
      }
    })
    return { ...running, endpoint, folder }
  })

/** A Collector that writes everything received over HTTP or gRPC to `traces.jsonl`, `metrics.jsonl` and `logs.jsonl`. */
export const recordingCollector: Effect.Effect<
  Collector & { readonly grpcEndpoint: string },
  NotInTimeError,
  Scope.Scope
> = Effect.gen(function*() {
  const grpcPort = yield* freePort
  const running = yield* collector(
    "everything",
    ({ folder, port }) => ({ OTLP_PORT: String(port), GRPC_PORT: String(grpcPort), OUT: folder })
  )
  return { ...running, grpcEndpoint: `http://127.0.0.1:${grpcPort}` }
})
