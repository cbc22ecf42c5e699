/**
 * Log records in the spool, next to spans, and several processes that share a spool.
 */
import { describe, expect, it } from "@effect/vitest"
import type { SpanExporter } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import { Telemetry } from "loom-telemetry"
import { type LogExporter, OTelTelemetry } from "loom-telemetry/otel"
import * as fs from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { runProgram } from "../examples/runProgram.js"
import { answering, hanging, noReceiver, receiver } from "./receiver.js"
import { folder, running, scores, spans } from "./spooling.js"

/** Leaves spans and log records in a spool. */
const left = (spool: string, ofSpans: number, ofLogs: number) =>
  Effect.flatMap(
    noReceiver,
    (nowhere) => running(spool, nowhere, Effect.zipRight(spans(ofSpans), scores(ofLogs)))
  )

const namesOf = (next: Effect.Effect.Success<ReturnType<typeof receiver>>) =>
  next.logs().flatMap(({ logs }) => logs).map(({ attributes }) => attributes["gen_ai.evaluation.name"])

describe("log records in a spool", () => {
  it.scopedLive("are kept at the end, and sent unchanged by the next process", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      const program = Effect.logInfo("look").pipe(
        Effect.annotateLogs({ n: 1, flag: true }),
        Telemetry.withSpan("work"),
        Effect.zipRight(scores(1))
      )
      const more = { OTEL_SERVICE_NAME: "first", LOOM_OTLP_EFFECT_LOGS: "true" }
      const first = yield* running(spool, yield* noReceiver, program, more)
      expect(first.stats).toMatchObject({ accepted: 3, written: 0, spooled: 3 })
      expect(first.warnings).toEqual([expect.stringContaining("1 span in the spool")])
      expect(first.warnings[0]).toContain("2 log records in the spool")
      expect(fs.readdirSync(spool).map((name) => name.split(".").at(-2)).toSorted()).toEqual(["logs", "spans"])
      const next = yield* receiver()
      const second = yield* running(spool, next.url, Effect.void, { OTEL_SERVICE_NAME: "second" })
      expect(second.stats).toMatchObject({ accepted: 3, written: 3, recovered: 3 })
      const { logs, resource } = next.logs()[0]!
      expect(resource["service.name"]).toBe("first")
      expect(logs).toMatchObject([
        {
          body: "look",
          severityText: "INFO",
          severityNumber: 9,
          spanId: next.spans()[0]!.spans[0]!.spanId,
          attributes: { n: 1, flag: true }
        },
        { eventName: "gen_ai.evaluation.result", spanId: "", attributes: { "gen_ai.evaluation.name": "score 0" } }
      ])
      expect(fs.readdirSync(spool)).toEqual([])
    }))

  it.scopedLive("are kept if they do not fit into the queue during an outage", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      const { url } = yield* receiver(hanging)
      const { stats } = yield* running(spool, url, scores(1000), {
        OTEL_BLRP_MAX_QUEUE_SIZE: "100",
        OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: "50"
      })
      expect(stats).toMatchObject({ accepted: 1000, spooled: 1000, written: 0 })
      const next = yield* receiver()
      expect((yield* running(spool, next.url)).stats).toMatchObject({ recovered: 1000 })
      expect(new Set(namesOf(next)).size).toBe(1000)
    }))

  it.scopedLive("are dropped and counted if a receiver refuses them", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      yield* left(spool, 2, 6)
      const { url } = yield* receiver((request, ...rest) =>
        (request.path === "/v1/logs" ? answering(400) : answering(200))(request, ...rest)
      )
      const { stats, warnings } = yield* running(spool, url)
      expect(stats).toMatchObject({ accepted: 8, written: 2, recovered: 2, dropped: { rejected: 6 } })
      expect(warnings.join()).toContain("HTTP 400")
      expect(fs.readdirSync(spool)).toEqual([])
    }))

  it.scopedLive("are left for a process that exports log records", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      yield* left(spool, 2, 6)
      const next = yield* receiver()
      const without = yield* running(spool, next.url, Effect.void, { OTEL_LOGS_EXPORTER: "none" })
      expect(without.stats).toMatchObject({ accepted: 2, recovered: 2 })
      const alone = yield* running(spool, next.url, Effect.void, { OTEL_TRACES_EXPORTER: "none" })
      expect(alone.stats).toMatchObject({ accepted: 6, recovered: 6 })
      expect(namesOf(next)).toHaveLength(6)
    }))

  it.scopedLive("in a damaged file are sent as far as the file can be read, and the file is kept aside", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      yield* left(spool, 0, 3)
      const [name] = fs.readdirSync(spool)
      fs.appendFileSync(join(spool, name!), "{\"resourceLogs\":[{\"scopeLo")
      const next = yield* receiver()
      const { stats, warnings } = yield* running(spool, next.url)
      expect(stats).toMatchObject({ recovered: 3 })
      expect(warnings).toEqual([expect.stringContaining(`${name}.kept`)])
      expect(fs.readdirSync(spool)).toEqual([`${name}.kept`])
    }))

  it.scopedLive("share the size limit with spans: the oldest of both are dropped and counted", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      const gone = { export: (_: unknown, done: (result: { code: number }) => void) => done({ code: 1 }) }
      const exporter: SpanExporter & LogExporter = { ...gone, shutdown: () => Promise.resolve() }
      const stats = yield* Effect.zipRight(
        Effect.all([scores(1000), Telemetry.flush, spans(1000)]),
        OTelTelemetry
      ).pipe(
        Effect.provide(OTelTelemetry.layer({
          spanExporter: exporter,
          logExporter: exporter,
          spool: { folder: spool, maxBytes: 600_000 }
        })),
        Effect.flatMap((sink) => sink.stats)
      )
      const size = fs.readdirSync(spool).reduce((sum, name) => sum + fs.statSync(join(spool, name)).size, 0)
      expect(size).toBeLessThanOrEqual(600_000)
      expect(stats).toMatchObject({ accepted: 2000, queued: 0 })
      expect(stats.spooled + stats.dropped.spool_full).toBe(2000)
      expect(stats.dropped.spool_full).toBeGreaterThan(0)
      expect(stats.spooled).toBeGreaterThan(0)
    }))
})

const program = fileURLToPath(new URL("../faults/programs/otlpEnd.ts", import.meta.url))

describe("a spool of several processes", () => {
  it.scopedLive("is sent once if they start at the same time", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      yield* left(spool, 3000, 600)
      const next = yield* receiver()
      const variables = {
        END: "disposed",
        SPANS: "0",
        SCORES: "0",
        OTEL_EXPORTER_OTLP_ENDPOINT: next.url,
        OTEL_METRICS_EXPORTER: "none",
        LOOM_OTLP_SPOOL: spool
      }
      const all = yield* Effect.promise(() =>
        Promise.all(Array.from({ length: 3 }, () => runProgram(program, variables)))
      )
      const recovered = all.map(({ stdout }) => Number(/"recovered":(\d+)/.exec(stdout)![1]))
      expect(recovered.reduce((sum, each) => sum + each)).toBe(3600)
      expect([next.spanNames().length, namesOf(next).length]).toEqual([3000, 600])
      expect(fs.readdirSync(spool)).toEqual([])
    }), 60_000)
})
