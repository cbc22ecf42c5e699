/**
 * However a process ends, and whatever the receiver does: with a spool, each span and log record arrives, is kept for the next process, or is
 * counted as refused.
 */
import * as Effect from "effect/Effect"
import type { OTelStats } from "loom-telemetry/otel"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect } from "vitest"
import { runProgram } from "../examples/runProgram.js"
import { droppedOf } from "../otel/live.js"
import { accepting, answering, type Behaviour, hanging, noReceiver, type Receiver, receiver } from "../otel/receiver.js"
import { faultRow } from "./row.js"

const program = fileURLToPath(new URL("./programs/otlpEnd.ts", import.meta.url))

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "loom-spool-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true }))
)

/** `failure` and `interrupted` are ends of `NodeRuntime.runMain`, the second at SIGTERM. */
const ends = [
  "end",
  "disposed",
  "failure",
  "interrupted",
  "exit",
  "throw",
  "rejection",
  "SIGTERM",
  "SIGINT",
  "SIGHUP"
] as const
type End = typeof ends[number]

const run = (end: End, endpoint: string, more: NodeJS.ProcessEnv) =>
  Effect.map(
    Effect.promise(() =>
      runProgram(program, {
        END: end,
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_METRICS_EXPORTER: "none",
        ...more
      })
    ),
    (ended) => {
      const text = /stats (.*)/.exec(ended.stdout)?.[1]
      return { ...ended, stats: text === undefined ? undefined : JSON.parse(text) as OTelStats }
    }
  )

const receivers: ReadonlyArray<readonly [what: string, behaviour: Behaviour | undefined]> = [
  ["there", accepting],
  ["gone", undefined],
  ["hanging", hanging],
  ["refusing", answering(400)]
]

const exitCodes: { readonly [E in End]: number | null } = {
  end: 0,
  disposed: 0,
  failure: 1,
  interrupted: 0,
  exit: 0,
  throw: 1,
  rejection: 1,
  SIGTERM: null,
  SIGINT: null,
  SIGHUP: null
}

/** The ends at which the sink is flushed first. */
const flushed: ReadonlyArray<End> = ["end", "disposed", "failure", "interrupted"]

/** The names of the spans and scores that arrived. */
const arrivedAt = ({ logs, spanNames }: Pick<Receiver, "logs" | "spanNames">): ReadonlyArray<unknown> => [
  ...spanNames(),
  ...logs().flatMap((batch) => batch.logs.map(({ attributes }) => attributes["gen_ai.evaluation.name"]))
]

const balanced = (stats: OTelStats): number =>
  stats.written + stats.unsure + stats.queued + stats.spooled + droppedOf(stats)

describe.concurrent("with a spool", () => {
  for (const end of ends) {
    for (const [what, behaviour] of receivers) {
      faultRow(
        "OTLP",
        `spool: ${end}, the receiver is ${what}: no span or log record is lost without being counted`,
        (row) =>
          Effect.gen(function*() {
            const spool = join(yield* folder, "new", "spool")
            const first = behaviour === undefined
              ? { url: yield* noReceiver, spanNames: () => [], logs: () => [] }
              : yield* receiver(behaviour)
            const ended = yield* run(end, first.url, { LOOM_OTLP_SPOOL: spool })
            expect(ended.exitCode).toBe(exitCodes[end])
            expect(ended.stdout.includes("released")).toBe(end === "failure" || end === "interrupted")
            if (ended.stats !== undefined) {
              expect(balanced(ended.stats)).toBe(ended.stats.accepted)
            }
            const dropped = ended.stats === undefined ? 0 : droppedOf(ended.stats)
            const files = readdirSync(spool)
            for (const name of files) {
              expect(statSync(join(spool, name)).mode & 0o777).toBe(0o600)
              expect(JSON.parse(readFileSync(join(spool, name), "utf8"))).toHaveProperty(
                name.endsWith(".logs.jsonl") ? "resourceLogs" : "resourceSpans"
              )
            }
            expect(statSync(spool).mode & 0o777).toBe(0o700)
            const next = yield* receiver(accepting)
            const after = yield* run("disposed", next.url, { LOOM_OTLP_SPOOL: spool, SPANS: "0", SCORES: "0" })
            const [written, kept] = [arrivedAt(first), arrivedAt(next)]
            row.note(`written ${written.length} + kept ${kept.length} + dropped ${dropped}`)
            expect(new Set([...written, ...kept]).size + dropped).toBe(30)
            expect(dropped > 0).toBe(what === "refusing" && flushed.includes(end))
            expect(ended.stdout.includes("OpenTelemetry closed with 24 undelivered spans")).toBe(dropped > 0)
            expect(ended.stdout.includes("OpenTelemetry closed with 6 undelivered log records")).toBe(dropped > 0)
            expect(readdirSync(spool)).toEqual([])
            expect(after.stats).toMatchObject({ recovered: kept.length, written: kept.length })
          }).pipe(Effect.scoped, Effect.runPromise)
      )
    }
  }
})

describe.concurrent("without a spool", () => {
  for (const end of ["exit", "throw", "rejection"] as const) {
    faultRow("OTLP", `no spool: ${end}: the loss is logged and counted`, (row) =>
      Effect.gen(function*() {
        const { spanNames, url } = yield* receiver(accepting)
        const { exitCode, stats, stdout } = yield* run(end, url, {})
        row.note(`written ${spanNames().length} + dropped ${stats!.dropped.shutdown}`)
        expect(exitCode).toBe(exitCodes[end])
        expect(stats).toMatchObject({ accepted: 30, written: 0, dropped: { shutdown: 30 } })
        expect(stdout.split("OpenTelemetry closed with 24 undelivered spans")).toHaveLength(2)
      }).pipe(Effect.scoped, Effect.runPromise))
  }
})
