/**
 * The file sink compared with a model: whatever happens to its file, in any order, every record is in a file or counted as dropped, every
 * line is whole, and the order is kept.
 */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as fc from "fast-check"
import { type FileStats, FileTelemetry, Telemetry } from "loom-telemetry"
import { describe } from "vitest"
import { ManualClock } from "./manualClock.js"
import { MemoryDisk, type MemoryFile } from "./memoryDisk.js"
import { expectBalance } from "./openSink.js"

const path = "/disk/traces.jsonl"

const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("record" as const), count: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("flush" as const, "settle" as const, "wait" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("full" as const), room: fc.integer({ min: 0, max: 900 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("free" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("rename" as const, "delete" as const, "empty" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("coWrite" as const, "coTear" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reopen" as const) }) }
)

type Command = typeof command extends fc.Arbitrary<infer A> ? A : never

const theirs = "{\"kind\":\"theirs\"}"
const theirTorn = "{\"kind\":\"the"

/** Whole lines as JSON, others unchanged. */
const readLines = ({ text }: MemoryFile) => {
  const lines: Array<{ readonly kind: string; readonly name?: string }> = []
  const torn: Array<string> = []
  for (const line of text.split("\n")) {
    try {
      lines.push(JSON.parse(line))
    } catch {
      if (line !== "") {
        torn.push(line)
      }
    }
  }
  return { lines, torn }
}

const numbersIn = (file: MemoryFile): ReadonlyArray<number> =>
  readLines(file).lines.filter(({ kind }) => kind === "span").map(({ name }) => Number(name))

const turn = Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))

/** Without `Effect.repeat`, which on Effect 4 waits for the clock before each time. */
const times = <E, R>(count: number, effect: Effect.Effect<unknown, E, R>) =>
  Effect.forEach(Array.from({ length: count }), () => effect, { discard: true })

const settle = times(4, turn)

/** The sink that the model drives. */
class Subject {
  readonly disk = new MemoryDisk()
  readonly clock = new ManualClock()
  readonly stats: Array<FileStats> = []
  /** Records that were in a file when it was deleted or truncated. */
  readonly destroyed = new Set<number>()
  emitted = 0
  coWrites = 0
  private renames = 0
  private scope: Scope.CloseableScope | undefined
  private run: (effect: Effect.Effect<unknown, never, Telemetry | FileTelemetry>) => Effect.Effect<unknown> = () =>
    Effect.void

  readonly open: Effect.Effect<void> = Effect.gen(this, function*() {
    const layer = FileTelemetry.layer(path, { maxQueuedBytes: 4000, closeTimeout: "1 second" }).pipe(
      Layer.provide(this.disk.layer),
      Layer.provideMerge(Logger.remove(Logger.defaultLogger)),
      Layer.orDie
    )
    this.scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(layer, this.scope)
    this.run = (effect) => Effect.provide(effect, context)
  })

  readonly close: Effect.Effect<void> = Effect.gen(this, function*() {
    const closing = yield* Effect.fork(Scope.close(this.scope!, Exit.void))
    while (Option.isNone(yield* Fiber.poll(closing))) {
      yield* turn
      this.clock.advance(300)
    }
    yield* settle
    yield* this.run(Effect.flatMap(FileTelemetry, (file) => Effect.map(file.stats, (stats) => this.stats.push(stats))))
  })

  obey(command: Command): Effect.Effect<unknown> {
    const { disk } = this
    switch (command.do) {
      case "record":
        return times(
          command.count,
          Effect.suspend(() => this.run(Telemetry.withSpan(Effect.void, String(this.emitted++))))
        )
      case "flush":
        return Effect.zipRight(Effect.fork(this.run(Telemetry.flush)), turn)
      case "settle":
        return settle
      case "wait":
        return Effect.zipRight(Effect.sync(() => this.clock.advance(300)), settle)
      case "full":
        return Effect.sync(() => disk.room = command.room)
      case "free":
        return Effect.sync(() => disk.room = Infinity)
      case "rename":
        return Effect.sync(() => disk.rename(path, `${path}.${++this.renames}`))
      case "delete":
        return Effect.sync(() => (this.destroy(), disk.unlink(path)))
      case "empty":
        return Effect.sync(() => {
          this.destroy()
          if (disk.at(path) !== undefined) {
            disk.at(path)!.text = ""
          }
        })
      case "coWrite":
      case "coTear":
        // Between two of our writes: in the middle of one it cannot be detected the first time.
        return Effect.zipRight(
          settle,
          Effect.sync(() => {
            this.coWrites++
            const file = disk.at(path)
            if (file !== undefined) {
              file.text += command.do === "coWrite" ? `\n${theirs}\n` : `\n${theirTorn}`
            }
          })
        )
      case "reopen":
        return Effect.zipRight(this.close, this.open)
    }
  }

  private destroy(): void {
    const file = this.disk.at(path)
    if (file !== undefined) {
      numbersIn(file).forEach((number) => this.destroyed.add(number))
    }
  }
}

const expectModel = (subject: Subject): void => {
  const { all } = subject.disk
  const surviving = all.filter(({ links }) => links > 0)
  // Every record is in a file, was in one that was destroyed, or is counted. A record destroyed while it was being written may or may
  // not have been written again.
  const found = new Set(surviving.flatMap(numbersIn))
  const seen = new Set([...found, ...subject.destroyed, ...all.flatMap(numbersIn)])
  const sum = (of: (stats: FileStats) => number) => subject.stats.reduce((total, stats) => total + of(stats), 0)
  const dropped = sum((stats) => Object.values(stats.dropped).reduce((total, count) => total + count, 0))
  expect(sum(({ accepted }) => accepted)).toBe(subject.emitted)
  expect(sum(({ written }) => written) + dropped).toBe(subject.emitted)
  expect(found.size + dropped).toBeLessThanOrEqual(subject.emitted + subject.coWrites)
  expect(seen.size + dropped).toBeGreaterThanOrEqual(subject.emitted)
  // In the order in which the spans ended, within each file and across all of them. None twice, except one that lacked only its newline when
  // another process wrote after it: it is unknown whether that completed the line.
  const numbers = surviving.flatMap(numbersIn)
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
  expect(numbers.length - found.size).toBeLessThanOrEqual(subject.coWrites)
  // Only lines of the other writer are torn, and those of ours in which it wrote. No line is glued to another.
  const torn = surviving.flatMap((file) => readLines(file).torn).filter((line) => line !== theirTorn)
  expect(torn.length).toBeLessThanOrEqual(subject.coWrites)
  for (const line of torn) {
    expect(line.lastIndexOf("{\"kind\"")).toBeLessThanOrEqual(0)
  }
  subject.stats.forEach(expectBalance)
  expect(subject.disk.openCount).toBe(0)
}

const runModel = (commands: ReadonlyArray<Command>) => {
  const subject = new Subject()
  return Effect.gen(function*() {
    yield* subject.open
    for (const command of commands) {
      yield* subject.obey(command)
    }
    yield* subject.close
    expectModel(subject)
  }).pipe(Effect.withClock(subject.clock), Effect.runPromise)
}

describe("the file sink, whatever happens to its file,", () => {
  it("writes or counts every record, in whole lines, in order", async () => {
    await fc.assert(fc.asyncProperty(fc.array(command, { maxLength: 25 }), runModel), { numRuns: 1000 })
  }, 300_000)
})
