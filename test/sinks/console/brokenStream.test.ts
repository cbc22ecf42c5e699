/**
 * Streams that fail: the program goes on as if nothing had happened, and what was lost is counted and said once.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import { type ConsoleStream, ConsoleTelemetry, Telemetry } from "loom-telemetry"
import { spawnSync } from "node:child_process"
import { EventEmitter } from "node:events"
import { openOutput } from "../../../src/sinks/console/output.js"

/** Warnings that were logged while the effect ran. */
const warningsOf = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const warnings: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void warnings.push(String(message)))
    return self.pipe(
      // Warnings are logged by a fiber of their own.
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
  it.effect("does not change what the program gives, and is reported once", () =>
    Effect.gen(function*() {
      for (const order of ["live", "tree"] as const) {
        const layer = ConsoleTelemetry.layer({ stream: broken, order })
        const { result, warnings } = yield* warningsOf(Effect.provide(twoSpans, layer))
        expect(result).toBe("result")
        expect(warnings).toEqual([
          "The console telemetry lost lines: its stream failed with Error: EPIPE: broken pipe. The program goes on"
        ])
      }
    }))

  it.effect("does not change how the program fails", () =>
    Effect.gen(function*() {
      const layer = ConsoleTelemetry.layer({ stream: broken })
      const { result } = yield* warningsOf(
        Effect.exit(Effect.provide(Telemetry.withSpan(Effect.fail("no"), "s"), layer))
      )
      expect(result).toStrictEqual(Exit.fail("no"))
    }))

  it.scoped("loses lines, which are counted", () =>
    Effect.gen(function*() {
      const { result } = yield* warningsOf(Effect.gen(function*() {
        const output = yield* openOutput({ stream: broken })
        output.write("a\n")
        output.write("b\n")
        return output.dropped()
      }))
      expect(result).toBe(2)
    }))
})

describe("a stream that emits an error", () => {
  it.effect("ends nothing, and is reported once", () =>
    Effect.gen(function*() {
      const stream = new Emitting()
      const { result, warnings } = yield* warningsOf(Effect.provide(twoSpans, ConsoleTelemetry.layer({ stream })))
      expect(result).toBe("result")
      expect(stream.lines).toHaveLength(3)
      expect(warnings).toEqual([
        "The console telemetry lost lines: its stream failed with Error: ENOSPC: no space left. The program goes on"
      ])
    }))

  it.effect("ends nothing after the layer has closed either, and has one listener however many layers there were", () =>
    Effect.gen(function*() {
      const stream = new Emitting()
      const layer = ConsoleTelemetry.layer({ stream })
      yield* warningsOf(Effect.zipRight(Effect.provide(twoSpans, layer), Effect.provide(twoSpans, layer)))
      expect(stream.listenerCount("error")).toBe(1)
      expect(() => stream.emit("error", new Error("late"))).not.toThrow()
    }))

  it.scoped("loses lines, which are counted", () =>
    Effect.gen(function*() {
      const { result } = yield* warningsOf(Effect.gen(function*() {
        const output = yield* openOutput({ stream: new Emitting() })
        output.write("a\n")
        return output.dropped()
      }))
      expect(result).toBe(1)
    }))
})

describe("a stream that takes no more", () => {
  it.scoped("because its reader is slow is given nothing beyond 8 MiB, and what is lost is counted and said once", () =>
    Effect.gen(function*() {
      const written: Array<string> = []
      const stream = { writableLength: 8 * 1024 * 1024 + 1, write: (line: string) => written.push(line) }
      const { result, warnings } = yield* warningsOf(Effect.gen(function*() {
        const output = yield* openOutput({ stream })
        output.write("a\n")
        output.write("b\n")
        stream.writableLength = 0
        output.write("c\n")
        return output.dropped()
      }))
      expect(result).toBe(2)
      expect(written).toEqual(["c\n"])
      expect(warnings).toEqual(["The console telemetry loses lines: whoever reads its stream cannot keep up"])
    }))

  it.scoped("because it was destroyed is left alone, and what is lost is counted", () =>
    Effect.gen(function*() {
      const output = yield* openOutput({ stream: { ...broken, destroyed: true } as ConsoleStream })
      output.write("a\n")
      expect(output.dropped()).toBe(1)
    }))
})

/** A program of its own, because what happens to standard error happens to the whole process. */
const program = (order: string) => `
  import * as Effect from "effect/Effect"
  import { ConsoleTelemetry, Telemetry } from "./src/index.ts"
  const body = Effect.repeatN(Telemetry.withSpan(Effect.void, "span"), 5000)
  await Effect.runPromise(Effect.provide(body, ConsoleTelemetry.layer({ order: "${order}" })))
  await new Promise((resolve) => setTimeout(resolve, 20))
  console.log("finished")
`

const run = (order: string, redirect: string, before = "") =>
  spawnSync("bash", ["-c", `${before} node --import tsx --input-type=module -e "$PROGRAM" ${redirect}`], {
    env: { ...process.env, PROGRAM: program(order) },
    encoding: "utf8"
  })

const hasFull = spawnSync("test", ["-c", "/dev/full"]).status === 0

describe("standard error of a process", () => {
  for (const order of ["live", "tree"]) {
    it(`whose reader is gone does not end the program (${order})`, () => {
      const { status, stdout } = run(order, "2>&3", "exec 3> >(exec true); wait $!;")
      expect(status).toBe(0)
      expect(stdout).toMatch(/^[^\n]*The console telemetry lost lines[^\n]*EPIPE[^\n]*\nfinished\n$/)
    })

    it.skipIf(!hasFull)(`on a full disk does not end the program (${order})`, () => {
      const { status, stdout } = run(order, "2> /dev/full")
      expect(status).toBe(0)
      expect(stdout).toMatch(/^[^\n]*The console telemetry lost lines[^\n]*ENOSPC[^\n]*\nfinished\n$/)
    })
  }
})
