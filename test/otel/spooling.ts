/**
 * Programs that share a spool.
 */
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Telemetry } from "loom-telemetry"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { droppedOf, live } from "./live.js"

export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "loom-spool-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
)

export const spans = (count: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, n) => `span ${n}`),
    (name) => Telemetry.withSpan(Effect.void, name),
    { discard: true }
  )

const traceId = "0af7651916cd43dd8448eb211c80319c"

/** Late scores, each of which becomes a log record. */
export const scores = (count: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, n) => `score ${n}`),
    (name) => Telemetry.scoreOf({ traceId }, name, { value: 1 }),
    { discard: true }
  )

/** Runs a program under `OTelLive` with this spool, and checks that the counts add up. */
export const running = (
  spool: string,
  endpoint: string,
  program: Effect.Effect<unknown, never, Telemetry> = Effect.void,
  more = {}
) =>
  Effect.tap(
    live({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_METRICS_EXPORTER: "none",
      LOOM_OTLP_SPOOL: spool,
      ...more
    }, program),
    ({ stats }) => {
      const { accepted, queued, spooled, unsure, written } = stats
      expect(written + unsure + queued + spooled + droppedOf(stats)).toBe(accepted)
    }
  )
