/**
 * A sink that throws, at any position and whatever the body does: every other sink still records, and the body's cause does not change.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { MultiTelemetry, Telemetry } from "loom-telemetry"
import { Broken, capturedWarnings, type Fault, Journal } from "./recordingSinks.js"

interface Body {
  readonly program: Effect.Effect<string, unknown>
  /** What every sink should have recorded of the span `body`. */
  readonly end: string
}

const bodies: { readonly [name: string]: Body } = {
  succeeds: { program: Effect.succeed("done"), end: "end body success null" },
  fails: { program: Effect.fail("no"), end: "end body failure no" },
  dies: { program: Effect.die("defect"), end: "end body failure defect" },
  "is interrupted": { program: Effect.interrupt, end: "end body interrupted null" },
  "times out": {
    program: Effect.timeoutFail(Effect.never, { duration: "1 second", onTimeout: () => "late" }),
    end: "end body failure late"
  }
}

/** Takes a measurement and then runs the body, inside the span `body`. */
const observed = (body: Body): Effect.Effect<string, unknown> =>
  Telemetry.emitMetric("calls", 1).pipe(Effect.zipRight(body.program), Telemetry.withSpan("body"))

/** The exit, after the clock has moved past every timeout. */
const exitOf = <A, E>(program: Effect.Effect<A, E>): Effect.Effect<Exit.Exit<A, E>> =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(program)
    yield* TestClock.adjust("1 second")
    return yield* Fiber.await(fiber)
  })

const names = ["a", "b", "c"] as const

/** Three sinks, the one at `position` broken. */
const threeSinks = (journal: Journal, position: number, fault: Fault) =>
  names.map((name, index) => journal.breaking(name, index === position ? fault : undefined)) as [
    Layer.Layer<Telemetry>,
    Layer.Layer<Telemetry>,
    Layer.Layer<Telemetry>
  ]

const expectAllRecorded = (journal: Journal, body: Body): void => {
  for (const name of names) {
    expect(journal.of(name)).toEqual(["start body", "metric calls", body.end, "flush", "release"])
  }
}

/** The places whose exceptions are raised; a flush never fails. */
const raising: ReadonlyArray<Fault> = ["onSpanStart", "onSpanEnd", "onMetric", "release"]
const faults: ReadonlyArray<Fault> = [...raising, "flush"]

const silent = capturedWarnings()[1]

describe.each(faults)("a sink that throws in %s", (fault) => {
  describe.each([0, 1, 2])("at position %i", (position) => {
    it.effect.each(Object.keys(bodies))(
      "every sink records a body that %s, and its cause does not change",
      (name) =>
        Effect.gen(function*() {
          const body = bodies[name]!
          const expected = yield* exitOf(body.program)
          const journal = new Journal()
          const exit = yield* exitOf(
            Effect.provide(observed(body), MultiTelemetry.layer(threeSinks(journal, position, fault)))
          )
          expectAllRecorded(journal, body)
          if (Exit.isFailure(expected)) {
            expect(Exit.isFailure(exit) && shapeOf(exit.cause)).toEqual(shapeOf(expected.cause))
          } else if (raising.includes(fault)) {
            expect(Exit.isFailure(exit) && shapeOf(exit.cause)).toEqual(["die", `Broken: the sink broke in ${fault}`])
            expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toBeInstanceOf(Broken)
          } else {
            expect(exit).toEqual(expected)
          }
        }).pipe(Effect.provide(silent))
    )

    it.effect.each(Object.keys(bodies))(
      "nothing is raised with onSinkError: \"report\" if the body %s",
      (name) =>
        Effect.gen(function*() {
          const body = bodies[name]!
          const expected = yield* exitOf(body.program)
          const journal = new Journal()
          const [warnings, logger] = capturedWarnings()
          const layer = MultiTelemetry.layer(threeSinks(journal, position, fault), { onSinkError: "report" })
          const exit = yield* exitOf(Effect.provide(observed(body), Layer.provideMerge(layer, logger)))
          expectAllRecorded(journal, body)
          expect(Exit.isFailure(exit) ? shapeOf(exit.cause) : exit.value).toEqual(
            Exit.isFailure(expected) ? shapeOf(expected.cause) : expected.value
          )
          expect(warnings).toHaveLength(1)
          expect(warnings[0]).toContain(`the sink broke in ${fault}`)
        })
    )
  })
})

/** A cause as data, without the ids of fibers, which differ from run to run. */
const shapeOf = (cause: Cause.Cause<unknown>): unknown =>
  Cause.match(cause, {
    onEmpty: [] as ReadonlyArray<unknown>,
    onFail: (error) => ["fail", String(error)],
    onDie: (defect) => ["die", String(defect)],
    onInterrupt: () => ["interrupt"],
    onSequential: (left, right) => ["sequential", left, right],
    onParallel: (left, right) => ["parallel", left, right]
  })
