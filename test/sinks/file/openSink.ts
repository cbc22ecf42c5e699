/**
 * The file sink on a disk that a test can break; stays open until it is closed.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import type { FileStats } from "loom-telemetry"
import { FileTelemetry, Telemetry } from "loom-telemetry"
import * as fs from "node:fs"
import { NodeFiles, type NodeFunctions } from "../../../src/sinks/file/nodeFunctions.js"
import { systemError } from "./systemError.js"

export type FileOptions = NonNullable<Parameters<typeof FileTelemetry.layer>[1]>

/** Node's own functions, as the sink calls them. */
export const nodeFunctions: NodeFunctions = fs as unknown as NodeFunctions

/** Functions whose writes fail while `refusal` returns an error code. */
export const refusing = (refusal: () => string | undefined): Partial<NodeFunctions> => ({
  write: (fd, bytes, offset, length, position, done) => {
    const code = refusal()
    return code === undefined
      ? nodeFunctions.write(fd, bytes, offset, length, position, done)
      : void setImmediate(() => done(systemError(code), 0))
  },
  writeSync: (fd, bytes, offset, length, position) => {
    const code = refusal()
    if (code !== undefined) {
      throw systemError(code)
    }
    return nodeFunctions.writeSync(fd, bytes, offset, length, position)
  }
})

/** Functions that write at most `most` bytes at once. */
export const stingy = (most: () => number): Partial<NodeFunctions> => ({
  write: (fd, bytes, offset, length, position, done) =>
    nodeFunctions.write(fd, bytes, offset, Math.min(length, most()), position, done),
  writeSync: (fd, bytes, offset, length, position) =>
    nodeFunctions.writeSync(fd, bytes, offset, Math.min(length, most()), position)
})

/** One record with this name. */
export const record = (name: string, attributes = {}) => Telemetry.withSpan(Effect.void, name, attributes)

/** One record after another. */
export const records = (names: ReadonlyArray<string>, attributes = {}) =>
  Effect.forEach(names, (name) => record(name, attributes), { discard: true })

/** Numbered names. */
export const numbered = (count: number, prefix = "r"): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`)

/** The equation of counters that must always hold. */
export const expectBalance = ({ accepted, dropped, queued, written }: FileStats): void =>
  expect(written + queued + Object.values(dropped).reduce((sum, count) => sum + count, 0)).toBe(accepted)

/** Opens the sink; `damage` replaces functions of `node:fs`. Closed at the end of the test at the latest. */
export const openSink = (path: string, options: FileOptions = {}, damage: Partial<NodeFunctions> = {}) =>
  Effect.gen(function*() {
    const warnings: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void warnings.push(String(message)))
    const layer = FileTelemetry.layer(path, options).pipe(
      Layer.provide([NodeFileSystem.layer, Layer.succeed(NodeFiles, { ...nodeFunctions, ...damage })]),
      Layer.provideMerge(Logger.replace(Logger.defaultLogger, logger))
    )
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer(() =>
      Effect.gen(function*() {
        const closing = yield* Effect.forkDaemon(Scope.close(scope, Exit.void))
        yield* eventually(Effect.map(Fiber.poll(closing), Option.isSome))
      })
    )
    const context = yield* Layer.buildWithScope(layer, scope)
    const run = <A, E>(effect: Effect.Effect<A, E, Telemetry | FileTelemetry>) => Effect.provide(effect, context)
    return {
      run,
      warnings,
      close: Scope.close(scope, Exit.void),
      stats: run(Effect.flatMap(FileTelemetry, (file) => file.stats)),
      flush: run(Telemetry.flush)
    }
  })

const turn = Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))

/** Waits until the disk has completed all earlier calls. */
const answered = Effect.async<void>((resume) => fs.stat(".", () => setImmediate(() => resume(Effect.void))))

/** Lets the disk work and moves the test's clock, 50 ms at a time, until the condition holds. */
export const eventually = (condition: Effect.Effect<boolean>): Effect.Effect<void> =>
  Effect.gen(function*() {
    for (let turns = 0; !(yield* condition); turns++) {
      if (turns > 5000) {
        throw new Error("The condition never holds")
      }
      yield* answered
      yield* TestClock.adjust("50 millis")
    }
  })

/** Lets the event loop turn a few times; the test's clock stands still. */
export const turns = Effect.repeatN(turn, 30)
