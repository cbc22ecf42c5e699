/**
 * A child program that reports the bytes and run loop steps that each measured program needs per span or measurement.
 *
 * Both are counts, not times, so load on the machine does not matter. Run it with a young generation so large that nothing is collected meanwhile.
 */
import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import { ExportResultCode } from "@opentelemetry/core"
import { BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import * as RuntimeFlagsPatch from "effect/RuntimeFlagsPatch"
import * as Supervisor from "effect/Supervisor"
import { InMemoryTelemetry, MultiTelemetry, NoTelemetryLive, Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { attributes, body, effectSpan, nested, runtimeOf, times, type Wrap } from "../../bench/programs.js"

/** The cost of one span or measurement. */
export interface Taken {
  /** Bytes allocated, without those of the loop around it. */
  readonly bytes: number
  /** Steps of Effect's run loop, without those of the loop around it. */
  readonly steps: number
}

const runs = 2000

const ours: Wrap = (self, name) => Telemetry.withSpan(self, name, attributes)
const measurement = Telemetry.emitMetric("loom.tokens.input", 1, attributes)

const nowhere: SpanExporter = {
  export: (_spans, done) => done({ code: ExportResultCode.SUCCESS }),
  shutdown: () => Promise.resolve()
}
const processor = () => new BatchSpanProcessor(nowhere, { maxQueueSize: 4, maxExportBatchSize: 4 })

const memory = () => InMemoryTelemetry.layer({ capacity: 100 })

const cases: { readonly [name: string]: readonly [Layer.Layer<never>, Effect.Effect<unknown>, spans: number] } = {
  effect: [Layer.empty, nested(effectSpan), 3],
  none: [NoTelemetryLive, nested(ours), 3],
  memory: [memory(), nested(ours), 3],
  four: [MultiTelemetry.layer([memory(), memory(), memory(), memory()]), nested(ours), 3],
  library: [memory(), nested(effectSpan), 3],
  otel: [OTelTelemetry.layer({ spanProcessor: processor() }), nested(ours), 3],
  nodeSdk: [
    NodeSdk.layer(() => ({ resource: { serviceName: "guard" }, spanProcessor: processor() })),
    nested(effectSpan),
    3
  ],
  metric: [memory(), measurement, 1],
  noMetric: [NoTelemetryLive, measurement, 1]
}

/** Counts the steps of the fibers that it supervises. */
class Counter extends Supervisor.AbstractSupervisor<void> {
  override readonly value = Effect.void
  steps = 0

  override onEffect(_fiber: Fiber.RuntimeFiber<unknown, unknown>): void {
    this.steps++
  }
}

const counted = 20

/** The steps of the program, including the loop around it. */
const stepsIn = (runtime: Runtime.Runtime<never>, self: Effect.Effect<unknown>): number => {
  const counter = new Counter()
  const supervised = times(counted, self).pipe(
    Effect.supervised(counter),
    Effect.withRuntimeFlagsPatch(RuntimeFlagsPatch.enable(RuntimeFlags.OpSupervision))
  )
  Runtime.runSync(runtime)(supervised)
  return counter.steps
}

const rounds = 7

/** The median of several rounds, because the engine itself allocates while it compiles. */
const bytesIn = (runtime: Runtime.Runtime<never>, self: Effect.Effect<unknown>): number => {
  const run = Runtime.runSync(runtime)
  const program = times(runs, self)
  for (let round = 0; round < 5; round++) {
    run(program)
  }
  const taken: Array<number> = []
  for (let round = 0; round < rounds; round++) {
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    run(program)
    taken.push((process.memoryUsage().heapUsed - before) / runs)
  }
  return taken.sort((a, b) => a - b)[rounds >> 1]!
}

const empty = await runtimeOf(Layer.empty)

const takenBy = async (name: string): Promise<Taken> => {
  const [layer, self, spans] = cases[name]!
  const { runtime } = await runtimeOf(layer)
  return {
    bytes: Math.round((bytesIn(runtime, self) - bytesIn(empty.runtime, body)) / spans),
    steps: (stepsIn(runtime, self) - stepsIn(empty.runtime, body)) / counted / spans
  }
}

const taken: Record<string, Taken> = {}
for (const name of Object.keys(cases)) {
  taken[name] = await takenBy(name)
}
process.stdout.write(JSON.stringify(taken), () => process.exit(0))
