/**
 * The spool with a gRPC receiver: refused spans are dropped and counted, spans that it could not accept are kept.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readdirSync } from "node:fs"
import { createServer, type OutgoingHttpHeaders } from "node:http2"
import type { AddressInfo } from "node:net"
import { folder, running, spans } from "./spooling.js"

/** A receiver that responds to each request with this status. */
const answering = (status: number, headers: OutgoingHttpHeaders = {}) =>
  Effect.acquireRelease(
    Effect.async<readonly [url: string, close: () => void]>((resume) => {
      const server = createServer()
      const sessions = new Set<{ readonly destroy: () => void }>()
      server.on("session", (session) => sessions.add(session))
      server.on("stream", (stream) => {
        stream.respond({
          ":status": 200,
          "content-type": "application/grpc",
          "grpc-status": String(status),
          "grpc-message": "not now",
          ...headers
        }, { endStream: true })
      })
      server.listen(0, "127.0.0.1", () =>
        resume(Effect.succeed([
          `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          () => {
            sessions.forEach((session) => session.destroy())
            server.close()
          }
        ])))
    }),
    ([, close]) => Effect.sync(close)
  ).pipe(Effect.map(([url]) => url))

const grpc = { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }

describe("over gRPC, a spool", () => {
  it.scopedLive.each([3, 7, 8, 12, 16])(
    "drops and counts spans that a receiver refuses with status %d",
    (status) =>
      Effect.gen(function*() {
        const spool = yield* folder
        const url = yield* answering(status)
        const { stats } = yield* running(spool, url, spans(3), grpc)
        expect(stats).toMatchObject({ accepted: 3, spooled: 0, dropped: { rejected: 3 } })
        expect(stats.lastError).toContain("not now")
        expect(readdirSync(spool)).toEqual([])
      })
  )

  it.scopedLive.each<readonly [status: number, headers: OutgoingHttpHeaders]>([
    [1, {}],
    [4, {}],
    [14, {}],
    [8, { "grpc-status-details-bin": "AAAA" }]
  ])("keeps spans that a receiver cannot accept now, with status %d", ([status, headers]) =>
    Effect.gen(function*() {
      const spool = yield* folder
      const { stats } = yield* running(spool, yield* answering(status, headers), spans(3), grpc)
      expect(stats).toMatchObject({ accepted: 3, spooled: 3, written: 0 })
      // The rest is refused later, and blocks nothing.
      const later = yield* running(spool, yield* answering(3), spans(0), grpc)
      expect(later.stats).toMatchObject({ accepted: 3, dropped: { rejected: 3 } })
      expect(readdirSync(spool)).toEqual([])
    }))
})
