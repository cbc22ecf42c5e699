/**
 * Receivers that are down for seconds, busy or misconfigured, as in production. See test/otel/faults.thorough.test.ts for the rest.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Telemetry } from "loom-telemetry"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer as createTlsServer } from "node:https"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { droppedOf, live, type Variables } from "../otel/live.js"
import { accepting, answering, firstly, hanging, noReceiver, receiver, resetting } from "../otel/receiver.js"
import { type FaultRow, faultRow } from "./row.js"

const spans = (count: number) =>
  Effect.forEach(Array.from({ length: count }), () => Telemetry.withSpan(Effect.void, "a"), { discard: true })

const row = (what: string, body: (row: FaultRow) => Effect.Effect<void>): void =>
  faultRow("OTLP", what, (given) => Effect.runPromise(body(given)))

/** Spans only: metrics are not part of the balance. */
const observed = <A>(given: FaultRow, endpoint: string, program: Effect.Effect<A>, more: Variables = {}) =>
  Effect.map(
    live({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_METRICS_EXPORTER: "none", ...more }, program),
    ({ exit, stats, warnings }) => {
      const lost = Object.entries(stats.dropped).filter(([, count]) => count > 0)
      given.note(
        [`accepted ${stats.accepted} = written ${stats.written}`, ...lost.map(([why, count]) => `${count} ${why}`)]
          .join(
            " + "
          )
      )
      expect(Exit.isSuccess(exit)).toBe(true)
      expect(stats.accepted).toBe(stats.written + stats.queued + droppedOf(stats))
      return { stats, warnings }
    }
  )

/** Emits spans at once, and spread over this many seconds so that exports happen in between. */
const during = (seconds: number) =>
  Effect.zipRight(spans(500), Effect.repeatN(Effect.zipRight(spans(10), Effect.sleep("100 millis")), seconds * 10 - 1))

/** The address of a receiver with a self-signed certificate. */
const selfSigned = Effect.gen(function*() {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "loom-tls-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true }))
  )
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")]
  spawnSync("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
    ...["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert]
  ])
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => response.end())
  yield* Effect.acquireRelease(
    Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () => Effect.sync(() => void server.close())
  )
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
})

describe.concurrent("a receiver", () => {
  row("a receiver that is gone for 6 s gets everything when it is back", (given) =>
    Effect.gen(function*() {
      const url = yield* noReceiver
      const port = Number(new URL(url).port)
      const back = yield* Effect.fork(Effect.delay(receiver(accepting, port), "6 seconds"))
      const { stats, warnings } = yield* observed(given, url, during(9), { OTEL_BSP_SCHEDULE_DELAY: "200" })
      const running = yield* back
      expect(stats).toMatchObject({ accepted: 1400, written: 1400 })
      expect(running.spanNames()).toHaveLength(1400)
      expect(warnings).toEqual([])
    }).pipe(Effect.scoped))

  for (const status of [429, 503]) {
    for (const [how, headers] of [["with", { "retry-after": "1" }], ["without", {}]] as const) {
      row(
        `a receiver that answers ${status} ${how} retry-after gets everything afterwards`,
        (given) =>
          Effect.gen(function*() {
            const { url } = yield* receiver(firstly(1, answering(status, headers), accepting))
            const { stats } = yield* observed(given, url, spans(100))
            expect(stats).toMatchObject({ accepted: 100, written: 100 })
          }).pipe(Effect.scoped)
      )

      row(
        `a receiver that always answers ${status} ${how} retry-after loses the remaining spans, which are counted`,
        (given) =>
          Effect.gen(function*() {
            const { url } = yield* receiver(answering(status, headers))
            const { stats, warnings } = yield* observed(given, url, spans(100))
            expect(stats).toMatchObject({ accepted: 100, written: 0, dropped: { shutdown: 100 } })
            expect(warnings).toEqual([expect.stringContaining("100 undelivered spans")])
          }).pipe(Effect.scoped)
      )
    }
  }

  row(
    "a receiver that breaks every connection loses the remaining spans, which are counted",
    (given) =>
      Effect.gen(function*() {
        const { url } = yield* receiver(resetting)
        const { stats, warnings } = yield* observed(given, url, spans(100))
        expect(stats).toMatchObject({ accepted: 100, dropped: { shutdown: 100 } })
        expect(warnings).toEqual([expect.stringContaining("100 undelivered spans")])
      }).pipe(Effect.scoped)
  )

  row(
    "a receiver that never responds fills the queue in a burst of 20,000, and spans that do not fit are counted",
    (given) =>
      Effect.gen(function*() {
        const { url } = yield* receiver(hanging)
        const { stats } = yield* observed(given, url, spans(20_000))
        expect(stats).toMatchObject({ accepted: 20_000, dropped: { queue_full: 3616, shutdown: 16_384 } })
      }).pipe(Effect.scoped)
  )

  faultRow("OTLP", "a receiver with a self-signed certificate gets nothing, which is reported at once", (given) => {
    if (spawnSync("openssl", ["version"]).status !== 0) {
      given.skip("openssl is needed to make a certificate")
    }
    return Effect.gen(function*() {
      const url = yield* selfSigned
      const { stats, warnings } = yield* observed(given, url, Effect.zipRight(spans(3), Telemetry.flush))
      expect(stats).toMatchObject({ accepted: 3, dropped: { rejected: 3 } })
      expect(stats.lastError).toContain("self-signed certificate")
      expect(warnings).toEqual([expect.stringContaining("self-signed certificate")])
    }).pipe(Effect.scoped, Effect.runPromise)
  })

  row(
    "a program without a service name is exported as unknown_service, the default of the specification",
    (given) =>
      Effect.gen(function*() {
        const running = yield* receiver()
        yield* observed(given, running.url, spans(1))
        expect(running.spans()[0]!.resource["service.name"]).toMatch(/^unknown_service/)
      }).pipe(Effect.scoped)
  )
})
