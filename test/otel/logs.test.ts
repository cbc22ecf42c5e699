/**
 * Log records: content of model calls, late scores and messages inside spans; where they go, what they hold, and that each is counted.
 */
import { describe, expect, it, vi } from "@effect/vitest"
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs"
import { AlwaysOffSampler, InMemorySpanExporter } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { InMemoryTelemetry, Loom, MultiTelemetry, RunContext, Telemetry } from "loom-telemetry"
import type { CaptureContent } from "loom-telemetry/agent"
import { Agent } from "loom-telemetry/agent"
import {
  type ContentCapture,
  type LogRecord,
  OTelLive,
  type OTelOptions,
  type OTelStats,
  OTelTelemetry
} from "loom-telemetry/otel"
import { saying } from "../agent/arithmetic.js"
import { scripted } from "../agent/recorded.js"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { inMemoryProviders } from "./exported.js"
import { droppedOf, live, type Variables, variables } from "./live.js"
import { answering, type Behaviour, receiver } from "./receiver.js"

const details = "gen_ai.client.inference.operation.details"
const evaluation = "gen_ai.evaluation.result"

const accountOf = (stats: OTelStats) =>
  stats.accepted - stats.written - stats.unsure - stats.queued - stats.spooled - droppedOf(stats)

/** Runs a program with a new receiver; whatever happens, everything accepted is accounted for. */
const sent = <A, E>(
  given: Variables,
  program: Effect.Effect<A, E, Telemetry | OTelTelemetry>,
  behaviour: Behaviour = answering(200)
) =>
  Effect.gen(function*() {
    const running = yield* receiver(behaviour)
    const finished = yield* live({ OTEL_EXPORTER_OTLP_ENDPOINT: running.url, ...given }, program)
    expect(accountOf(finished.stats)).toBe(0)
    return {
      ...finished,
      requests: running.requests,
      batches: running.logs(),
      logs: running.logs().flatMap(({ logs }) => logs),
      spans: running.spans().flatMap(({ spans }) => spans)
    }
  }).pipe(Effect.scoped)

const asked = (captureContent?: CaptureContent) =>
  Agent.make({ name: "helper", instructions: "Be kind.", captureContent }).run("Who are you?", { sessionId: "s-1" })
    .pipe(
      scripted(saying("A helper."))
    )

/** A score of a span that has ended, and of a whole trace. */
const late = Effect.gen(function*() {
  const { spanId, traceId } = yield* Effect.orDie(Effect.currentSpan).pipe(Telemetry.withSpan("answer"))
  yield* Telemetry.scoreOf({ traceId, spanId }, "helpful", { value: 0.5, label: "so-so", explanation: "short" })
  yield* Telemetry.scoreOf({ traceId }, "whole", { value: 1, source: "human" })
  return { traceId, spanId }
})

describe("a late score", () => {
  it.effect("is a log record with the ids of what it judges and the attributes of the conventions", () =>
    Effect.gen(function*() {
      const { batches, exit, logs, stats, warnings } = yield* sent({ OTEL_SERVICE_NAME: "shop" }, late)
      const { spanId, traceId } = yield* exit
      expect(batches).toMatchObject([{ scope: "loom-telemetry", resource: { "service.name": "shop" } }])
      expect(logs).toMatchObject([
        {
          eventName: evaluation,
          severityNumber: 9,
          body: "",
          traceId,
          spanId,
          attributes: {
            "gen_ai.evaluation.name": "helpful",
            "gen_ai.evaluation.score.value": 0.5,
            "gen_ai.evaluation.score.label": "so-so",
            "gen_ai.evaluation.explanation": "short",
            "loom.score.source": "code"
          }
        },
        {
          eventName: evaluation,
          traceId,
          spanId: "",
          attributes: { "gen_ai.evaluation.name": "whole", "loom.score.source": "human" }
        }
      ])
      // The time of the test clock.
      expect(logs[0]!.time).toBe(0n)
      expect([stats.accepted, stats.written, stats.dropped.no_logs, warnings]).toEqual([3, 3, 0, []])
    }))

  it.effect("inside its span is no log record", () =>
    Effect.gen(function*() {
      const { requests, spans } = yield* sent(
        {},
        Telemetry.score("s", { value: 1 }).pipe(Telemetry.withSpan("answer"))
      )
      expect(spans[0]!.events).toEqual([evaluation])
      expect(requests.map(({ path }) => path)).toEqual(["/v1/traces"])
    }))

  it.effect("without an exporter of log records is counted as no_logs", () =>
    Effect.gen(function*() {
      const { requests, stats, warnings } = yield* sent({ OTEL_LOGS_EXPORTER: "none" }, late)
      expect(requests.filter(({ path }) => path === "/v1/logs")).toEqual([])
      expect([stats.accepted, stats.written, stats.dropped.no_logs]).toEqual([3, 1, 2])
      expect(warnings).toHaveLength(1)
    }))

  it.effect("hides secrets", () =>
    Effect.gen(function*() {
      const traceId = "0af7651916cd43dd8448eb211c80319c"
      const { logs } = yield* sent(
        {},
        Telemetry.scoreOf({ traceId }, "s", { value: 1, explanation: "the key is sk-proj-Ab12Cd34Ef56" })
      )
      expect(logs[0]!.attributes["gen_ai.evaluation.explanation"]).toBe("the key is <redacted>")
    }))
})

const contentNames = ["gen_ai.system_instructions", "gen_ai.input.messages", "gen_ai.output.messages"]

const hasContent = (attributes: Record<string, unknown>) => {
  const text = JSON.stringify(attributes)
  return text.includes("A helper.") || text.includes("Who are you?") || text.includes("Be kind.")
}

const cases: ReadonlyArray<
  readonly [variable: string | undefined, option: CaptureContent | undefined, onSpans: boolean, inEvents: boolean]
> = [
  [undefined, undefined, false, false],
  ["", undefined, false, false],
  ["NO_CONTENT", undefined, false, false],
  ["SPAN_ONLY", undefined, true, false],
  ["EVENT_ONLY", undefined, false, true],
  ["SPAN_AND_EVENT", undefined, true, true],
  ["span_and_event", undefined, true, true],
  [undefined, "attributes", true, false],
  ["NO_CONTENT", "attributes", true, false],
  ["EVENT_ONLY", "attributes", false, true],
  ["SPAN_ONLY", "none", false, false],
  ["SPAN_AND_EVENT", "none", false, false]
]

describe("content", () => {
  for (const [variable, option, onSpans, inEvents] of cases) {
    it.effect(`with ${variable} and captureContent ${option} is on spans: ${onSpans}, in events: ${inEvents}`, () =>
      Effect.gen(function*() {
        const { exit, logs, spans } = yield* sent(
          variable === undefined ? {} : { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: variable },
          asked(option)
        )
        expect(Exit.isSuccess(exit)).toBe(true)
        expect(spans.some(({ attributes }) => hasContent(attributes))).toBe(onSpans)
        expect(logs.map(({ eventName }) => eventName)).toEqual(inEvents ? [details] : [])
        expect(logs.some(({ attributes }) => hasContent(attributes))).toBe(inEvents)
      }))
  }

  it.effect("is in an event of its model call, with what the call's span says", () =>
    Effect.gen(function*() {
      const { logs, spans } = yield* sent(
        { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "SPAN_AND_EVENT" },
        asked()
      )
      const { attributes, end, spanId, traceId } = spans.find(({ name }) => name === "loom.model.stream")!
      const [event] = logs
      expect(event).toMatchObject({ traceId, spanId, time: end, severityNumber: 5, body: "" })
      const shared = Object.keys(event!.attributes)
      expect(shared).toEqual(
        expect.arrayContaining(["gen_ai.operation.name", "gen_ai.conversation.id", ...contentNames.slice(1)])
      )
      expect(event!.attributes).toEqual(Object.fromEntries(shared.map((name) => [name, attributes[name]])))
      expect(shared.every((name) => name.startsWith("gen_ai."))).toBe(true)
    }))

  it.effect("in events has the names of the chosen conventions", () =>
    Effect.gen(function*() {
      const { logs } = yield* sent(
        {
          OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "EVENT_ONLY",
          OTEL_SEMCONV_STABILITY_OPT_IN: "gen_ai_latest_experimental"
        },
        asked()
      )
      const output = JSON.parse(String(logs[0]!.attributes["gen_ai.output.messages"]))
      expect(output).toEqual([{ role: "assistant", parts: [{ type: "text", content: "A helper." }] }])
    }))

  it.effect("hides secrets in events too", () =>
    Effect.gen(function*() {
      const { logs } = yield* sent(
        { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "EVENT_ONLY" },
        Agent.make({ name: "a", instructions: "" }).run("my key is sk-proj-Ab12Cd34Ef56").pipe(
          scripted(saying("keep sk-proj-Ab12Cd34Ef56"))
        )
      )
      const text = JSON.stringify(logs[0]!.attributes)
      expect([text.includes("my key is"), text.includes("sk-proj")]).toEqual([true, false])
    }))

  it.effect("that a program puts on a span when it opens leaves that span, too", () =>
    Effect.gen(function*() {
      for (const readsOpening of [false, true]) {
        const exporter = new InMemorySpanExporter()
        const seen: Array<string> = []
        const processor = {
          onStart: (span: { attributes: object }) => void seen.push(...Object.keys(span.attributes)),
          onEnd: () => {},
          forceFlush: () => Promise.resolve(),
          shutdown: () => Promise.resolve()
        }
        const [span] = yield* Effect.void.pipe(
          Telemetry.withSpan("loom.tool", { tool: "add", arguments: "{\"secret\":1}" }),
          Effect.zipRight(Telemetry.flush),
          Effect.map(() => exporter.getFinishedSpans()),
          Effect.provide(OTelTelemetry.layer({
            spanExporter: exporter,
            captureContent: "EVENT_ONLY",
            ...(readsOpening && { spanProcessor: processor as never })
          }))
        )
        expect(seen.includes("arguments")).toBe(readsOpening)
        expect(JSON.stringify(span!.attributes)).not.toContain("secret")
        expect(span!.attributes["gen_ai.tool.name"]).toBe("add")
      }
    }))

  it.effect("as events stays an attribute for the sinks beside OpenTelemetry", () =>
    Effect.gen(function*() {
      const exporter = new InMemorySpanExporter()
      const records = yield* Effect.gen(function*() {
        yield* asked()
        const records = yield* Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)
        yield* Telemetry.flush
        return { records, sent: exporter.getFinishedSpans().map(({ attributes }) => attributes) }
      }).pipe(
        Effect.provide(MultiTelemetry.layer([
          InMemoryTelemetry.layer(),
          OTelTelemetry.layer({ spanExporter: exporter, captureContent: "EVENT_ONLY" })
        ]))
      )
      expect(records.records.some(({ attributes }) => hasContent(attributes))).toBe(true)
      expect(records.sent.some((attributes) => hasContent(attributes))).toBe(false)
    }))
})

const logging = Effect.gen(function*() {
  yield* Effect.logDebug("below the level")
  yield* Effect.log("thinking").pipe(Effect.annotateLogs({ step: 1, apiKey: "hunter2" }))
  yield* Effect.logError("failed with sk-proj-Ab12Cd34Ef56")
}).pipe(Telemetry.withSpan("work"), Effect.zipRight(Effect.log("outside")), RunContext.with({ userId: "alice" }))

describe("Effect.log inside a span", () => {
  it.effect("is a log record on request, with level, ids and annotations, redacted", () =>
    Effect.gen(function*() {
      const { logs, spans } = yield* sent({ LOOM_OTLP_EFFECT_LOGS: "true" }, logging)
      const { spanId, traceId } = spans[0]!
      expect(logs.map(({ body, severityNumber, severityText }) => [body, severityNumber, severityText])).toEqual([
        ["thinking", 9, "INFO"],
        ["failed with <redacted>", 17, "ERROR"]
      ])
      for (const log of logs) {
        expect(log).toMatchObject({ traceId, spanId, eventName: "" })
      }
      expect(logs[0]!.attributes).toMatchObject({ step: 1, apiKey: "<redacted>" })
    }))

  it.effect("is none by default", () =>
    Effect.gen(function*() {
      expect((yield* sent({}, logging)).logs).toEqual([])
    }))
})

describe("the exporter of log records", () => {
  it.effect("has an endpoint, headers, compression and a format of its own", () =>
    Effect.gen(function*() {
      const own = yield* receiver()
      const { logs, requests } = yield* sent({
        OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${own.url}/here`,
        OTEL_EXPORTER_OTLP_HEADERS: "a=1",
        OTEL_EXPORTER_OTLP_LOGS_HEADERS: "b=2",
        OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: "gzip",
        OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/json"
      }, late)
      expect([logs, requests.map(({ path }) => path)]).toEqual([[], ["/v1/traces"]])
      const [request] = own.requests
      expect(request).toMatchObject({
        path: "/here",
        headers: { a: "1", b: "2", "content-encoding": "gzip", "content-type": "application/json" }
      })
      const [resource] = JSON.parse(request!.body.toString()).resourceLogs
      expect(resource.scopeLogs[0].logRecords.map((log: { eventName: string }) => log.eventName)).toEqual([
        evaluation,
        evaluation
      ])
    }).pipe(Effect.scoped))

  it.effect("console writes JSON lines to standard output", () =>
    Effect.gen(function*() {
      const written: Array<string> = []
      const write = vi.spyOn(process.stdout, "write").mockImplementation(
        ((
          text: string,
          done: (error?: Error) => void
        ) => {
          written.push(text)
          done()
          return true
        }) as never
      )
      const { requests, stats } = yield* Effect.ensuring(
        sent({ OTEL_LOGS_EXPORTER: "console" }, late),
        Effect.sync(() => write.mockRestore())
      )
      const lines = written.join("").trimEnd().split("\n").filter((line) => line.includes(evaluation)).map((line) =>
        JSON.parse(line)
      )
      expect(lines).toMatchObject([{ event: evaluation, attributes: { "gen_ai.evaluation.name": "helpful" } }, {
        event: evaluation
      }])
      expect(requests.map(({ path }) => path)).toEqual(["/v1/traces"])
      expect(stats.written).toBe(3)
    }))

  it.effect("over gRPC is left out where its package is not installed and no variable asks for it", () =>
    Effect.gen(function*() {
      const { exit, stats } = yield* live(
        { OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "grpc", OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none" },
        late
      )
      expect([Exit.isSuccess(exit), stats.dropped.no_logs]).toEqual([true, 2])
      const built = Effect.scoped(Layer.build(OTelLive)).pipe(Effect.provide(variables({
        OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "grpc",
        OTEL_LOGS_EXPORTER: "otlp"
      })))
      expect(String(yield* Effect.flip(built))).toContain("@opentelemetry/exporter-logs-otlp-grpc")
    }))
})

const trace = "0af7651916cd43dd8448eb211c80319c"

/** So many log records. */
const scores = (count: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, n) => n),
    (n) => Telemetry.scoreOf({ traceId: trace }, `score ${n}`, { value: n }),
    { discard: true }
  )

describe("every log record is counted", () => {
  const dropping = { OTEL_BSP_EXPORT_TIMEOUT: "1", OTEL_BLRP_EXPORT_TIMEOUT: "1" }
  const receivers: ReadonlyArray<
    readonly [what: string, Behaviour, Partial<OTelStats["dropped"]>, Partial<OTelStats>]
  > = [
    ["accepts them", answering(200), {}, { written: 10 }],
    ["refuses them", answering(404), { rejected: 10 }, { written: 0 }],
    ["is out of order", answering(503), { rejected: 10 }, { written: 0 }],
    ["answers with a page", answering(200, { "content-type": "text/html" }, "<html>"), {}, { unsure: 10 }],
    [
      "refuses some",
      // `partial_success { rejected_log_records: 3, error_message: "no" }`
      answering(200, {}, Buffer.from([0x0a, 6, 0x08, 3, 0x12, 2, 0x6e, 0x6f]).toString("latin1")),
      { rejected: 3 },
      { written: 7 }
    ]
  ]
  for (const [what, behaviour, dropped, counts] of receivers) {
    it.effect(`where the receiver ${what}`, () =>
      Effect.gen(function*() {
        const { stats } = yield* sent(dropping, scores(10), behaviour)
        expect(stats).toMatchObject({ accepted: 10, queued: 0, ...counts, dropped })
        expect(droppedOf(stats)).toBe(Object.values(dropped).reduce((sum, count) => sum + count, 0))
      }))
  }

  it.effect("where the receiver refuses one of them, which ends up alone", () =>
    Effect.gen(function*() {
      const { stats } = yield* sent({}, scores(16), (request, response, ...rest) =>
        answering(request.body.includes("score 11") ? 400 : 200)(request, response, ...rest))
      expect(stats).toMatchObject({ accepted: 16, written: 15, dropped: { rejected: 1 } })
    }))

  it.live("where the receiver never answers, and the layer gives up", () =>
    Effect.gen(function*() {
      const exporter = { export: () => {}, shutdown: () => Promise.resolve() }
      const [warnings, logger] = capturedWarnings()
      let stats: Effect.Effect<OTelStats> | undefined
      yield* Effect.flatMap(OTelTelemetry, (otel) => {
        stats = otel.stats
        return scores(3)
      }).pipe(
        Effect.provide(OTelTelemetry.layer({ logExporter: exporter, closeTimeout: "50 millis" })),
        Effect.provide(logger)
      )
      const read = yield* stats!
      expect(read).toMatchObject({ accepted: 3, dropped: { shutdown: 3 } })
      expect(accountOf(read)).toBe(0)
      expect(warnings.join()).toContain("3 undelivered log records")
    }))

  it.effect("where there is no more room", () =>
    Effect.gen(function*() {
      const batches: Array<number> = []
      let answer = () => {}
      const exporter = {
        export: (records: Array<LogRecord>, done: (result: { code: number }) => void) => {
          batches.push(records.length)
          answer = () => done({ code: 0 })
        },
        shutdown: () => Promise.resolve()
      }
      const options: OTelOptions = {
        logExporter: exporter,
        logBatch: { maxQueueSize: 5, maxExportBatchSize: 100 }
      }
      const [, logger] = capturedWarnings()
      const stats = yield* Effect.gen(function*() {
        yield* scores(8)
        const before = yield* Effect.flatMap(OTelTelemetry, (otel) => otel.stats)
        answer()
        yield* Telemetry.flush
        return [before, yield* Effect.flatMap(OTelTelemetry, (otel) => otel.stats)]
      }).pipe(Effect.provide(OTelTelemetry.layer(options)), Effect.provide(logger))
      expect(stats).toMatchObject([
        { accepted: 8, queued: 5, dropped: { queue_full: 3 } },
        { accepted: 8, written: 5, queued: 0, dropped: { queue_full: 3 } }
      ])
      expect(batches).toEqual([5])
    }))

  it.effect("and sent in batches that are no larger than asked", () =>
    Effect.gen(function*() {
      const { batches } = yield* sent({ OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: "4" }, scores(10))
      expect(batches.map(({ logs }) => logs.length).sort()).toEqual([2, 4, 4])
    }))

  it.live("and sent without a flush once the delay is over", () =>
    Effect.gen(function*() {
      const running = yield* receiver()
      const { exit } = yield* live(
        { OTEL_EXPORTER_OTLP_ENDPOINT: running.url, OTEL_BLRP_SCHEDULE_DELAY: "20" },
        Effect.gen(function*() {
          yield* scores(2)
          while (running.logs().length === 0) {
            yield* Effect.sleep("5 millis")
          }
          return running.logs()[0]!.logs.length
        }).pipe(Effect.timeout("5 seconds"))
      )
      expect(yield* exit).toBe(2)
    }).pipe(Effect.scoped))

  it.effect("but not those of spans that the SDK does not sample", () =>
    Effect.gen(function*() {
      const { logs, stats } = yield* sent({
        OTEL_TRACES_SAMPLER: "always_off",
        LOOM_OTLP_EFFECT_LOGS: "true",
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "EVENT_ONLY"
      }, Effect.zipRight(logging, asked()))
      expect([logs, stats.accepted]).toEqual([[], 0])
    }))
})

describe("limits", () => {
  it.effect("cut the attributes of log records", () =>
    Effect.gen(function*() {
      const { logs } = yield* sent({
        OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: "5",
        OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: "2"
      }, Telemetry.scoreOf({ traceId: trace }, "correctness", { value: 1 }))
      expect(logs[0]!.attributes).toEqual({
        "gen_ai.evaluation.name": "corre",
        "gen_ai.evaluation.score.value": 1
      })
    }))

  it.effect("of records apply before", () =>
    Effect.gen(function*() {
      const { logs } = yield* sent(
        {},
        Telemetry.scoreOf({ traceId: trace }, "s", { value: 1, explanation: "x".repeat(9000) })
      )
      expect(String(logs[0]!.attributes["gen_ai.evaluation.explanation"]).length).toBeLessThan(8300)
    }))
})

describe("a logger provider of one's own", () => {
  it.effect("takes content, late scores and messages from the same SDK as the spans", () =>
    Effect.gen(function*() {
      const exporter = new InMemoryLogRecordExporter()
      const loggerProvider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] })
      const providers = inMemoryProviders()
      const captureContent: ContentCapture = "EVENT_ONLY"
      const stats = yield* Effect.gen(function*() {
        yield* asked()
        yield* late
        yield* logging
        return yield* Effect.flatMap(OTelTelemetry, (otel) => otel.stats)
      }).pipe(
        Effect.provide(
          OTelTelemetry.fromProviders({ ...providers, loggerProvider, captureContent, effectLogs: true })
        )
      )
      const records = exporter.getFinishedLogRecords()
      expect(records.map(({ body, eventName }) => eventName ?? body)).toEqual([
        details,
        evaluation,
        evaluation,
        "thinking",
        "failed with <redacted>"
      ])
      const model = providers.spans().find(({ name }) => name === "loom.model.stream")!.spanContext()
      expect(records[0]!.spanContext).toMatchObject({ traceId: model.traceId, spanId: model.spanId })
      expect(stats.accepted).toBe(0)
    }))

  it.effect("gets nothing of spans that are not sampled", () =>
    Effect.gen(function*() {
      const exporter = new InMemoryLogRecordExporter()
      const loggerProvider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] })
      yield* Telemetry.annotate({ input_messages: "x" }).pipe(
        Loom.modelStream({ model: "m", provider: "p" }),
        Effect.provide(OTelTelemetry.fromProviders({
          ...inMemoryProviders({ sampler: new AlwaysOffSampler() }),
          loggerProvider,
          captureContent: "EVENT_ONLY"
        }))
      )
      expect(exporter.getFinishedLogRecords()).toEqual([])
    }))
})
