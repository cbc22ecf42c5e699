/**
 * A child program that executes commands, one per line of JSON: for faults that affect a whole process.
 *
 * It prints `open` or why opening failed, then answers each command with one line. It ends with its standard input.
 */
import type { FileStats } from "loom-telemetry"
import { TelemetryOpenError } from "loom-telemetry"
import { createInterface } from "node:readline"
import { type Emission, type OpenedSink, openSink, type SinkOptions } from "./openSink.js"

/** The arguments of the program. */
export interface DrivenOptions extends SinkOptions {
  readonly path: string
  readonly writer?: string
}

/** The commands. */
export type Command =
  | { readonly do: "emit"; readonly emission: Emission }
  | { readonly do: "flush" | "stats" | "close" | "heap" | "turnsOfOneWrite" }

/** The answer to `stats`. */
export interface DrivenStats {
  readonly emitted: number
  readonly stats: FileStats
  readonly warnings: ReadonlyArray<string>
}

/** The output if the layer failed. */
export interface OpenFailure {
  readonly reason: string
  readonly path: string
  readonly message: string
}

/** Turns of the event loop while one record is on its way to the disk. */
const turnsOfOneWrite = async (sink: OpenedSink): Promise<number> => {
  const { written } = await sink.stats()
  await sink.emit({ count: 1 })
  for (let turns = 0;; turns++) {
    if ((await sink.stats()).written > written) {
      return turns
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const heap = (): number => {
  globalThis.gc?.()
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}

const obey = async (sink: OpenedSink, command: Command): Promise<unknown> => {
  switch (command.do) {
    case "emit":
      await sink.emit(command.emission)
      return sink.emitted()
    case "flush":
      return sink.flush()
    case "close":
      return sink.close()
    case "stats":
      return { emitted: sink.emitted(), stats: await sink.stats(), warnings: sink.warnings } satisfies DrivenStats
    case "heap":
      return heap()
    case "turnsOfOneWrite":
      return turnsOfOneWrite(sink)
  }
}

const say = (answer: unknown): boolean => process.stdout.write(`${JSON.stringify({ answer })}\n`)

const failure = (thrown: unknown): OpenFailure => {
  if (!(thrown instanceof TelemetryOpenError)) {
    throw thrown
  }
  return { reason: thrown.reason, path: thrown.path, message: thrown.message }
}

const main = async ({ path, writer, ...options }: DrivenOptions): Promise<void> => {
  const sink = await openSink(path, options, writer === undefined ? {} : { writer }).catch(failure)
  if ("reason" in sink) {
    say({ failed: sink })
    return
  }
  say("open")
  for await (const line of createInterface({ input: process.stdin })) {
    say(await obey(sink, JSON.parse(line) as Command))
  }
  await sink.close()
}

await main(JSON.parse(process.argv[2] ?? "{}") as DrivenOptions)
