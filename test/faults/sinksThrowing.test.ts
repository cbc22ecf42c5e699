/**
 * A custom sink that throws, next to one of each built-in kind: they record as if it were absent, and the cause of the body does not change.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { MultiTelemetry, Telemetry } from "loom-telemetry"
import { describe, expect } from "vitest"
import { Broken, capturedWarnings, type Fault, Journal } from "../sinks/recordingSinks.js"
import { realSinks } from "./programs-sinks/realSinks.js"
import { faultRow } from "./row.js"

interface Body {
  readonly body: Effect.Effect<string, string>
  readonly outcome: "success" | "failure" | "interrupted"
}

const bodies: { readonly [does: string]: Body } = {
  succeeds: { body: Effect.succeed("done"), outcome: "success" },
  fails: { body: Effect.fail("no"), outcome: "failure" },
  dies: { body: Effect.die("defect"), outcome: "failure" },
  "is interrupted": { body: Effect.interrupt, outcome: "interrupted" }
}

/** The places where a sink can throw, by name. */
const faults: { readonly [F in Fault]: string } = {
  onSpanStart: "open",
  onSpanEnd: "record",
  onMetric: "metric",
  flush: "flush",
  release: "close"
}

/** A cause as text, without fiber ids, which differ from run to run. */
const causeOf = (exit: Exit.Exit<string, string>): unknown =>
  Exit.isSuccess(exit) ? exit.value : Cause.match<ReadonlyArray<string>, string>(exit.cause, {
    onEmpty: [],
    onFail: (error) => [`fail ${error}`],
    onDie: (defect) => [`die ${String(defect)}`],
    onInterrupt: () => ["interrupt"],
    onSequential: (left, right) => [...left, "then", ...right],
    onParallel: (left, right) => [...left, "parallel", ...right]
  })

interface Run {
  readonly exit: Exit.Exit<string, string>
  readonly warnings: ReadonlyArray<string>
}

/** Runs the body in a span with a measurement, with the throwing sink at this position among the real ones. */
const withRealSinks = (
  fault: Fault,
  { body, outcome }: Body,
  position: number,
  options: { readonly onSinkError?: "report" } = {}
): Effect.Effect<Run> =>
  Effect.gen(function*() {
    const sinks = yield* realSinks
    const [warnings, logger] = capturedWarnings()
    const [first, ...rest] = sinks.map(({ layer }) => layer).toSpliced(
      position,
      0,
      new Journal().breaking("broken", fault)
    )
    const exit = yield* Telemetry.emitMetric("calls", 1).pipe(
      Effect.zipRight(body),
      Telemetry.withSpan("body"),
      Effect.provide(Layer.provideMerge(MultiTelemetry.layer([first!, ...rest], options), logger)),
      Effect.exit
    )
    for (const { name, shown } of sinks) {
      expect({ sink: name, ...yield* shown }).toEqual({ sink: name, spans: [`body ${outcome}`], metrics: ["calls"] })
    }
    return { exit, warnings }
  }).pipe(Effect.scoped)

/** The first, a middle and the last position among the five others. */
const positions = [0, 2, 5]

const note = "5 other sinks, 3 places in the list"

describe.each(Object.keys(faults) as ReadonlyArray<Fault>)("a sink that throws in %s", (fault) => {
  for (const [does, body] of Object.entries(bodies)) {
    const goesOn = body.outcome === "success" && fault !== "flush"
    const promise = goesOn
      ? "all others record, then it is a defect"
      : "all others record, the result is the body's own"
    faultRow("sinks", `a sink throws in ${faults[fault]}, the body ${does}: ${promise}`, async (row) => {
      for (const position of positions) {
        const { exit } = await Effect.runPromise(withRealSinks(fault, body, position))
        expect(causeOf(exit)).toEqual(
          goesOn ? [`die Broken: the sink broke in ${fault}`] : causeOf(Effect.runSyncExit(body.body))
        )
        expect(goesOn && Exit.isFailure(exit) && Cause.squash(exit.cause)).toEqual(goesOn && expect.any(Broken))
      }
      row.note(note)
    })
  }

  faultRow("sinks", `a sink throws in ${faults[fault]}, with "report": logged once, never raised`, async (row) => {
    for (const body of Object.values(bodies)) {
      const { exit, warnings } = await Effect.runPromise(withRealSinks(fault, body, 2, { onSinkError: "report" }))
      expect(causeOf(exit)).toEqual(causeOf(Effect.runSyncExit(body.body)))
      expect(warnings).toEqual([expect.stringContaining(`the sink broke in ${fault}`)])
    }
    row.note("4 bodies")
  })
})
