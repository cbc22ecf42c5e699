/**
 * A run of fifty turns with parallel tools and two workers, recorded once and played a hundred times.
 */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Agent, Supervisor } from "loom-telemetry/agent"
import { Cassette } from "loom-telemetry/evals"
import { add, ArithmeticLive, arithmeticTools, calling, saying } from "../agent/arithmetic.js"
import { differences, measurements, recordedWith, taped } from "./taped.js"

const delegate = (id: string, worker: string) => ({
  id,
  name: "delegate",
  params: { worker, instructions: `Go ${id}` }
})

const team = (instructions: string) =>
  Supervisor.make({
    name: "editor",
    instructions,
    maxTurns: 60,
    toolkit: arithmeticTools,
    workers: {
      reader: Agent.make({ name: "reader", instructions: "Read.", toolkit: arithmeticTools }),
      writer: Agent.make({ name: "writer", instructions: "Write." })
    }
  })

const script = [
  ...Array.from({ length: 49 }, (_, turn) =>
    turn % 10 === 5
      ? [
        calling(delegate(`r${turn}`, "reader"), add(`a${turn}`, turn, "x"), delegate(`w${turn}`, "writer")),
        saying(`read ${turn}`),
        saying(`written ${turn}`)
      ]
      : [calling(add(`a${turn}`, turn, 1), add(`b${turn}`, turn, 2), add(`c${turn}`, turn, 3))]).flat(),
  saying("Done.")
]

const run = (instructions = "Do it all.") =>
  team(instructions).run("Go", { sessionId: "s1", userId: "alice" }).pipe(Effect.provide(ArithmeticLive))

it.live(
  "fifty turns play a hundred times without a difference, and diverge at the first turn for one changed word",
  () =>
    Effect.gen(function*() {
      const first = yield* recordedWith(...script)(run())
      expect(yield* first.exit).toMatchObject({ output: "Done.", turns: 50 })
      for (let time = 0; time < 100; time++) {
        const again = yield* taped(Effect.provide(run(), Cassette.layer(first.file)))
        expect(yield* differences(first, again)).toEqual([])
        expect(measurements(again)).toEqual(measurements(first))
        // The test runner waits for replies from this process.
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      }
      const changed = yield* Effect.sandbox(Effect.provide(run("Do it well."), Cassette.layer(first.file))).pipe(
        Effect.flip
      )
      expect(changed).toMatchObject({ _tag: "Die", defect: { _tag: "CassetteDivergence", turn: 0, agent: "editor" } })
    }),
  900_000
)
