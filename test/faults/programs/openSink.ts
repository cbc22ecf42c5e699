/**
 * The file sink as the fault rows use it: opened, given numbered records, asked for its counters, closed.
 *
 * It runs inside a test and inside the child programs alike. Warnings are kept, not printed: standard output belongs to whoever drives it.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Runtime from "effect/Runtime"
import { type FileStats, FileTelemetry, Telemetry, TelemetryLimits } from "loom-telemetry"
import { NodeFiles, type NodeFunctions } from "../../../src/sinks/file/nodeFunctions.js"

/** The options of the layer. */
export type SinkOptions = NonNullable<Parameters<typeof FileTelemetry.layer>[1]>

/** How records are emitted. */
export interface Emission {
  readonly count: number
  /** Bytes of a record's line, roughly. Default 400. */
  readonly size?: number
  /** Bytes after which the emitter waits for a flush; without it it never waits. */
  readonly flushEvery?: number
}

/** An open sink. Its records are spans named `work` with the attributes `writer` and `index`, which counts from 0. */
export interface OpenedSink {
  readonly emit: (emission: Emission) => Promise<void>
  readonly emitted: () => number
  readonly flush: () => Promise<void>
  readonly stats: () => Promise<FileStats>
  readonly warnings: ReadonlyArray<string>
  /** Runs anything under the sink. */
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A>
  readonly close: () => Promise<void>
}

/** Bytes of a record that holds no text. */
const bareLine = 330

/** Bytes between two turns of the event loop, so that the sink under test gets its own. */
const turnEvery = 256 * 1024

const roomy = Layer.succeed(TelemetryLimits, { ...TelemetryLimits.default, valueLength: 4 * 1024 * 1024 })

/** The layer, with records as large as a row wants them. */
export const sinkLayer = (path: string, options: SinkOptions = {}, functions?: NodeFunctions) =>
  FileTelemetry.layer(path, options).pipe(
    Layer.provide(NodeFileSystem.layer),
    Layer.provide(roomy),
    Layer.provide(functions === undefined ? Layer.empty : Layer.succeed(NodeFiles, functions))
  )

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Opens the sink. Rejects with the layer's own error. */
export const openSink = async (
  path: string,
  options: SinkOptions = {},
  { functions, writer = "w" }: { readonly writer?: string; readonly functions?: NodeFunctions } = {}
): Promise<OpenedSink> => {
  const warnings: Array<string> = []
  const kept = Logger.replace(Logger.defaultLogger, Logger.make(({ message }) => void warnings.push(String(message))))
  const managed = ManagedRuntime.make(sinkLayer(path, options, functions).pipe(Layer.provideMerge(kept)))
  const built = await Effect.runPromise(Effect.either(managed.runtimeEffect))
  if (built._tag === "Left") {
    throw built.left
  }
  // Not the managed one: after its end the records still have to reach the sink that is closed.
  const run = Runtime.runPromise(built.right)
  let next = 0
  const span = (text: string) => Telemetry.withSpan(Effect.void, "work", { writer, index: next++, text })
  const emit = async ({ count, flushEvery = Infinity, size = 400 }: Emission) => {
    const text = "x".repeat(Math.max(0, size - bareLine))
    const burst = Math.max(1, Math.floor(Math.min(turnEvery, flushEvery) / size))
    let unflushed = 0
    for (let left = count; left > 0; left -= burst) {
      await run(Effect.repeatN(Effect.suspend(() => span(text)), Math.min(burst, left) - 1))
      unflushed += burst * size
      if (unflushed >= flushEvery) {
        unflushed = 0
        await run(Telemetry.flush)
      }
      await turn()
    }
  }
  return {
    emit,
    emitted: () => next,
    flush: () => run(Telemetry.flush),
    stats: () => run(Effect.flatMap(FileTelemetry, (file) => file.stats)),
    warnings,
    run,
    close: () => managed.dispose()
  }
}
