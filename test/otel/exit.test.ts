/**
 * A process that ends ends: with any receiver it exits by itself soon after the close, with its own result.
 *
 * The cap is 3 s for flushing and 3 s for shutting down. The bound asserted here is twice that and a second more for a busy machine; it is
 * measured from the end of the program's work, so that starting a process does not count. Stock exporters hold the process for 10 to 30 s.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import { type ProgramResult, runProgram } from "../examples/runProgram.js"
import { accepting, answering, type Behaviour, hanging, nobody, receiver, resetting } from "./receiver.js"

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

const endsInTime = ({ afterWork, exitCode, stderr, stdout }: Ended, losses: 0 | 1 = 1) => {
  expect(stderr).toBe("")
  expect(stdout.split("1 span that could not be delivered").length - 1).toBe(losses)
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

describe("a process exits in time", { timeout: 60_000 }, () => {
  for (const [what, behaviour] of receivers) {
    it.live(`with a receiver ${what}`, () =>
      Effect.gen(function*() {
        const { url } = yield* receiver(behaviour)
        endsInTime(yield* sendingTo(url), behaviour === accepting ? 0 : 1)
      }).pipe(Effect.scoped))
  }

  it.live("with nobody there", () =>
    Effect.flatMap(Effect.flatMap(nobody, sendingTo), (ended) => Effect.sync(() => endsInTime(ended))))

  it.live("with an address that nothing answers from", () =>
    // TEST-NET-1 (RFC 5737): packets to it vanish, or are refused by the network at once.
    Effect.map(sendingTo("http://192.0.2.1:4318"), (ended) => endsInTime(ended)))

  it.live("with exporters of its own that never answer", () =>
    Effect.map(run({ EXPORTER: "silent" }), (ended) => endsInTime(ended)))
})
