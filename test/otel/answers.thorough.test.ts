/**
 * A receiver cannot forge log lines: whatever it responds, the warning and `lastError` are one bounded line without secrets.
 */
import { describe, expect, it } from "@effect/vitest"
import { diag, DiagLogLevel } from "@opentelemetry/api"
import { type ExportResult, ExportResultCode } from "@opentelemetry/core"
import type { SpanExporter } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Loom, Redaction, type Redactor, Telemetry } from "loom-telemetry"
import { type OTelStats, OTelTelemetry, OTelTelemetryLive } from "loom-telemetry/otel"
import { createServer as createHttp2Server } from "node:http2"
import { createServer, type Server } from "node:net"
import { expectHarmless, hostileLine, hostileMegabyte, hostileText } from "../hostileText.js"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { droppedOf, live, type Variables, variables } from "./live.js"
import { answering, type Behaviour, receiver } from "./receiver.js"

const work = Effect.zipRight(Telemetry.withSpan(Effect.void, "a"), Loom.tokensInput(1, { model: "m" }))

interface Told {
  readonly stats: OTelStats
  readonly warnings: ReadonlyArray<string>
}

/** The warnings and `lastError` for a receiver that responds like this. */
const against = (behaviour: Behaviour, more: Variables = {}): Effect.Effect<Told> =>
  Effect.flatMap(receiver(behaviour), ({ url }) => live({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...more }, work)).pipe(
    Effect.scoped
  )

const checked = ({ stats, warnings }: Told): string => {
  expect(stats.accepted - stats.written - stats.queued - droppedOf(stats)).toBe(0)
  expect(warnings).toHaveLength(1)
  for (const text of [...warnings, stats.lastError!]) {
    expectHarmless(text)
  }
  return warnings[0]!
}

/** A protobuf field of type string or message. */
const field = (number: number, value: Uint8Array | string): Uint8Array => {
  const bytes = Buffer.from(value)
  const length: Array<number> = []
  for (let rest = bytes.length;; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest)
    if (rest <= 127) {
      break
    }
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes])
}

const answeringBytes = (status: number, contentType: string, body: Uint8Array): Behaviour => (_, response) => {
  response.writeHead(status, { "content-type": contentType }).end(body)
}

/** Runs a server on a free port until the scope closes. */
const listening = (server: Server) =>
  Effect.acquireRelease(
    Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    // Does not wait for connections that are kept alive.
    () => Effect.sync(() => void server.close())
  )

const bodies: ReadonlyArray<readonly [kind: string, contentType: string, body: (text: string) => Uint8Array]> = [
  ["text", "text/plain", (text) => Buffer.from(text)],
  ["HTML", "text/html; charset=utf-8", (text) => Buffer.from(`<html><body>${text}</body></html>`)],
  ["JSON", "application/json", (text) => Buffer.from(JSON.stringify({ code: 3, message: text }))],
  ["a protobuf Status", "application/x-protobuf", (text) => Buffer.concat([Buffer.from([8, 3]), field(2, text)])],
  ["a protobuf Status that is called text", "text/plain", (text) => field(2, text)]
]

describe("the warning and lastError show one line without secrets for", () => {
  for (const status of [400, 500]) {
    for (const [kind, contentType, body] of bodies) {
      it.live(`${status} with ${kind}`, () =>
        Effect.gen(function*() {
          for (const text of [hostileText, hostileMegabyte]) {
            const warning = checked(yield* against(answeringBytes(status, contentType, body(text))))
            expect(warning).toContain(`HTTP ${status}`)
          }
        }))
    }
  }

  it.live("a response before a retry", () =>
    Effect.gen(function*() {
      const warning = checked(yield* against(answering(503, { "content-type": "text/plain" }, hostileMegabyte)))
      expect(warning).toContain("HTTP 503")
    }))

  it.live("an endless response, without waiting for its end", () =>
    Effect.gen(function*() {
      const endless: Behaviour = (_, response) => {
        response.writeHead(400, { "content-type": "text/plain" }).on("error", () => {})
        const more = () => void (response.writable && response.write(hostileText + "x".repeat(60_000), more))
        more()
      }
      expect(checked(yield* against(endless))).toContain("HTTP 400")
    }))

  it.live("a status line", () =>
    Effect.gen(function*() {
      const server = createServer((socket) => {
        socket.on("error", () => {}).once("data", () => {
          socket.end(`HTTP/1.1 400 \u009b31m${hostileLine.slice(1)}\r\ncontent-length: 0\r\n\r\n`, "latin1")
        })
      })
      yield* listening(server)
      const { port } = server.address() as { readonly port: number }
      checked(yield* live({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }, work))
    }).pipe(Effect.scoped))

  it.live("a redirect", () =>
    Effect.gen(function*() {
      const location = `https://alice:swordfish99@example.com/?key=sk-proj-${"Ab1".repeat(16)}`
      checked(yield* against(answering(302, { location, "content-type": "text/plain" }, hostileText)))
    }))

  it.live("a TLS error", () =>
    Effect.gen(function*() {
      const running = yield* receiver()
      checked(yield* live({ OTEL_EXPORTER_OTLP_ENDPOINT: running.url.replace("http:", "https:") }, work))
    }).pipe(Effect.scoped))

  it.live("a partial success in protobuf", () =>
    Effect.gen(function*() {
      for (const text of [hostileText, hostileMegabyte.slice(0, 60_000)]) {
        const partial = field(1, Buffer.concat([Buffer.from([8, 1]), field(2, text)]))
        const warning = checked(yield* against(answeringBytes(200, "application/x-protobuf", partial)))
        expect(warning).toContain("\\e[31m")
      }
    }))

  it.live("a partial success in JSON", () =>
    Effect.gen(function*() {
      for (const text of [hostileText, hostileMegabyte.slice(0, 60_000)]) {
        const partialSuccess = { rejectedSpans: "1", rejectedDataPoints: "1", errorMessage: text }
        const warning = checked(
          yield* against(
            answering(200, { "content-type": "application/json" }, JSON.stringify({ partialSuccess })),
            { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }
          )
        )
        expect(warning).toContain("\\e[31m")
      }
    }))

  it.live("an echo of the request headers and the address", () =>
    Effect.gen(function*() {
      const echoing: Behaviour = ({ headers }, response) => {
        const login = Buffer.from(String(headers.authorization).split(" ")[1]!, "base64").toString()
        response.writeHead(401, { "content-type": "text/plain" }).end(
          `unknown team ${String(headers["x-honeycomb-team"])}, tenant ${String(headers["x-tenant"])} of ${login}`
        )
      }
      const running = yield* receiver(echoing)
      const { stats, warnings } = yield* live({
        OTEL_EXPORTER_OTLP_ENDPOINT: running.url.replace("http://", "http://alice1:sword%20fish@"),
        OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=plainword,x-tenant=Team%20northwind"
      }, work)
      for (const text of [...warnings, stats.lastError!]) {
        expect(text).toContain("401")
        expect(text).not.toMatch(/plainword|northwind|alice1|sword fish/)
      }
    }).pipe(Effect.scoped))
})

describe("over gRPC, the warning and lastError show one line without secrets for", () => {
  it.live("a status message", () =>
    Effect.gen(function*() {
      const server = createHttp2Server().on("stream", (stream) =>
        stream.respond({
          ":status": 200,
          "content-type": "application/grpc",
          "grpc-status": "3",
          "grpc-message": encodeURI(hostileText)
        }, { endStream: true }))
      yield* listening(server)
      const { port } = server.address() as { readonly port: number }
      const told = yield* live({
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: "grpc"
      }, work)
      expect(checked(told)).toContain("INVALID_ARGUMENT")
    }).pipe(Effect.scoped))
})

describe("the redaction of the sink", () => {
  /** How a receiver's response is shown with this redaction. */
  const shownBy = (redaction: Redactor) =>
    Effect.gen(function*() {
      const [warnings, logger] = capturedWarnings()
      const running = yield* receiver(
        answering(400, { "content-type": "text/plain" }, "tenant ACME-1234 \u001b[2J api_key=swordfish99")
      )
      let stats: Effect.Effect<OTelStats> | undefined
      yield* Effect.zipRight(Effect.map(OTelTelemetry, (otel) => void (stats = otel.stats)), work).pipe(
        Effect.provide(OTelTelemetryLive.pipe(Layer.provide(Layer.succeed(Redaction, redaction)), Layer.orDie)),
        Effect.provide(variables({ OTEL_EXPORTER_OTLP_ENDPOINT: running.url })),
        Effect.provide(logger)
      )
      return [warnings[0]!, (yield* stats!).lastError!]
    }).pipe(Effect.scoped)

  it.live("applies to responses as to records", () =>
    Effect.gen(function*() {
      for (const text of yield* shownBy(Redaction.make({ values: [/ACME-\d+/] }))) {
        expect(text).toContain("tenant <redacted> \\e[2J api_key=<redacted>")
      }
    }))

  it.live("still escapes control characters if it hides nothing", () =>
    Effect.gen(function*() {
      for (const text of yield* shownBy(Redaction.none)) {
        expect(text).toContain("tenant ACME-1234 \\e[2J api_key=swordfish99")
      }
    }))
})

describe("a custom exporter", () => {
  const told = (spanExporter: SpanExporter): Effect.Effect<Told> =>
    Effect.gen(function*() {
      const [warnings, logger] = capturedWarnings()
      let stats: Effect.Effect<OTelStats> | undefined
      yield* Effect.zipRight(Effect.map(OTelTelemetry, (otel) => void (stats = otel.stats)), work).pipe(
        Effect.provide(OTelTelemetry.layer({ spanExporter, closeTimeout: "200 millis" })),
        Effect.provide(logger)
      )
      return { stats: yield* stats!, warnings }
    })

  const exporter = (send: (done: (result: ExportResult) => void) => void, more: object = {}): SpanExporter => ({
    export: (_, done) => send(done),
    shutdown: () => Promise.resolve(),
    ...more
  })

  const failing: ReadonlyArray<readonly [how: string, exporter: SpanExporter]> = [
    [
      "fails with an error",
      exporter((done) => done({ code: ExportResultCode.FAILED, error: new Error(hostileMegabyte) }))
    ],
    [
      "throws",
      exporter(() => {
        throw new Error(hostileMegabyte)
      })
    ],
    ["never answers and says why", exporter(() => {}, { trouble: hostileMegabyte })],
    [
      "fails to shut down",
      exporter((done) => done({ code: ExportResultCode.FAILED, error: new Error(hostileText) }), {
        shutdown: () => Promise.reject(new Error(hostileMegabyte))
      })
    ]
  ]

  for (const [how, each] of failing) {
    it.live(`that ${how} is logged and kept as one line without secrets`, () => Effect.map(told(each), checked))
  }

  it.live("reports nothing else to OpenTelemetry's diagnostics", () =>
    Effect.gen(function*() {
      const heard: Array<string> = []
      const hear = (...texts: ReadonlyArray<unknown>) => void heard.push(texts.map(String).join(" "))
      yield* Effect.acquireRelease(
        Effect.sync(() =>
          diag.setLogger({ error: hear, warn: hear, info: hear, debug: hear, verbose: hear }, DiagLogLevel.ERROR)
        ),
        () => Effect.sync(() => diag.disable())
      )
      yield* told(failing[0]![1])
      yield* against(answering(400, { "content-type": "text/plain" }, hostileText))
      expect(heard.length).toBeGreaterThan(0)
      // The SDK writes errors as JSON, with a stack.
      for (const text of heard) {
        expectHarmless(text.replaceAll("\n", " "))
      }
    }).pipe(Effect.scoped))
})

describe("a partial success", () => {
  const strange: ReadonlyArray<unknown> = ["many", -1, -1000, 0.5, "1e400", null, [], {}, { toString: 1 }]

  for (const rejectedSpans of strange) {
    it.live(`is ignored if the number of spans is invalid: ${JSON.stringify(rejectedSpans)}`, () =>
      Effect.gen(function*() {
        const body = JSON.stringify({ partialSuccess: { rejectedSpans, errorMessage: "x" } })
        const { stats } = yield* against(
          answering(200, { "content-type": "application/json" }, body),
          { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_METRICS_EXPORTER: "none" }
        )
        expect(stats).toMatchObject({ accepted: 1, written: 1, queued: 0, lastError: null })
      }))
  }

  it.live("is counted even if its reason is not a string, and the program continues", () =>
    Effect.gen(function*() {
      for (const errorMessage of [{ toString: 1 }, 1, null, ["\u001b"]]) {
        const body = JSON.stringify({ partialSuccess: { rejectedSpans: "1", errorMessage } })
        const { stats } = yield* against(
          answering(200, { "content-type": "application/json" }, body),
          { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_METRICS_EXPORTER: "none" }
        )
        expect(stats).toMatchObject({
          dropped: { rejected: 1 },
          lastError: "the receiver refused 1 of 1 spans: no reason given"
        })
      }
    }))
})
