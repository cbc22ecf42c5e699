/**
 * Misbehaving receivers: the program's result does not change, and lost records are counted and reported once.
 *
 * The sink uses the live clock here, as its exporter does; time limits are short where a test waits for one.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Loom, Telemetry } from "loom-telemetry"
import type { OTelStats } from "loom-telemetry/otel"
import { describe, expect } from "vitest"
import { type FaultRow, faultRow } from "../faults/row.js"
import { droppedOf, live, type Variables } from "./live.js"
import { accepting, answering, type Behaviour, firstly, hanging, noReceiver, receiver, resetting } from "./receiver.js"

const spans = (count: number, name = "a") =>
  Effect.forEach(Array.from({ length: count }), () => Telemetry.withSpan(Effect.void, name), { discard: true })

/** A row of the matrix, on the live clock. */
const row = (what: string, body: (row: FaultRow) => Effect.Effect<void>): void =>
  faultRow("OTLP", what, (given) => Effect.runPromise(body(given)))

/** What happened to the spans, for the table. */
const noteOf = ({ accepted, dropped, written }: OTelStats): string => {
  const lost = Object.entries(dropped).filter(([, count]) => count > 0).map(([reason, count]) => `${count} ${reason}`)
  return [`accepted ${accepted} = written ${written}`, ...lost].join(" + ")
}

const balance = (stats: OTelStats) => stats.accepted - stats.written - stats.unsure - stats.queued - droppedOf(stats)

/** Runs the program with the sink, checks that the counters add up, and puts them into the table. */
const observed = (given: FaultRow, variables: Variables, program: Effect.Effect<unknown, unknown, Telemetry>) =>
  Effect.tap(live(variables, program), ({ stats }) => {
    given.note(noteOf(stats))
    expect(balance(stats)).toBe(0)
  })

/** Sends three spans and a measurement to a receiver that behaves like this, and checks that the program's result does not change. */
const against = (given: FaultRow, behaviour: Behaviour, more: Record<string, string> = {}) =>
  Effect.gen(function*() {
    const running = yield* receiver(behaviour)
    const finished = yield* observed(
      given,
      { OTEL_EXPORTER_OTLP_ENDPOINT: running.url, ...more },
      Effect.as(Effect.zipRight(spans(3), Loom.tokensInput(1, { model: "m" })), "result")
    )
    expect(finished.exit).toEqual(Exit.succeed("result"))
    return { ...finished, receiver: running }
  }).pipe(Effect.scoped)

describe("a receiver", () => {
  for (const status of [400, 401, 404, 413, 500]) {
    row(
      `a receiver that answers ${status} loses the refused spans, which are counted and reported once`,
      (given) =>
        Effect.gen(function*() {
          const { stats, warnings } = yield* against(
            given,
            answering(status, { "content-type": "text/plain" }, "wrong key")
          )
          expect(stats).toMatchObject({ accepted: 3, written: 0, queued: 0, dropped: { rejected: 3 } })
          expect(stats.failedMetricExports).toBeGreaterThan(0)
          expect(stats.lastError).toContain(`HTTP ${status}`)
          expect(stats.lastError).toContain("wrong key")
          expect(warnings).toHaveLength(1)
          expect(warnings[0]).toContain("OpenTelemetry closed with 3 undelivered spans")
        })
    )
  }

  row("a receiver that answers 429 with a pause gets everything afterwards", (given) =>
    Effect.gen(function*() {
      const { receiver: running, stats, warnings } = yield* against(
        given,
        firstly(2, answering(429, { "retry-after": "1" }), accepting)
      )
      expect(stats).toMatchObject({ written: 3, failedMetricExports: 0 })
      expect(running.spanNames()).toEqual(["a", "a", "a"])
      expect(warnings).toEqual([])
    }))

  row("a temporarily overloaded receiver gets everything afterwards", (given) =>
    Effect.gen(function*() {
      const { receiver: running, stats, warnings } = yield* against(given, firstly(2, answering(503), accepting))
      expect(stats.written).toBe(3)
      expect(running.spanNames()).toEqual(["a", "a", "a"])
      expect(warnings).toEqual([])
    }))

  row(
    "a receiver that is down for a while gets everything that was queued meanwhile",
    (given) =>
      Effect.gen(function*() {
        const running = yield* receiver(firstly(8, answering(503, { "retry-after": "0" }), accepting))
        const { stats, warnings } = yield* observed(given, {
          OTEL_EXPORTER_OTLP_ENDPOINT: running.url,
          OTEL_METRICS_EXPORTER: "none"
        }, spans(3000))
        expect(stats.written).toBe(3000)
        expect(running.spanNames()).toHaveLength(3000)
        expect(warnings).toEqual([])
      }).pipe(Effect.scoped)
  )

  row(
    "a receiver that refuses one record loses that record, and no other",
    (given) =>
      Effect.gen(function*() {
        const running = yield* receiver((...args) =>
          (args[0].body.includes("poison") ? answering(400) : accepting)(...args)
        )
        const { stats } = yield* observed(given, {
          OTEL_EXPORTER_OTLP_ENDPOINT: running.url,
          OTEL_METRICS_EXPORTER: "none",
          OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "512"
        }, Effect.all([spans(300), spans(1, "poison"), spans(211)]))
        expect(stats).toMatchObject({ accepted: 512, written: 511, dropped: { rejected: 1 } })
        expect(running.requests.length).toBeLessThanOrEqual(40)
      }).pipe(Effect.scoped)
  )

  row(
    "a receiver that breaks the connection once gets everything on the next attempt",
    (given) =>
      Effect.gen(function*() {
        const { stats, warnings } = yield* against(given, firstly(2, resetting, accepting))
        expect([stats.written, warnings]).toEqual([3, []])
      })
  )

  row("a slow receiver gets everything", (given) =>
    Effect.gen(function*() {
      const { stats, warnings } = yield* against(given, (...args) => {
        setTimeout(() => accepting(...args), 300)
      })
      expect([stats.written, warnings]).toEqual([3, []])
    }))

  row(
    "a partial success counts the rest as refused, with the reason",
    (given) =>
      Effect.gen(function*() {
        // ExportTraceServiceResponse { partial_success { rejected_spans: 2, error_message: "no" } }
        const partial: Behaviour = (_, response) => {
          response.writeHead(200).end(Buffer.from([10, 6, 8, 2, 18, 2, 110, 111]))
        }
        const { stats, warnings } = yield* against(given, partial, { OTEL_METRICS_EXPORTER: "none" })
        expect(stats).toMatchObject({ written: 1, dropped: { rejected: 2 }, lastError: expect.stringContaining("no") })
        expect(warnings).toHaveLength(1)
      })
  )

  row(
    "a receiver that answers success with nonsense may have accepted everything: counted as unsure, and logged once",
    (given) =>
      Effect.gen(function*() {
        const { stats, warnings } = yield* against(given, answering(200, {}, "<html>welcome</html>"))
        expect(stats).toMatchObject({ accepted: 3, written: 0, unsure: 3, queued: 0, dropped: { rejected: 0 } })
        expect(warnings).toHaveLength(1)
      })
  )

  row("a redirect is not followed", (given) =>
    Effect.gen(function*() {
      const elsewhere = yield* receiver()
      const { stats } = yield* against(given, answering(302, { location: elsewhere.url }))
      expect(stats.dropped.rejected).toBe(3)
      expect(elsewhere.requests).toEqual([])
    }).pipe(Effect.scoped))

  row("a receiver without TLS is abandoned quickly", (given) =>
    Effect.gen(function*() {
      const running = yield* receiver()
      const { stats, warnings } = yield* observed(given, {
        OTEL_EXPORTER_OTLP_ENDPOINT: running.url.replace("http:", "https:"),
        OTEL_METRICS_EXPORTER: "none"
      }, spans(1))
      expect(stats).toMatchObject({ written: 0, dropped: { rejected: 1 } })
      expect(warnings).toHaveLength(1)
    }).pipe(Effect.scoped))

  row(
    "without a receiver, the remaining records are counted as lost and reported once",
    (given) =>
      Effect.gen(function*() {
        const { exit, stats, warnings } = yield* observed(
          given,
          { OTEL_EXPORTER_OTLP_ENDPOINT: yield* noReceiver },
          spans(3)
        )
        expect(Exit.isSuccess(exit)).toBe(true)
        expect(stats).toMatchObject({ accepted: 3, queued: 0, dropped: { shutdown: 3 } })
        expect(warnings).toHaveLength(1)
        expect(warnings[0]).toContain("OpenTelemetry closed with 3 undelivered spans")
      })
  )

  row(
    "with a receiver that never responds, the remaining records are counted as lost and reported once",
    (given) =>
      Effect.gen(function*() {
        const { stats, warnings } = yield* against(given, hanging)
        expect(stats).toMatchObject({ accepted: 3, queued: 0, dropped: { shutdown: 3 } })
        expect(warnings).toHaveLength(1)
        expect(warnings[0]).toContain("OpenTelemetry closed with 3 undelivered spans")
      })
  )

  row(
    "a receiver that refuses everything does not change a failure or an interruption of the program",
    (given) =>
      Effect.gen(function*() {
        const running = yield* receiver(answering(500))
        const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: running.url }
        const failed = yield* observed(given, variables, Telemetry.withSpan(Effect.fail("mine"), "a"))
        expect(failed.exit).toEqual(Exit.fail("mine"))
        const interrupted = yield* observed(given, variables, Telemetry.withSpan(Effect.interrupt, "a"))
        expect(Exit.isInterrupted(interrupted.exit)).toBe(true)
      }).pipe(Effect.scoped)
  )

  row("a receiver that keeps refusing is reported once while the sink is open", (given) =>
    Effect.gen(function*() {
      const running = yield* receiver(answering(400))
      const { stats, warnings } = yield* observed(given, {
        OTEL_EXPORTER_OTLP_ENDPOINT: running.url,
        OTEL_METRICS_EXPORTER: "none"
      }, Effect.repeatN(Effect.zipRight(spans(1), Telemetry.flush), 4))
      expect(stats.dropped.rejected).toBe(5)
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain("HTTP 400")
    }).pipe(Effect.scoped))
})

describe("a burst", () => {
  row("a burst of 10,000 spans loses none with the defaults", (given) =>
    Effect.gen(function*() {
      const running = yield* receiver()
      const { stats, warnings } = yield* observed(given, { OTEL_EXPORTER_OTLP_ENDPOINT: running.url }, spans(10_000))
      expect(stats).toMatchObject({ accepted: 10_000, written: 10_000 })
      expect(running.spanNames()).toHaveLength(10_000)
      expect(warnings).toEqual([])
    }).pipe(Effect.scoped))

  row("a burst that fills the queue is delivered completely when the sink closes", (given) =>
    Effect.gen(function*() {
      const running = yield* receiver()
      const { stats } = yield* observed(given, {
        OTEL_EXPORTER_OTLP_ENDPOINT: running.url,
        OTEL_BSP_MAX_QUEUE_SIZE: "2000",
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "100"
      }, spans(2000))
      expect(stats).toMatchObject({ accepted: 2000, written: 2000 })
    }).pipe(Effect.scoped))

  row(
    "a burst larger than the queue drops the newest records, which are counted and reported once",
    (given) =>
      Effect.gen(function*() {
        const running = yield* receiver()
        const { stats, warnings } = yield* observed(given, {
          OTEL_EXPORTER_OTLP_ENDPOINT: running.url,
          OTEL_BSP_MAX_QUEUE_SIZE: "100"
        }, Effect.zipRight(spans(100, "old"), spans(150, "new")))
        expect(stats).toMatchObject({ accepted: 250, written: 100, dropped: { queue_full: 150 } })
        expect(new Set(running.spanNames())).toEqual(new Set(["old"]))
        expect(warnings).toHaveLength(1)
        expect(warnings[0]).toContain("The OpenTelemetry queue is full")
      }).pipe(Effect.scoped)
  )
})
