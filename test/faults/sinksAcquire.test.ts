/**
 * A sink layer that cannot be built, after others were: they are released, and the program gets the error of the one that failed.
 */
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { MultiTelemetry, Telemetry } from "loom-telemetry"
import { describe, expect } from "vitest"
import { Journal } from "../sinks/recordingSinks.js"
import { realSinks } from "./programs-sinks/realSinks.js"
import { faultRow } from "./row.js"

class NoCredentials extends Data.TaggedError("NoCredentials")<{ readonly vendor: string }> {}

/** The exit of a program whose fourth of six sink layers is made by this effect, and what those of `journal` wrote down. */
const beside = <E>(acquire: Effect.Effect<never, E>, journal = new Journal()) =>
  Effect.gen(function*() {
    const [first, second] = yield* realSinks
    const ran: Array<string> = []
    const exit = yield* Effect.sync(() => ran.push("body")).pipe(
      Effect.provide(MultiTelemetry.layer([
        journal.layer("a"),
        first!.layer,
        journal.layer("b"),
        Telemetry.layerSinkScoped(acquire),
        second!.layer,
        journal.layer("c")
      ])),
      Effect.exit
    )
    return { exit, ran, entries: journal.entries }
  }).pipe(Effect.scoped)

const released = ["b flush", "b release", "a flush", "a release"]

describe("a sink layer", () => {
  faultRow("sinks", "a sink layer fails after others were built: they are released, the error is typed", async () => {
    const failed = Effect.fail(new NoCredentials({ vendor: "acme" }))
    const { entries, exit, ran } = await Effect.runPromise(beside(failed))
    expect(exit).toEqual(Exit.fail(new NoCredentials({ vendor: "acme" })))
    expect(ran).toEqual([])
    expect([...entries].sort()).toEqual([...released].sort())
    // The type says so too: it can be caught by its tag.
    const caught = Effect.catchTag(
      Effect.flatten(Effect.map(beside(failed), ({ exit }) => exit)),
      "NoCredentials",
      (error) => Effect.succeed(error.vendor)
    )
    expect(await Effect.runPromise(caught)).toBe("acme")
  })

  faultRow("sinks", "a sink layer dies after others were built: they are released, the defect goes on", async () => {
    const { entries, exit, ran } = await Effect.runPromise(beside(Effect.die("broken")))
    expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toBe("broken")
    expect(ran).toEqual([])
    expect([...entries].sort()).toEqual([...released].sort())
  })

  faultRow("sinks", "a sink layer hangs after others were built, and is interrupted: they are released", async () => {
    const journal = new Journal()
    const hanging = Effect.gen(function*() {
      const reached = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(
        beside(Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never), journal)
      )
      yield* Deferred.await(reached)
      return yield* Fiber.interrupt(fiber)
    })
    const exit = await Effect.runPromise(hanging)
    // Whether it is seen as the fiber's own end or by the one that caught it is a matter of when it came.
    expect(Exit.isInterrupted(Exit.flatten(Exit.map(exit, (run) => run.exit)))).toBe(true)
    expect([...journal.entries].sort()).toEqual([...released].sort())
  })
})
