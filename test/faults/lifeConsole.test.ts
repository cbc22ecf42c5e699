/**
 * Every way in which a process can end, with the console and with OpenTelemetry: its exit code does not change, and the promised records arrive.
 */
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { receiver } from "../otel/receiver.js"
import type { LifeOptions } from "./programs-sinks/life.js"
import { type Ended, programs, type Start } from "./programs-sinks/startProgram.js"
import { faultRow } from "./row.js"

const start = programs()

/** Spans that end before the program does: more lines than fit into a pipe. */
const before = 4000

/** All spans if scopes close: the ended ones and the two open ones. */
const all = before + 2

interface Life {
  readonly ending: LifeOptions["ending"]
  readonly signal?: NodeJS.Signals
  /** Whether scopes close, so that nothing may be lost. */
  readonly closes: boolean
}

const lives: { readonly [name: string]: Life } = {
  "a program that succeeds": { ending: "success", closes: true },
  "a program that fails": { ending: "failure", closes: true },
  "a program that dies of a defect": { ending: "defect", closes: true },
  "a program that is interrupted": { ending: "interruption", closes: true },
  "SIGTERM": { ending: "waiting", signal: "SIGTERM", closes: true },
  "SIGINT": { ending: "waiting", signal: "SIGINT", closes: true },
  "process.exit inside a span": { ending: "exit", closes: false },
  "an uncaught throw": { ending: "throw", closes: false },
  "an unhandled rejection": { ending: "rejection", closes: false },
  "SIGHUP": { ending: "waiting", signal: "SIGHUP", closes: false },
  "SIGKILL": { ending: "waiting", signal: "SIGKILL", closes: false }
}

const lived = async (sink: LifeOptions["sink"], { ending, signal }: Life, env: Start["env"] = {}): Promise<Ended> => {
  const { child, ended, said } = start("life", { args: [JSON.stringify({ sink, ending, before })], env })
  if (signal !== undefined) {
    await said("ready")
    child.kill(signal)
  }
  return ended
}

const plainEnds = new Map<string, Promise<Ended>>()

/** The same program without telemetry, run once for all rows. */
const plain = (life: Life): Promise<Ended> => {
  const key = `${life.ending} ${life.signal}`
  const known = plainEnds.get(key) ?? lived("none", life)
  plainEnds.set(key, known)
  return known
}

const expectOwnEnd = (ended: Ended, without: Ended): void =>
  expect({ code: ended.code, signal: ended.signal, stdout: ended.stdout }).toEqual({
    code: without.code,
    signal: without.signal,
    stdout: without.stdout
  })

/** Separates the one line in which OpenTelemetry says how many spans it could not deliver from the output of the program itself. */
const withoutLoss = (ended: Ended): { readonly rest: Ended; readonly undelivered: number } => {
  const lines = ended.stdout.split("\n")
  const lost = lines.flatMap((line) => /OpenTelemetry closed with (\d+) undelivered spans$/.exec(line)?.[1] ?? [])
  const own = lost.length === 1 ? lines.filter((line) => !line.includes("OpenTelemetry closed")) : lines
  return { rest: { ...ended, stdout: own.join("\n") }, undelivered: Number(lost[0] ?? 0) }
}

/** The lines of ended spans in a text that may also contain a stack trace of Node. */
const spanLines = (text: string): ReadonlyArray<string> => text.split("\n").filter((line) => line.includes("• "))

const codeOf = ({ code, signal }: Ended): string => signal ?? `exit code ${code}`

describe.concurrent("the console", () => {
  for (const [name, life] of Object.entries(lives)) {
    const promise = life.closes ? "prints every span" : "prints what the pipe takes"
    faultRow("life", `${name}: the console ${promise}, the exit code does not change`, async (row) => {
      const [ended, without] = await Promise.all([lived("console", life), plain(life)])
      expectOwnEnd(ended, without)
      const lines = spanLines(ended.stderr)
      row.note(`${lines.length} of ${life.closes ? all : before} lines, ${codeOf(ended)}`)
      if (life.closes) {
        expect(lines).toHaveLength(all)
        expect(JSON.parse(ended.report)).toMatchObject({ accepted: all, queued: 0, dropped: { queue_full: 0, io: 0 } })
      } else {
        // In order, and only the last line may be torn.
        expect(lines.slice(0, -1).every((line, index) => line.endsWith(`index=${index}`))).toBe(true)
      }
    })
  }
})

// One after another: closing may take three seconds, which two dozen parallel programs on a slow machine would exceed.
describe("OpenTelemetry", () => {
  for (const [name, life] of Object.entries(lives)) {
    const promise = life.closes ? "delivers every span" : "loses at most its queue"
    faultRow(
      "life",
      `${name}: OpenTelemetry ${promise}, the exit code does not change`,
      (row) =>
        Effect.gen(function*() {
          const { spanNames, url } = yield* receiver()
          const [ended, without] = yield* Effect.promise(() =>
            Promise.all([lived("otel", life, { OTEL_EXPORTER_OTLP_ENDPOINT: url }), plain(life)])
          )
          const { rest, undelivered } = withoutLoss(ended)
          expectOwnEnd(rest, without)
          const arrived = spanNames().length
          const stats = ended.report === "" ? undefined : JSON.parse(ended.report)
          row.note(
            `${arrived} of ${life.closes ? all : before} spans, ${codeOf(ended)}${
              stats === undefined ? "" : `, counted: written ${stats.written}, lost ${stats.dropped.shutdown}`
            }`
          )
          if (life.closes) {
            expect([...spanNames()].sort()).toEqual([...Array.from({ length: before }, () => "before"), "run", "turn"])
            expect(stats).toMatchObject({ accepted: all, written: all, queued: 0 })
          } else if (stats !== undefined) {
            expect(stats.accepted).toBe(before)
            expect(stats.written + stats.dropped.shutdown).toBe(before)
            expect(undelivered).toBe(stats.dropped.shutdown)
          }
        }).pipe(Effect.scoped, Effect.runPromise)
    )
  }
})
