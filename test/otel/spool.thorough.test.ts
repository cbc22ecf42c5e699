/**
 * The spool of spans: what it keeps in an outage, who sends it, damaged and foreign files, and its size limit.
 */
import { describe, expect, it } from "@effect/vitest"
import type { SpanExporter } from "@opentelemetry/sdk-trace-base"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Loom, RunContext, Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { accepting, answering, hanging, noReceiver, receiver } from "./receiver.js"
import { folder, running, spans } from "./spooling.js"

/** Leaves spans in a spool. */
const left = (spool: string, count: number) =>
  Effect.flatMap(noReceiver, (nowhere) => running(spool, nowhere, spans(count)))

const without = (name: string) => fs.readdirSync(name).filter((each) => !each.endsWith(".kept"))

describe("a spool", () => {
  it.scopedLive("keeps undelivered spans at the end, and the next process sends them unchanged", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      const nowhere = yield* noReceiver
      const program = Loom.tokensInput(1, { model: "m" }).pipe(
        Telemetry.withSpan("inner", { n: 1, half: 0.5, list: ["a"], flag: true }, { kind: "client" }),
        Telemetry.withSpan("outer"),
        RunContext.with({ userId: "alice" })
      )
      const first = yield* running(spool, nowhere, program, { OTEL_SERVICE_NAME: "first" })
      expect(first.stats).toMatchObject({ accepted: 2, written: 0, spooled: 2 })
      expect(first.warnings).toEqual([expect.stringContaining("2 spans in the spool")])
      const next = yield* receiver()
      const second = yield* running(spool, next.url, spans(1), { OTEL_SERVICE_NAME: "second" })
      expect(second.stats).toMatchObject({ accepted: 3, written: 3, recovered: 2 })
      const recovered = next.spans().find(({ resource }) => resource["service.name"] === "first")!
      expect(recovered.spans.map(({ name }) => name)).toEqual(["inner", "outer"])
      expect(recovered.spans[0]).toMatchObject({
        parentSpanId: recovered.spans[1]!.spanId,
        traceId: recovered.spans[1]!.traceId,
        attributes: { n: 1, half: 0.5, list: ["a"], flag: true, user_id: "alice" }
      })
      expect(fs.readdirSync(spool)).toEqual([])
    }))

  it.scopedLive("keeps spans that do not fit into the queue during an outage", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      const { url } = yield* receiver(hanging)
      const { stats, warnings } = yield* running(spool, url, spans(2000), {
        OTEL_BSP_MAX_QUEUE_SIZE: "100",
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "50"
      })
      expect(stats).toMatchObject({ accepted: 2000, spooled: 2000, written: 0 })
      expect(warnings).toHaveLength(1)
      const next = yield* receiver()
      expect((yield* running(spool, next.url)).stats).toMatchObject({ recovered: 2000 })
      expect(new Set(next.spanNames()).size).toBe(2000)
    }))

  it.scopedLive("keeps the unsent part of a batch if the receiver becomes unreachable", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      // Refuses the batch, accepts a half of it, and disappears.
      const { spanNames, url } = yield* receiver((request, response, count, socket) =>
        count === 0
          ? answering(400)(request, response, count, socket)
          : count === 1
          ? accepting(request, response, count, socket)
          : answering(503)(request, response, count, socket)
      )
      const { stats } = yield* running(spool, url, spans(8), { OTEL_BSP_EXPORT_TIMEOUT: "500" })
      expect(spanNames()).toHaveLength(4)
      expect(stats).toMatchObject({ accepted: 8, written: 4, spooled: 4 })
    }))

  it.scopedLive("drops and counts spans that a receiver refuses", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      yield* left(spool, 8)
      const { url } = yield* receiver(answering(400))
      const { stats, warnings } = yield* running(spool, url)
      expect(stats).toMatchObject({ accepted: 8, recovered: 0, dropped: { rejected: 8 } })
      expect(warnings.join()).toContain("HTTP 400")
      expect(fs.readdirSync(spool)).toEqual([])
    }))

  it.scopedLive("does not change while there is still no receiver", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      yield* left(spool, 8)
      const before = fs.readdirSync(spool)
      const { stats } = yield* running(spool, yield* noReceiver)
      expect(stats).toMatchObject({ accepted: 0, spooled: 0, recovered: 0 })
      expect(fs.readdirSync(spool)).toEqual(before)
    }))

  it.scopedLive("is sent once if several sinks start at the same time", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      yield* left(spool, 3000)
      const next = yield* receiver()
      const all = yield* Effect.all(Array.from({ length: 4 }, () => running(spool, next.url)), { concurrency: 4 })
      expect(all.reduce((sum, { stats }) => sum + stats.recovered, 0)).toBe(3000)
      expect(next.spanNames()).toHaveLength(3000)
    }))

  it.scopedLive("takes over the files of a process that has ended, but not those of a running one", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      yield* left(spool, 3)
      const [name] = fs.readdirSync(spool)
      const host = hostname().replace(/\W/g, "_")
      const ended = spawn(process.execPath, ["-e", ""])
      yield* Effect.async<void>((resume) => void ended.on("close", () => resume(Effect.void)))
      const sleeper = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"])
      yield* Effect.addFinalizer(() => Effect.sync(() => void sleeper.kill()))
      const copy = name!.replace(/\.[0-9a-f]{16}\./, ".0123456789abcdef.")
      fs.copyFileSync(join(spool, name!), join(spool, `${copy}.${host}-${sleeper.pid}.claim`))
      fs.renameSync(join(spool, name!), join(spool, `${name}.${host}-${ended.pid}.claim`))
      const next = yield* receiver()
      expect((yield* running(spool, next.url)).stats).toMatchObject({ recovered: 3 })
      expect(fs.readdirSync(spool)).toEqual([`${copy}.${host}-${sleeper.pid}.claim`])
    }))

  const damage: ReadonlyArray<readonly [what: string, damaged: (text: string) => string, recovered: number]> = [
    ["torn in its line", (text) => text.slice(0, -40), 0],
    ["torn in its second line", (text) => text + text.slice(0, 100), 3],
    ["without its last newline", (text) => text.slice(0, -1), 0],
    ["with a line of something else", (text) => `{"a":1}\n${text}`, 3],
    ["with null in its lists", (text) => `{"resourceSpans":[null,{"scopeSpans":null}]}\n${text}`, 3],
    ["empty", () => "", 0]
  ]

  it.scopedLive.each(damage)(
    "that is %s is sent as far as it can be read, and kept aside with a warning",
    ([, damaged, recovered]) =>
      Effect.gen(function*() {
        const spool = yield* folder
        yield* left(spool, 3)
        const [name] = fs.readdirSync(spool)
        fs.writeFileSync(join(spool, name!), damaged(fs.readFileSync(join(spool, name!), "utf8")))
        const next = yield* receiver()
        const { stats, warnings } = yield* running(spool, next.url)
        expect(stats).toMatchObject({ recovered })
        expect(warnings).toEqual([expect.stringContaining(`${name}.kept`)])
        expect(fs.readdirSync(spool)).toEqual([`${name}.kept`])
        // Not sent again.
        expect((yield* running(spool, next.url)).stats).toMatchObject({ accepted: 0 })
      })
  )

  it.scopedLive("ignores files of another version and other files, with a warning", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      const other = "loom-spool-2.001796032407416.000000.e4e9803363c1fc31.24.jsonl"
      fs.writeFileSync(join(spool, other), "{}\n")
      fs.writeFileSync(join(spool, "notes.txt"), "mine")
      const { warnings } = yield* running(spool, yield* noReceiver)
      expect(warnings).toEqual([expect.stringContaining(other)])
      expect(fs.readdirSync(spool)).toEqual([other, "notes.txt"])
    }))

  it.scopedLive("never follows a link, and reads no file with several hard links", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      const elsewhere = yield* folder
      yield* left(spool, 3)
      const [name] = without(spool)
      fs.renameSync(join(spool, name!), join(elsewhere, "secret"))
      fs.symlinkSync(join(elsewhere, "secret"), join(spool, name!))
      const next = yield* receiver()
      expect((yield* running(spool, next.url)).stats).toMatchObject({ recovered: 0 })
      expect(next.spanNames()).toEqual([])
      expect(fs.existsSync(join(elsewhere, "secret"))).toBe(true)
    }))

  it.scopedLive("that cannot be used does not affect delivery, and triggers a warning", () =>
    Effect.gen(function*() {
      const inside = yield* folder
      fs.writeFileSync(join(inside, "file"), "")
      fs.symlinkSync(inside, join(inside, "link"))
      const [file, link] = [join(inside, "file"), join(inside, "link")]
      for (const spool of [file, `${file}/in`, link, `${link}/`, "/proc/none/spool", "a\u0000b"]) {
        const { url } = yield* receiver()
        const { stats, warnings } = yield* running(spool, url, spans(2))
        expect(stats).toMatchObject({ accepted: 2, written: 2 })
        expect(warnings).toEqual([expect.stringContaining("spool cannot be used")])
      }
    }))
})

/** An exporter that cannot reach a receiver. */
const unreachable: SpanExporter = {
  export: (_, done) => done({ code: 1, error: new Error("gone") }),
  shutdown: () => Promise.resolve()
}

const bounded = (spool: string, maxBytes: number, program: Effect.Effect<void>) =>
  Effect.gen(function*() {
    const [warnings, logger] = capturedWarnings()
    const stats = yield* Effect.zipRight(program, OTelTelemetry).pipe(
      Effect.provide(OTelTelemetry.layer({ spanExporter: unreachable, spool: { folder: spool, maxBytes } })),
      Effect.provide(logger),
      Effect.flatMap((sink) => sink.stats)
    )
    return { stats, warnings }
  })

const sizeOf = (spool: string): number =>
  fs.readdirSync(spool).reduce((sum, name) => sum + fs.statSync(join(spool, name)).size, 0)

describe("the size limit of a spool", () => {
  it.scopedLive("drops and counts the oldest spans, of this process and of others", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      yield* left(spool, 100)
      const { stats, warnings } = yield* bounded(spool, 400_000, spans(2000))
      expect(sizeOf(spool)).toBeLessThanOrEqual(400_000)
      expect(stats.accepted).toBe(2100)
      expect(stats.dropped.spool_full).toBeGreaterThan(100)
      expect(stats.spooled + stats.dropped.spool_full).toBe(2100)
      expect(stats.spooled).toBeGreaterThan(0)
      expect(warnings.join()).toContain("spool is full")
    }))

  it.scopedLive("of 0 keeps nothing", () =>
    Effect.gen(function*() {
      const spool = yield* folder
      const { stats } = yield* bounded(spool, 0, spans(5))
      expect(stats).toMatchObject({ accepted: 5, spooled: 0, dropped: { spool_full: 5 } })
      expect(fs.readdirSync(spool)).toEqual([])
    }))

  it.scopedLive.each([NaN, -1])("of %d throws", (maxBytes) =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(bounded(yield* folder, maxBytes, Effect.void))
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toBeInstanceOf(RangeError)
    }))
})
