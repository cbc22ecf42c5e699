/**
 * Lines of the spool are parsed back to the same items.
 */
import { describe, expect, it } from "@effect/vitest"
import { InMemorySpanExporter } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import { Telemetry } from "loom-telemetry"
import { type LogExporter, type LogRecord, OTelTelemetry } from "loom-telemetry/otel"
import { reviveLogs } from "../../src/otel/delivery/spool/reviveLogs.js"
import { reviveSpans } from "../../src/otel/delivery/spool/reviveSpans.js"
import { loadJsonLines } from "../../src/otel/delivery/wires.js"

/** The spans and log records that these sinks exported. */
const exported = (program: Effect.Effect<unknown, never, Telemetry>) =>
  Effect.gen(function*() {
    const spanExporter = new InMemorySpanExporter()
    const logs: Array<LogRecord> = []
    const logExporter: LogExporter = {
      export: (records, done) => {
        logs.push(...records)
        done({ code: 0 })
      },
      shutdown: () => Promise.resolve()
    }
    const spans = yield* Effect.zipRight(program, Telemetry.flush).pipe(
      Effect.map(() => spanExporter.getFinishedSpans().slice()),
      Effect.provide(
        OTelTelemetry.layer({ spanExporter, logExporter, effectLogs: true, resource: { serviceName: "tested" } })
      )
    )
    return { spans, logs, lines: yield* Effect.promise(loadJsonLines) }
  })

describe("a line of the spool", () => {
  it.effect("is parsed back to the same spans", () =>
    Effect.gen(function*() {
      const { lines, spans } = yield* exported(Effect.gen(function*() {
        const other = yield* Effect.orDie(Telemetry.withSpan(Effect.currentSpan, "linked"))
        yield* Effect.log("said").pipe(
          Effect.zipRight(Effect.die(new Error("too hot"))),
          Telemetry.withSpan("failed", { texts: ["a", "b"], big: 1e21, small: -0.5, "": "no name", empty: [] }, {
            links: [{ _tag: "SpanLink", span: other, attributes: { why: "because" } }]
          }),
          Effect.exit
        )
      }))
      expect(spans).toHaveLength(2)
      const line = lines.spans(spans)
      expect(line.split("\n")).toHaveLength(2)
      const revived = reviveSpans(line)!
      expect(lines.spans(revived)).toBe(line)
      expect(revived.map(({ status }) => status.code)).toEqual([0, 2])
    }))

  it.effect("is parsed back to the same log records", () =>
    Effect.gen(function*() {
      const traceId = "0af7651916cd43dd8448eb211c80319c"
      const { lines, logs } = yield* exported(
        Effect.logWarning("said").pipe(
          Effect.annotateLogs({ text: "a", number: 0.5, flag: true }),
          Telemetry.withSpan("work"),
          Effect.zipRight(Telemetry.scoreOf({ traceId }, "whole", { value: 1, label: "good", explanation: "short" }))
        )
      )
      expect(logs.map(({ body, eventName }) => [body, eventName])).toEqual([
        ["said", undefined],
        [undefined, "gen_ai.evaluation.result"]
      ])
      const line = lines.logs(logs)
      expect(line.split("\n")).toHaveLength(2)
      const revived = reviveLogs(line)!
      expect(lines.logs(revived)).toBe(line)
      for (const [index, log] of revived.entries()) {
        const { resource, ...own } = log
        const { resource: expected, ...original } = logs[index]!
        expect(own).toEqual(original)
        expect(resource.attributes).toEqual(expected.attributes)
      }
    }))
})
