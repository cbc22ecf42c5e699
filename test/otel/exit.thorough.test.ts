/**
 * A process exits soon after the sink closes, with its own result, whatever the receiver does.
 *
 * Flushing and shutting down may take 3 s each. The limit here is the sum plus a second for a busy machine, measured from the end of the program's
 * work, so starting the process does not count. The SDK's own exporters keep the process alive for 10 to 30 s.
 */
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import { describe, expect } from "vitest"
import { type ProgramResult, runProgram } from "../examples/runProgram.js"
import { type FaultRow, faultRow } from "../faults/row.js"
import {
  accepting,
  answering,
  type Behaviour,
  hanging,
  noReceiver,
  receiver,
  resetting,
  silentServer
} from "./receiver.js"

const program = fileURLToPath(new URL("./exitProgram.ts", import.meta.url))

interface Ended extends ProgramResult {
  /** Milliseconds from the end of the program's work to the end of the process. */
  readonly afterWork: number
}

const run = (variables: NodeJS.ProcessEnv): Effect.Effect<Ended> =>
  Effect.map(
    Effect.promise(() => runProgram(program, variables)),
    (ended) => ({ ...ended, afterWork: Date.now() - Number(/closing at (\d+)/.exec(ended.stdout)?.[1]) })
  )

const sendingTo = (endpoint: string) => run({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })

const cap = 3000
const bound = 2 * cap + 1000

const endsInTime = (row: FaultRow, { afterWork, exitCode, stderr, stdout }: Ended, losses: 0 | 1 = 1) => {
  row.note(`${(afterWork / 1000).toFixed(1)} s after its work, at most ${cap / 1000} + ${cap / 1000} s`)
  expect(stderr).toBe("")
  expect(stdout.split("OpenTelemetry closed with 1 undelivered span").length - 1).toBe(losses)
  expect(stdout).toContain("result at")
  expect(exitCode).toBe(0)
  expect(afterWork).toBeLessThan(bound)
}

const overloaded: Behaviour = answering(503, { "retry-after": "8" })

const receivers: ReadonlyArray<readonly [what: string, behaviour: Behaviour]> = [
  ["that accepts", accepting],
  ["that never answers", hanging],
  ["that breaks the connection", resetting],
  ["that asks for eight seconds of patience", overloaded],
  ["that refuses", answering(400)]
]

/** Runs a process in these circumstances. */
const exits = (circumstances: string, body: (row: FaultRow) => Effect.Effect<void>): void =>
  faultRow("OTLP", `a process exits in time with ${circumstances}`, (row) => Effect.runPromise(body(row)))

describe("a process exits in time", () => {
  for (const [what, behaviour] of receivers) {
    exits(`a receiver ${what}`, (row) =>
      Effect.gen(function*() {
        const { url } = yield* receiver(behaviour)
        endsInTime(row, yield* sendingTo(url), behaviour === accepting ? 0 : 1)
      }).pipe(Effect.scoped))
  }

  exits("no receiver, and logs what it tried and where", (row) =>
    Effect.gen(function*() {
      const url = yield* noReceiver
      const ended = yield* sendingTo(url)
      endsInTime(row, ended)
      expect(ended.stdout).toMatch(/; last error: connect ECONNREFUSED .*\(http:.*\/v1\/(traces|metrics)\)/)
      expect(ended.stdout).toContain(url)
      expect(ended.stdout).toContain("Start a receiver there, or set OTEL_EXPORTER_OTLP_ENDPOINT")
    }))

  exits("a server that accepts connections and says nothing", (row) =>
    Effect.gen(function*() {
      endsInTime(row, yield* sendingTo(yield* silentServer))
    }).pipe(Effect.scoped))

  exits(
    "exporters of its own that never answer",
    (row) => Effect.map(run({ EXPORTER: "silent" }), (ended) => endsInTime(row, ended))
  )
})
