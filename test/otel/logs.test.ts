/**
 * Log records of late scores, content of model calls and messages inside spans: where they go, and what they contain.
 */
import { describe, expect, it } from "@effect/vitest"
import { InMemorySpanExporter } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { InMemoryTelemetry, MultiTelemetry, Telemetry } from "loom-telemetry"
import type { CaptureContent } from "loom-telemetry/agent"
import { Agent } from "loom-telemetry/agent"
import { OTelTelemetry } from "loom-telemetry/otel"
import { saying } from "../agent/arithmetic.js"
import { scripted } from "../agent/recorded.js"
import { asked, details, evaluation, late, logging, sent } from "./sentLogs.js"

describe("a late score", () => {
  it.effect("is a log record with the ids of its target and the attributes of the conventions", () =>
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

  it.effect("is not a log record if it is given inside its span", () =>
    Effect.gen(function*() {
      const { requests, spans } = yield* sent(
        {},
        Telemetry.score("s", { value: 1 }).pipe(Telemetry.withSpan("answer"))
      )
      expect(spans[0]!.events).toEqual([evaluation])
      expect(requests.map(({ path }) => path)).toEqual(["/v1/traces"])
    }))

  it.effect("is counted as no_logs if log records are not exported", () =>
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

  it.effect("is in an event of its model call, with the attributes of the call's span", () =>
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

  it.effect("has the names of the chosen conventions in events", () =>
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

  it.effect("is redacted in events too", () =>
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

  it.effect("is also removed from a span that was opened with it", () =>
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

  it.effect("stays an attribute in the sinks next to OpenTelemetry if it is sent as events", () =>
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

  it.effect("is not a log record by default", () =>
    Effect.gen(function*() {
      expect((yield* sent({}, logging)).logs).toEqual([])
    }))
})
