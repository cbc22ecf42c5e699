/**
 * A program that ends by itself without closing its layer: its spans are sent, or their loss is logged, within the time limit and with its own exit
 * code.
 */
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import { describe, expect } from "vitest"
import { runProgram } from "../examples/runProgram.js"
import { type FaultRow, faultRow } from "../faults/row.js"
import { accepting, answering, type Behaviour, hanging, noReceiver, type Receiver, receiver } from "./receiver.js"

const program = fileURLToPath(new URL("./leftProgram.ts", import.meta.url))

const run = (left: string, endpoint: string) =>
  Effect.promise(async () => {
    const ended = await runProgram(program, { LEFT: left, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
    return { ...ended, afterWork: Date.now() - Number(/done at (\d+)/.exec(ended.stdout)?.[1]) }
  })

type Left = Effect.Effect.Success<ReturnType<typeof run>> & Pick<Receiver, "metrics" | "spanNames">

const leaves = (left: string, behaviour: Behaviour, name: string, check: (ended: Left) => void): void =>
  faultRow("OTLP", name, (row: FaultRow) =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const { metrics, spanNames, url } = yield* receiver(behaviour)
      const ended = yield* run(left, url)
      row.note(`${(ended.afterWork / 1000).toFixed(1)} s after its work`)
      check({ ...ended, metrics, spanNames })
    }))))

/** The time limit, plus a second for a busy machine. */
const bound = 3000 + 1000

describe("a program that exits normally with its runtime open", () => {
  leaves("runtime", accepting, "sends queued spans at its end", (ended) => {
    expect(ended.stderr).toBe("")
    expect(ended.spanNames()).toEqual(["work"])
    expect(ended.metrics()).toHaveLength(1)
    expect(ended.exitCode).toBe(0)
    expect(ended.afterWork).toBeLessThan(bound)
    expect(ended.stdout).not.toContain("OpenTelemetry")
  })

  leaves("exit code", accepting, "keeps its exit code", (ended) => {
    expect(ended.spanNames()).toEqual(["work"])
    expect(ended.exitCode).toBe(3)
  })

  leaves("late work", accepting, "sends spans recorded while it is about to end", (ended) => {
    expect(ended.spanNames()).toEqual(["work", "late"])
    expect(ended.exitCode).toBe(0)
    expect(ended.afterWork).toBeLessThan(bound)
  })

  leaves("many runtimes", accepting, "sends the queued spans of each of many runtimes", (ended) => {
    expect(ended.spanNames().toSorted()).toEqual([...Array.from({ length: 12 }, () => "many"), "work"])
    // Node prints a warning there if there are too many listeners.
    expect(ended.stderr).toBe("")
  })

  leaves("disposed", accepting, "sends nothing twice after its runtime was closed", (ended) => {
    expect(ended.spanNames()).toEqual(["work"])
    expect(ended.metrics()).toHaveLength(1)
  })

  leaves("own providers", accepting, "flushes custom providers", (ended) => {
    expect(ended.stdout).toContain("exported work")
    expect(ended.exitCode).toBe(0)
  })

  leaves("runtime", hanging, "ends within the time limit if the receiver never answers, and logs the loss", (ended) => {
    expect(ended.stdout.split("OpenTelemetry closed with 1 undelivered span")).toHaveLength(2)
    expect(ended.exitCode).toBe(0)
    expect(ended.afterWork).toBeLessThan(bound)
  })

  leaves("exit code", answering(400), "logs refused spans, and keeps its exit code", (ended) => {
    expect(ended.stdout.split("OpenTelemetry closed with 1 undelivered span")).toHaveLength(2)
    expect(ended.exitCode).toBe(3)
    expect(ended.afterWork).toBeLessThan(bound)
  })

  leaves("rejection", accepting, "fails with its own error as it would without a sink", (ended) => {
    expect(ended.stderr).toContain("the program's own")
    expect(ended.exitCode).toBe(1)
  })

  faultRow(
    "OTLP",
    "ends within the time limit without a receiver, and logs the loss",
    () =>
      Effect.runPromise(Effect.gen(function*() {
        const ended = yield* run("runtime", yield* noReceiver)
        expect(ended.stdout.split("OpenTelemetry closed with 1 undelivered span")).toHaveLength(2)
        expect(ended.exitCode).toBe(0)
        expect(ended.afterWork).toBeLessThan(bound)
      }))
  )
})
