/**
 * The file sink as the fault rows use it: open it, emit numbered records, read its counters, close it.
 *
 * It runs in tests and in child programs. Warnings are kept and not printed, because standard output belongs to the caller.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Runtime from "effect/Runtime"
import { type FileStats, FileTelemetry, Telemetry, TelemetryLimits } from "loom-telemetry"
import { NodeFiles, type NodeFunctions } from "../../../src/sinks/file/nodeFunctions.js"

export type SinkOptions = NonNullable<Parameters<typeof FileTelemetry.layer>[1]>

/** What is recorded: spans, scores of a trace that has ended, or one of each in turn. */
export type EmittedKind = "span" | "score" | "both"

export interface Emission {
  readonly count: number
  /** Default: spans. */
  readonly of?: EmittedKind
  /** Approximate bytes per line. Default 400. */
  readonly size?: number
  /** Bytes after which the emitter waits for a flush. Default: never. */
  readonly flushEvery?: number
}

/** An open sink. Its records are spans or scores named `work` with the attributes `writer` and `index`, which counts from 0. */
export interface OpenedSink {
  readonly emit: (emission: Emission) => Promise<void>
  readonly emitted: () => number
  readonly flush: () => Promise<void>
  readonly stats: () => Promise<FileStats>
  readonly warnings: ReadonlyArray<string>
  /** Runs an effect with the sink. */
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A>
  readonly close: () => Promise<void>
}

/** Bytes of a record without text. */
const bareLine = 330

/** Bytes between two turns of the event loop, which let the sink run. */
const turnEvery = 256 * 1024

const roomy = Layer.succeed(TelemetryLimits, { ...TelemetryLimits.default, valueLength: 4 * 1024 * 1024 })

/** The layer, with limits that allow records of any size. */
export const sinkLayer = (path: string, options: SinkOptions = {}, functions?: NodeFunctions) =>
  FileTelemetry.layer(path, options).pipe(
    Layer.provide(NodeFileSystem.layer),
    Layer.provide(roomy),
    Layer.provide(functions === undefined ? Layer.empty : Layer.succeed(NodeFiles, functions))
  )

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Opens the sink. Rejects with the error of the layer. */
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
  // Not the managed runtime: records must still reach the closed sink.
  const run = Runtime.runPromise(built.right)
  let next = 0
  const span = (text: string) => Telemetry.withSpan(Effect.void, "work", { writer, index: next++, text })
  const judged = { traceId: "0af7651916cd43dd8448eb211c80319c" }
  const score = (text: string) =>
    Telemetry.scoreOf(judged, "work", { value: 0.5, attributes: { writer, index: next++, text } })
  const emit = async ({ count, flushEvery = Infinity, of = "span", size = 400 }: Emission) => {
    const isScore = () => of === "score" || (of === "both" && next % 2 === 1)
    const text = "x".repeat(Math.max(0, size - bareLine))
    const burst = Math.max(1, Math.floor(Math.min(turnEvery, flushEvery) / size))
    let unflushed = 0
    for (let left = count; left > 0; left -= burst) {
      await run(Effect.repeatN(Effect.suspend(() => isScore() ? score(text) : span(text)), Math.min(burst, left) - 1))
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
