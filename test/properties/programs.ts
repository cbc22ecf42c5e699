/**
 * Random programs as plain data, and an interpreter for them. All generators of programs are here.
 *
 * A running program keeps a ledger: which spans it entered, their parents, and how each body ended as seen from inside. Tests compare the
 * records of sinks with it.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as Supervisor from "effect/Supervisor"
import * as fc from "fast-check"
import { type Outcome, Telemetry } from "loom-telemetry"

/** A program. `named` gives every span a unique `name`. */
export type Program =
  | { readonly _tag: "succeed" | "yield" | "measure" | "fail" | "die" | "interrupt" }
  | { readonly _tag: "ours" | "library" | "scoped" | "stream"; readonly name: string; readonly body: Program }
  | { readonly _tag: "abandonedStream"; readonly name: string; readonly body: Program }
  | { readonly _tag: "recover" | "timeout" | "daemon" | "forkJoin"; readonly body: Program }
  | { readonly _tag: "sequence" | "parallel" | "race"; readonly first: Program; readonly second: Program }

const leaf = (weightOfTrouble: number): fc.Arbitrary<Program> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom({ _tag: "succeed" }, { _tag: "yield" }, { _tag: "measure" }) },
    { weight: weightOfTrouble, arbitrary: fc.constantFrom({ _tag: "fail" }, { _tag: "die" }, { _tag: "interrupt" }) }
  ) as fc.Arbitrary<Program>

const around = (tags: ReadonlyArray<string>, body: fc.Arbitrary<Program>) =>
  fc.record({ _tag: fc.constantFrom(...tags), name: fc.constant(""), body }) as fc.Arbitrary<Program>

const two = (tags: ReadonlyArray<string>, body: fc.Arbitrary<Program>) =>
  fc.record({ _tag: fc.constantFrom(...tags), first: body, second: body }) as fc.Arbitrary<Program>

const spans = ["ours", "library", "scoped", "stream", "abandonedStream"]

/** Sequential programs: the ledger knows every outcome exactly. */
export const sequentialProgram = (depth: number): fc.Arbitrary<Program> => {
  if (depth === 0) {
    return leaf(1)
  }
  const below = sequentialProgram(depth - 1)
  return fc.oneof(
    { weight: 1, arbitrary: leaf(1) },
    { weight: 4, arbitrary: around(spans, below) },
    { weight: 2, arbitrary: two(["sequence"], below) },
    { weight: 1, arbitrary: around(["recover"], below) }
  )
}

/** Programs with several fibers that may interrupt each other anywhere. */
export const concurrentProgram = (depth: number): fc.Arbitrary<Program> => {
  if (depth === 0) {
    return leaf(1)
  }
  const below = concurrentProgram(depth - 1)
  return fc.oneof(
    { weight: 1, arbitrary: leaf(1) },
    { weight: 5, arbitrary: around(spans, below) },
    { weight: 4, arbitrary: two(["sequence", "parallel", "race"], below) },
    { weight: 3, arbitrary: around(["recover", "timeout", "daemon", "forkJoin"], below) }
  )
}

/** How a span ended as seen by its body; `undefined` if the body never started. */
export interface Entry {
  readonly name: string
  readonly parent: string | undefined
  readonly library: boolean
  outcome: Outcome | undefined
}

/** What a program did, recorded independently of telemetry. */
export class Ledger {
  readonly entries: Array<Entry> = []

  enter(name: string, parent: string | undefined, library: boolean): Entry {
    const entry: Entry = { name: `${name}${this.entries.length}`, parent, library, outcome: undefined }
    this.entries.push(entry)
    return entry
  }
}

const outcomeOf = (exit: Exit.Exit<unknown, unknown>): Outcome =>
  Exit.isSuccess(exit) ? "success" : Cause.isInterruptedOnly(exit.cause) ? "interrupted" : "failure"

type Running = Effect.Effect<void, string>

/** The program as an effect; `parent` is the name of the enclosing span. */
const run = (program: Program, ledger: Ledger, parent: string | undefined): Running => {
  switch (program._tag) {
    case "succeed":
      return Effect.void
    case "yield":
      return Effect.yieldNow()
    case "measure":
      return Telemetry.emitMetric("calls", 1, { inside: parent ?? "nothing" })
    case "fail":
      return Effect.fail("failed")
    case "die":
      return Effect.die("died")
    case "interrupt":
      return Effect.interrupt
    case "recover":
      return Effect.asVoid(Effect.exit(run(program.body, ledger, parent)))
    case "timeout":
      return Effect.zipRight(run(program.body, ledger, parent), Effect.never).pipe(
        Effect.timeoutFail({ duration: "1 millis", onTimeout: () => "late" })
      )
    case "forkJoin":
      return Effect.flatMap(Effect.fork(run(program.body, ledger, parent)), Fiber.join)
    case "daemon":
      return Effect.asVoid(Effect.forkDaemon(run(program.body, ledger, parent)))
    case "sequence":
      return Effect.zipRight(run(program.first, ledger, parent), run(program.second, ledger, parent))
    case "parallel":
      return Effect.all([run(program.first, ledger, parent), run(program.second, ledger, parent)], {
        concurrency: "unbounded",
        discard: true
      })
    case "race":
      return Effect.race(run(program.first, ledger, parent), run(program.second, ledger, parent))
    default:
      return inSpan(program, ledger, parent)
  }
}

type SpanProgram = Extract<Program, { readonly name: string }>

/** A body that records its outcome in the ledger. */
const noted = (program: SpanProgram, ledger: Ledger, entry: Entry): Running =>
  Effect.onExit(run(program.body, ledger, entry.name), (exit) =>
    Effect.sync(() => {
      entry.outcome = outcomeOf(exit)
    }))

const inSpan = (program: SpanProgram, ledger: Ledger, parent: string | undefined): Running =>
  Effect.suspend(() => {
    const entry = ledger.enter(program._tag, parent, program._tag === "library")
    const body = noted(program, ledger, entry)
    switch (program._tag) {
      case "ours":
        return Telemetry.withSpan(body, entry.name)
      case "library":
        return Effect.withSpan(body, entry.name)
      case "scoped":
        return Effect.scoped(
          Effect.flatMap(Telemetry.spanScoped(entry.name), (span) => Effect.withParentSpan(body, span))
        )
      case "stream":
        return Stream.fromEffect(body).pipe(Telemetry.withSpanStream(entry.name), Stream.runDrain)
      case "abandonedStream":
        return Stream.fromEffect(body).pipe(
          Stream.concat(Stream.never),
          Telemetry.withSpanStream(entry.name),
          Stream.take(1),
          Stream.runDrain,
          // The stream is abandoned after its first element.
          Effect.tap(() =>
            Effect.sync(() => {
              entry.outcome = "interrupted"
            })
          )
        )
    }
  })

/** Runs the program until all its fibers have ended, including daemons and those left by a race or a timeout. */
export const runToTheEnd = (program: Program, ledger: Ledger): Effect.Effect<void> =>
  Effect.gen(function*() {
    const supervisor = yield* Supervisor.track
    yield* Effect.exit(run(program, ledger, undefined)).pipe(Effect.supervised(supervisor))
    for (let left = yield* supervisor.value; left.length > 0; left = yield* supervisor.value) {
      yield* Fiber.awaitAll(left)
    }
  })
