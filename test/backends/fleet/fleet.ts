/**
 * A fleet on one machine: eight processes, two Collectors that pass each trace to one of two sampling Collectors, and behind them
 * Jaeger and Prometheus. Under load, one Collector of each row is killed and restarted.
 */
import { Effect, type Scope } from "effect"
import type { OTelStats } from "loom-telemetry/otel"
import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { compiledProgram } from "../../bundled.js"
import { type Collector, collector } from "../collector.js"
import { type Jaeger, jaeger, type JaegerSpan, storedSpans } from "../jaeger.js"
import { type Prometheus, prometheus } from "../prometheus.js"
import { freePort, NotInTimeError, temporaryFolder } from "../server.js"
import type { FromProcess, Job, ToProcess } from "./messages.js"

/** The duration and size of the load. */
export interface Load {
  /** Seconds of load. The first Collector is killed after a third, the second after two thirds. */
  readonly seconds: number
  /** Users of each of the two processes that take requests; a user sends at most one a second. */
  readonly users: number
}

/** An outage, in milliseconds since 1970. */
export interface Outage {
  readonly killed: number
  readonly back: number
}

/** The result of a run. */
export interface Fleet {
  readonly prometheus: Prometheus
  readonly jaeger: Jaeger
  /** The contents of Jaeger at the end. */
  readonly stored: ReadonlyArray<JaegerSpan>
  /** The files written by the processes. */
  readonly emitted: ReadonlyArray<string>
  /** The counters of the processes' sinks. */
  readonly stats: ReadonlyArray<OTelStats>
  readonly outages: { readonly gateway: Outage; readonly sampler: Outage }
}

/** How long a sampler waits for a trace, in seconds. A trace takes half a second, or several on a busy machine, and another until it is sent. */
export const decisionWait = 10

/** How long a killed Collector stays away, in seconds. */
const away = 3

type Role = "front" | "office" | "tools" | "worker"

interface Process {
  readonly child: ChildProcess
  readonly url: string
  readonly stats: Promise<OTelStats>
}

const source = fileURLToPath(new URL("./process.ts", import.meta.url))

/** Starts a process and waits until it is ready. */
const started = (
  role: Role,
  file: string,
  env: Readonly<Record<string, string>>,
  peers: ReadonlyArray<string>,
  onJob: (job: Job) => void
): Effect.Effect<Process, NotInTimeError, Scope.Scope> =>
  Effect.gen(function*() {
    const program = yield* Effect.promise(() => compiledProgram(source))
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => fork(program, [role, file, ...peers], { env: { PATH: process.env["PATH"], ...env } })),
      (made) => Effect.sync(() => made.kill("SIGKILL"))
    )
    const port = yield* Effect.async<number, NotInTimeError>((resume) => {
      child.on("message", (message: FromProcess) => {
        if ("port" in message) {
          resume(Effect.succeed(message.port))
        }
      })
      child.once("exit", (code) => resume(new NotInTimeError({ what: `${role} ended with ${code}` })))
    })
    const stats = new Promise<OTelStats>((resolve, reject) => {
      child.on("message", (message: FromProcess) => {
        if ("stats" in message) {
          resolve(message.stats)
        } else if ("job" in message) {
          onJob(message.job)
        }
      })
      child.once("exit", (code) => reject(new Error(`${role} ended with ${code} before it was ready`)))
    })
    stats.catch(() => {})
    return { child, url: `http://127.0.0.1:${port}`, stats }
  })

/** Stops processes, and waits for their last messages. */
const ended = (processes: ReadonlyArray<Process>): Effect.Effect<ReadonlyArray<OTelStats>> =>
  Effect.promise(() => {
    processes.forEach(({ child }) => child.send("stop" satisfies ToProcess))
    return Promise.all(processes.map(({ stats }) => stats))
  })

const sampler = ({ endpoint }: Jaeger, grpcPort: number) =>
  collector("scale", ({ folder, port }) => ({
    OTLP_ENDPOINT: `127.0.0.1:${port}`,
    OTLP_GRPC_ENDPOINT: `127.0.0.1:${grpcPort}`,
    STORE_ENDPOINT: endpoint,
    TRACES_FILE: `${folder}/traces.jsonl`,
    DECISION_WAIT: `${decisionWait}s`,
    BATCH_TIMEOUT: "500ms",
    // Only failed traces are kept, so the traces that must arrive are known.
    KEEP_PERCENT: "0",
    SLOW_MS: "3600000",
    OWN_METRICS: "none"
  }))

const gateway = ({ endpoint }: Prometheus, samplers: ReadonlyArray<number>) =>
  collector("gateway", ({ port }) => ({
    OTLP_ENDPOINT: `127.0.0.1:${port}`,
    SAMPLERS: `[${samplers.map((each) => `127.0.0.1:${each}`).join(", ")}]`,
    METRICS_ENDPOINT: endpoint,
    OWN_METRICS: "none"
  }))

const outage = ({ kill, restart }: Collector): Effect.Effect<Outage, NotInTimeError> =>
  Effect.gen(function*() {
    const killed = Date.now()
    yield* kill
    yield* Effect.sleep(`${away} seconds`)
    yield* restart
    return { killed, back: Date.now() }
  })

/** Runs the fleet under this load, and returns when everything in transit has arrived. */
export const fleet = ({ seconds, users }: Load): Effect.Effect<Fleet, NotInTimeError, Scope.Scope> =>
  Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const [traces, metrics] = yield* Effect.all([jaeger, prometheus()], { concurrency: 2 })
    const grpcPorts = [yield* freePort, yield* freePort]
    const samplers = yield* Effect.forEach(grpcPorts, (port) => sampler(traces, port), { concurrency: 2 })
    const gateways = yield* Effect.forEach([0, 1], () => gateway(metrics, grpcPorts), { concurrency: 2 })
    const emitted: Array<string> = []
    const workers: Array<Process> = []
    let jobs = 0
    const onJob = (job: Job) => void workers[jobs++ % workers.length]!.child.send({ job } satisfies ToProcess)
    const make = (role: Role, peers: ReadonlyArray<Process> = []) =>
      Effect.suspend(() => {
        const file = `${folder}/${emitted.length}.jsonl`
        const endpoint = gateways[emitted.length % gateways.length]!.endpoint
        emitted.push(file)
        const env = {
          USERS: String(users),
          OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
          OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
          OTEL_SERVICE_NAME: role,
          OTEL_BSP_SCHEDULE_DELAY: "1000",
          OTEL_METRIC_EXPORT_INTERVAL: "5000"
        }
        return started(role, file, env, peers.map(({ url }) => url), onJob)
      })
    workers.push(yield* make("worker"), yield* make("worker"))
    const tools = [yield* make("tools"), yield* make("tools")]
    const offices = [yield* make("office", [tools[0]!]), yield* make("office", [tools[1]!])]
    const fronts = [yield* make("front", offices), yield* make("front", offices)]

    yield* Effect.sleep(`${seconds / 3} seconds`)
    const first = yield* outage(gateways[0]!)
    yield* Effect.sleep(`${seconds / 3 - away} seconds`)
    const second = yield* outage(samplers[0]!)
    yield* Effect.sleep(`${seconds / 3 - away} seconds`)

    const stats: Array<OTelStats> = []
    for (const row of [fronts, offices, tools, workers]) {
      stats.push(...yield* ended(row))
    }
    // Until the last trace has been sampled, batched and stored.
    yield* Effect.sleep(`${decisionWait + 5} seconds`)
    return {
      prometheus: metrics,
      jaeger: traces,
      stored: yield* storedSpans(traces),
      emitted,
      stats,
      outages: { gateway: first, sampler: second }
    }
  })
