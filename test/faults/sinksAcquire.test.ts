/**
 * A sink layer that fails to build after others were built: they are released, and the program gets its error.
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

/** The exit of a program whose fourth of six sink layers is built by this effect, and the entries of the others. */
const withOthers = <E>(acquire: Effect.Effect<never, E>, journal = new Journal()) =>
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
    const { entries, exit, ran } = await Effect.runPromise(withOthers(failed))
    expect(exit).toEqual(Exit.fail(new NoCredentials({ vendor: "acme" })))
    expect(ran).toEqual([])
    expect([...entries].sort()).toEqual([...released].sort())
    // The error is typed: it can be caught by its tag.
    const caught = Effect.catchTag(
      Effect.flatten(Effect.map(withOthers(failed), ({ exit }) => exit)),
      "NoCredentials",
      (error) => Effect.succeed(error.vendor)
    )
    expect(await Effect.runPromise(caught)).toBe("acme")
  })

  faultRow(
    "sinks",
    "a sink layer dies after others were built: they are released, the defect is passed on",
    async () => {
      const { entries, exit, ran } = await Effect.runPromise(withOthers(Effect.die("broken")))
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toBe("broken")
      expect(ran).toEqual([])
      expect([...entries].sort()).toEqual([...released].sort())
    }
  )

  faultRow("sinks", "a sink layer hangs after others were built, and is interrupted: they are released", async () => {
    const journal = new Journal()
    const hanging = Effect.gen(function*() {
      const reached = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(
        withOthers(Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never), journal)
      )
      yield* Deferred.await(reached)
      return yield* Fiber.interrupt(fiber)
    })
    const exit = await Effect.runPromise(hanging)
    // Whether it appears as the end of the fiber or in the catching code depends on timing.
    expect(Exit.isInterrupted(Exit.flatten(Exit.map(exit, (run) => run.exit)))).toBe(true)
    expect([...journal.entries].sort()).toEqual([...released].sort())
  })
})
