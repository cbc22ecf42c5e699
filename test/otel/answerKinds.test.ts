/**
 * How responses to an export are counted, for spans and log records: written, rejected, or unsure if the response is not OTLP.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Loom, Telemetry } from "loom-telemetry"
import { droppedOf, live } from "./live.js"
import { receiver } from "./receiver.js"

type Meaning = "written" | "unsure" | "rejected"

const page = "<!doctype html><html><body>Sign in</body></html>"

const any: ReadonlyArray<readonly [what: string, status: number, body: Uint8Array | string, Meaning]> = [
  ["an empty body", 200, "", "written"],
  ["an empty body and 202", 202, "", "written"],
  ["no content", 204, "", "written"],
  ["a page", 200, page, "unsure"],
  ["a page that starts with a line break", 200, `\n${page}`, "unsure"],
  ["a page that starts with many line breaks", 200, `${"\n".repeat(12)}${page}`, "unsure"],
  ["a word", 200, "OK", "unsure"],
  ["a line break", 200, "\n", "unsure"],
  ["random bytes", 200, Uint8Array.of(0xff, 0x00, 0x80, 0x0a, 0x13), "unsure"],
  ["several choices", 300, "", "rejected"],
  ["a permanent redirect", 301, "", "rejected"],
  ["a redirect", 302, page, "rejected"],
  ["another page", 303, "", "rejected"],
  ["not modified", 304, "", "rejected"],
  ["a temporary redirect with the same method", 307, "", "rejected"],
  ["a permanent redirect with the same method", 308, "", "rejected"]
]

const ofJson: typeof any = [
  ["an empty object", 200, "{}", "written"],
  ["an object without refusals", 200, "{\"partialSuccess\":{}}", "written"],
  ["a list", 200, "[]", "unsure"],
  ["null", 200, "null", "unsure"],
  ["a torn object", 200, "{\"partialSuccess\":{\"rejectedSpans\":\"1\"", "unsure"]
]

const ofProtobuf: typeof any = [
  ["an empty partial success", 200, Uint8Array.of(0x0a, 0), "written"],
  ["a torn partial success", 200, Uint8Array.of(0x0a, 6, 8, 2), "unsure"],
  ["JSON", 200, "{}", "unsure"]
]

const rows = [
  ...any.flatMap((row) => [["http/protobuf", ...row], ["http/json", ...row]] as const),
  ...ofJson.map((row) => ["http/json", ...row] as const),
  ...ofProtobuf.map((row) => ["http/protobuf", ...row] as const)
]

/** One span and one log record. */
const program = Effect.zipRight(
  Telemetry.withSpan(Loom.tokensInput(1, { model: "m" }), "work"),
  Telemetry.scoreOf({ traceId: "0af7651916cd43dd8448eb211c80319c" }, "late", { value: 1 })
)

describe("a response to an export", () => {
  for (const [protocol, what, status, body, meaning] of rows) {
    it.effect(`with ${status} and ${what}, over ${protocol}, counts the items as ${meaning}`, () =>
      Effect.gen(function*() {
        const elsewhere = yield* receiver()
        const running = yield* receiver((_, response) => {
          response.writeHead(status, status >= 300 ? { location: elsewhere.url } : {}).end(body)
        })
        const { stats, warnings } = yield* live(
          { OTEL_EXPORTER_OTLP_ENDPOINT: running.url, OTEL_EXPORTER_OTLP_PROTOCOL: protocol },
          program
        )
        const counted = { written: stats.written, unsure: stats.unsure, rejected: stats.dropped.rejected }
        expect(counted).toEqual({ written: 0, unsure: 0, rejected: 0, [meaning]: 2 })
        expect([stats.accepted, stats.queued, droppedOf(stats)]).toEqual([2, 0, counted.rejected])
        // Each is sent once: there is no retry, and a redirect is not followed.
        expect(running.requests.map(({ path }) => path).sort()).toEqual(["/v1/logs", "/v1/metrics", "/v1/traces"])
        expect(elsewhere.requests).toEqual([])
        expect(warnings.length > 0).toBe(meaning !== "written")
      }).pipe(Effect.scoped))
  }
})
