/**
 * Cassettes: recorded runs play again, and differences are reported.
 */
import * as AiError from "@effect/ai/AiError"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { Agent, Supervisor } from "loom-telemetry/agent"
import { Cassette } from "loom-telemetry/evals"
import { calling, saying } from "../agent/arithmetic.js"
import { differences, measurements, recordedWith, taped } from "./taped.js"

const Look = Tool.make("look", {
  description: "Looks something up",
  parameters: { at: Schema.String },
  success: Schema.Struct({ found: Schema.String })
})
const tools = Toolkit.make(Look)

/** Counts how often its handler runs. */
const looking = (counter: { ran: number }, delay = 0) =>
  tools.toLayer({
    look: ({ at }) =>
      Effect.sync(() => void counter.ran++).pipe(
        Effect.zipRight(delay === 0 ? Effect.void : Effect.sleep(delay)),
        Effect.zipRight(at === "nowhere" ? Effect.dieMessage("nothing there") : Effect.succeed({ found: `${at}!` }))
      )
  })

const look = (id: string, at: unknown) => ({ id, name: "look", params: { at } })
const delegate = (id: string, worker: string) => ({
  id,
  name: "delegate",
  params: { worker, instructions: `Do your part, ${worker}` }
})

const team = (instructions = "Plan, then delegate.") =>
  Supervisor.make({
    name: "editor",
    instructions,
    toolkit: tools,
    workers: {
      reader: Agent.make({ name: "reader", instructions: "You read.", toolkit: tools }),
      writer: Agent.make({ name: "writer", instructions: "You write." })
    }
  })

const busy = new AiError.UnknownError({
  module: "Vendor",
  method: "streamText",
  description: "busy",
  cause: { type: "overloaded_error" }
})

/** Two workers at once, parallel tools, one that fails, one that does not exist, and an attempt that fails. */
const script = [
  calling(look("l1", "here"), look("l2", "nowhere"), look("l3", 7), { id: "l4", name: "made_up", params: {} }),
  { ...calling(delegate("d1", "reader"), delegate("d2", "writer"), delegate("d3", "painter")), delay: "2 seconds" },
  { ...calling(look("r1", "there"), look("r1", "elsewhere")), delay: "1 second", reasoning: "Hm." },
  { ...saying("Once upon a time"), delay: "3 seconds" },
  { error: busy },
  { ...saying("It is there."), delay: "3 seconds" },
  saying("All done, twice over.")
] as const

const run = (supervisor = team()) => supervisor.run("Write about moths", { userId: "alice", sessionId: "s1" })

const ticking = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(self)
    yield* TestClock.adjust("1 minute")
    return yield* Fiber.join(fiber)
  })

const recordedTeam = ticking(
  run().pipe(Effect.provide(looking({ ran: 0 }, 500)), recordedWith(...script))
)

describe("a cassette", () => {
  it.effect("plays a supervisor's run: the same tree, tokens, costs and measurements, and no tool runs", () =>
    Effect.gen(function*() {
      const first = yield* recordedTeam
      expect(first.exit._tag).toBe("Success")
      const counter = { ran: 0 }
      const second = yield* ticking(
        taped(run().pipe(Effect.provide([looking(counter), Cassette.layer(first.file)])))
      )
      expect(yield* second.exit).toMatchObject({ output: "All done, twice over." })
      expect(yield* differences(first, second)).toEqual([])
      expect(measurements(second)).toEqual(measurements(first))
      expect(counter.ran).toBe(0)
    }))

  it.effect("takes as long as recorded under a test clock", () =>
    Effect.gen(function*() {
      const first = yield* recordedTeam
      const second = yield* ticking(
        taped(run().pipe(Effect.provide([looking({ ran: 0 }), Cassette.layer(first.file)])))
      )
      const durations = ({ spans }: Pick<typeof first, "spans">) =>
        spans.map(({ durationMs, name }) => `${name} ${durationMs}`).sort()
      expect(durations(second)).toEqual(durations(first))
    }))

  it.effect("ends a run that makes another request, and names the turn, the span and the difference", () =>
    Effect.gen(function*() {
      const first = yield* recordedTeam
      const changed = team("Plan, then divide.")
      const { exit, spans } = yield* taped(
        run(changed).pipe(Effect.provide([looking({ ran: 0 }), Cassette.layer(first.file)]))
      )
      const divergence = exit._tag === "Failure" && exit.cause._tag === "Die" ? exit.cause.defect : exit
      expect(divergence).toBeInstanceOf(Cassette.CassetteDivergence)
      const model = first.spans.find(({ name }) => name === "loom.model.stream")
      expect(divergence).toMatchObject({ turn: 0, agent: "editor", span: { spanId: model?.spanId } })
      expect(String(divergence)).toContain("- {\"role\":\"system\",\"content\":\"Plan, then delegate.\"}")
      expect(String(divergence)).toContain("+ {\"role\":\"system\",\"content\":\"Plan, then divide.\"}")
      expect(spans.filter(({ name }) => name === "loom.turn")).toHaveLength(1)
    }))
})
