/**
 * Streams that fail: the program is not affected, and lost lines are counted and reported once.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import { type ConsoleStream, ConsoleTelemetry, Telemetry } from "loom-telemetry"
import { EventEmitter } from "node:events"
import { setImmediate } from "node:timers/promises"
import { describe, expect } from "vitest"
import { openOutput } from "../../../src/sinks/console/output.js"
import { faultRow } from "../../faults/row.js"

/** The warnings logged while the effect ran. */
const warningsOf = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const warnings: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void warnings.push(String(message)))
    return self.pipe(
      // Warnings are logged by their own fiber.
      Effect.zipLeft(Effect.yieldNow()),
      Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
      Effect.map((result) => ({ result, warnings }))
    )
  })

const broken: ConsoleStream = {
  write: () => {
    throw new Error("EPIPE: broken pipe")
  }
}

/** A row of the matrix. */
const row = (what: string, body: () => Effect.Effect<void, never, Scope.Scope>): void =>
  faultRow("console", what, () => Effect.runPromise(Effect.scoped(body())))

class Emitting extends EventEmitter {
  readonly lines: Array<string> = []
  write(line: string): boolean {
    this.lines.push(line)
    this.emit("error", new Error("ENOSPC: no space left"))
    return false
  }
}

const twoSpans = Telemetry.withSpan(Telemetry.withSpan(Effect.succeed("result"), "inner"), "outer")

describe("a stream whose write throws", () => {
  row(
    "a stream whose write throws does not change the program's result, and is reported once",
    () =>
      Effect.gen(function*() {
        for (const order of ["live", "tree"] as const) {
          const layer = ConsoleTelemetry.layer({ stream: broken, order })
          const { result, warnings } = yield* warningsOf(Effect.provide(twoSpans, layer))
          expect(result).toBe("result")
          expect(warnings).toEqual([
            "Console telemetry lost lines: its stream failed with Error: EPIPE: broken pipe. The program continues"
          ])
        }
      })
  )

  row("a stream whose write throws does not change the program's failure", () =>
    Effect.gen(function*() {
      const layer = ConsoleTelemetry.layer({ stream: broken })
      const { result } = yield* warningsOf(
        Effect.exit(Effect.provide(Telemetry.withSpan(Effect.fail("no"), "s"), layer))
      )
      expect(result).toStrictEqual(Exit.fail("no"))
    }))

  row("a stream whose write throws loses lines, which are counted", () =>
    Effect.gen(function*() {
      const { result } = yield* warningsOf(Effect.gen(function*() {
        const output = yield* openOutput({ stream: broken })
        output.write("a\n")
        output.write("b\n")
        return output.counts.read().dropped
      }))
      expect(result).toEqual({ queue_full: 0, io: 2 })
    }))
})

describe("a stream whose write returns a promise", () => {
  row(
    "a stream whose write returns a rejected promise loses lines, which are counted, and the process continues",
    () =>
      Effect.gen(function*() {
        const write = async () => {
          throw new Error("EPIPE: broken pipe")
        }
        const { result } = yield* warningsOf(Effect.gen(function*() {
          const output = yield* openOutput({ stream: { write } })
          output.write("a\n")
          output.write("b\n")
          yield* Effect.promise(() => setImmediate())
          return output.counts.read()
        }))
        expect(result).toMatchObject({ written: 0, dropped: { io: 2 } })
      })
  )
})

describe("a stream that emits an error", () => {
  row("a stream that emits an error does not end the process, and is reported once", () =>
    Effect.gen(function*() {
      const stream = new Emitting()
      const { result, warnings } = yield* warningsOf(Effect.provide(twoSpans, ConsoleTelemetry.layer({ stream })))
      expect(result).toBe("result")
      expect(stream.lines).toHaveLength(3)
      expect(warnings).toEqual([
        "Console telemetry lost lines: its stream failed with Error: ENOSPC: no space left. The program continues"
      ])
    }))

  row(
    "a stream that emits an error after the layer has closed does not end the process, and has one listener for any number of layers",
    () =>
      Effect.gen(function*() {
        const stream = new Emitting()
        const layer = ConsoleTelemetry.layer({ stream })
        yield* warningsOf(Effect.zipRight(Effect.provide(twoSpans, layer), Effect.provide(twoSpans, layer)))
        expect(stream.listenerCount("error")).toBe(1)
        expect(() => stream.emit("error", new Error("late"))).not.toThrow()
      })
  )

  row("a stream that emits an error loses lines, which are counted", () =>
    Effect.gen(function*() {
      const { result } = yield* warningsOf(Effect.gen(function*() {
        const output = yield* openOutput({ stream: new Emitting() })
        output.write("a\n")
        return output.counts.read().dropped
      }))
      expect(result).toEqual({ queue_full: 0, io: 1 })
    }))
})

describe("a stream that accepts no more", () => {
  row(
    "a stream that accepts no more because its reader is slow buffers at most 8 MiB, and lost lines are counted and reported once",
    () =>
      Effect.gen(function*() {
        const written: Array<string> = []
        const stream = { writableLength: 8 * 1024 * 1024 + 1, write: (line: string) => written.push(line) }
        const { result, warnings } = yield* warningsOf(Effect.gen(function*() {
          const output = yield* openOutput({ stream })
          output.write("a\n")
          output.write("b\n")
          stream.writableLength = 0
          output.write("c\n")
          return output.counts.read().dropped
        }))
        expect(result).toEqual({ queue_full: 2, io: 0 })
        expect(written).toEqual(["c\n"])
        expect(warnings).toEqual(["Console telemetry drops lines: the reader of its stream is too slow"])
      })
  )

  row(
    "a stream that accepts no more because it was destroyed is not written to, and lost lines are counted",
    () =>
      Effect.gen(function*() {
        const output = yield* openOutput({ stream: { ...broken, destroyed: true } as ConsoleStream })
        output.write("a\n")
        expect(output.counts.read().dropped).toEqual({ queue_full: 0, io: 1 })
      })
  )
})
