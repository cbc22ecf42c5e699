/**
 * The tables that the Collector's ClickHouse exporter writes for a request through two services, queried with ClickHouse's SQL.
 *
 * The engine is chDB's, because no package registry has a ClickHouse server that the exporter can talk to.
 */
import { expect, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { clickhouse, type ClickhouseUrl, rows } from "./clickhouse.js"
import { collector } from "./collector.js"
import { describeWith } from "./installed.js"
import { answerAndSend, type Answered, score } from "./office.js"
import { printTable } from "./printed.js"
import { eventually, NotInTimeError } from "./server.js"
import { identity, model } from "./supervised.js"

interface Stored extends Answered {
  readonly url: ClickhouseUrl
}

class Run extends Context.Tag("Run")<Run, Stored>() {}

const countOf = (url: ClickhouseUrl, table: string) =>
  Effect.map(rows(url, `SELECT count() AS count FROM ${table}`), ([row]) => Number(row!["count"]))

const RunLive = Layer.scoped(
  Run,
  Effect.gen(function*() {
    const url = yield* clickhouse
    const running = yield* collector("clickhouse", ({ port }) => ({
      OTLP_PORT: String(port),
      CLICKHOUSE: url
    }))
    const answered = yield* answerAndSend((service) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: running.endpoint,
      OTEL_SERVICE_NAME: service
    }))
    yield* eventually(Effect.filterOrFail(
      Effect.all([
        countOf(url, "otel_traces"),
        countOf(url, "otel_metrics_histogram"),
        countOf(url, "otel_metrics_sum")
      ]),
      ([spans, histograms, sums]) => spans >= answered.spans.length && histograms > 0 && sums > 0,
      (counts) => new NotInTimeError({ what: `ClickHouse has ${counts.join(", ")} rows` })
    ))
    return { ...answered, url }
  })
)

describeWith(["clickhouse", "collector"], "ClickHouse, written to by the Collector", () => {
  layer(RunLive, { excludeTestServices: true, timeout: "3 minutes" })((it) => {
    it.effect("has the same spans under the same parents as were recorded in memory", () =>
      Effect.gen(function*() {
        const { spans, url } = yield* Run
        const stored = yield* rows(
          url,
          "SELECT ServiceName, SpanName, TraceId, SpanId, ParentSpanId, Duration FROM otel_traces ORDER BY SpanId"
        )
        const recorded = spans.toSorted((a, b) => a.spanId < b.spanId ? -1 : 1)
        expect(
          stored.map((row) => [row["ServiceName"], row["SpanName"], row["TraceId"], row["SpanId"], row["ParentSpanId"]])
        )
          .toEqual(
            recorded.map((
              { name, parentSpanId, service, spanId, traceId }
            ) => [service, name, traceId, spanId, parentSpanId ?? ""])
          )
        const apart = stored.map((row, index) => Math.abs(Number(row["Duration"]) / 1e6 - recorded[index]!.durationMs))
        expect(Math.max(...apart)).toBeLessThan(0.001)
      }))

    it.effect("has the kind, the status and the outcome of each", () =>
      Effect.gen(function*() {
        const { url } = yield* Run
        const stored = yield* rows(
          url,
          "SELECT SpanName AS name, SpanKind AS kind, StatusCode AS status, SpanAttributes['loom.outcome'] AS outcome, " +
            "SpanAttributes['worker'] AS worker, count() AS spans FROM otel_traces " +
            "GROUP BY name, kind, status, outcome, worker ORDER BY name, kind, status, outcome, worker"
        )
        printTable(
          "ClickHouse: spans",
          ["span", "kind", "status", "outcome", "worker", "spans"],
          stored.map(Object.values)
        )
        expect(stored.filter((row) => row["status"] !== "Unset")).toEqual([
          // The archivist's tool, which its budget prevents from starting.
          { name: "loom.tool", kind: "Internal", status: "Error", outcome: "", worker: "", spans: 1 },
          { name: "loom.tool", kind: "Internal", status: "Error", outcome: "", worker: "painter", spans: 1 }
        ])
        expect(stored.filter((row) => row["outcome"] !== "").map((row) => row["name"])).toEqual([
          "loom.run",
          "loom.tool",
          "loom.turn"
        ])
        expect(new Set(stored.map((row) => `${row["name"]} ${row["kind"]}`))).toEqual(
          new Set([
            "POST /articles Client",
            "answer Server",
            "loom.model.stream Client",
            "loom.run Internal",
            "loom.tool Internal",
            "loom.turn Internal"
          ])
        )
      }))

    it.effect("adds up tokens and cost once, by model and by user", () =>
      Effect.gen(function*() {
        const { spans, url } = yield* Run
        const calls = spans.filter(({ name }) => name === "loom.model.stream")
        const total = (key: string) => calls.reduce((sum, { attributes }) => sum + Number(attributes[key] ?? 0), 0)
        const stored = yield* rows(
          url,
          "SELECT SpanAttributes['gen_ai.request.model'] AS model, SpanAttributes['user.id'] AS user, " +
            "SpanAttributes['session.id'] AS session, " +
            "sum(toInt64OrZero(SpanAttributes['gen_ai.usage.input_tokens'])) AS tokens_in, " +
            "sum(toInt64OrZero(SpanAttributes['gen_ai.usage.output_tokens'])) AS tokens_out, " +
            "sum(toFloat64OrZero(SpanAttributes['gen_ai.usage.cost'])) AS cost " +
            "FROM otel_traces WHERE SpanAttributes['gen_ai.usage.input_tokens'] != '' GROUP BY model, user, session"
        )
        printTable(
          "ClickHouse: usage",
          ["model", "user", "session", "in", "out", "US dollars"],
          stored.map(Object.values)
        )
        expect(stored).toEqual([{
          model,
          user: identity.userId,
          session: identity.sessionId,
          tokens_in: total("tokens_in"),
          tokens_out: total("tokens_out"),
          cost: expect.closeTo(total("cost_usd"), 12)
        }])
      }))

    it.effect("has the score and the exception as events", () =>
      Effect.gen(function*() {
        const { url } = yield* Run
        const stored = yield* rows(
          url,
          "SELECT SpanName AS span, event, attributes['gen_ai.evaluation.name'] AS name, " +
            "attributes['gen_ai.evaluation.score.value'] AS value, attributes['exception.type'] AS type " +
            "FROM otel_traces ARRAY JOIN Events.Name AS event, Events.Attributes AS attributes ORDER BY event, type DESC"
        )
        expect(stored).toEqual([
          { span: "loom.tool", event: "exception", name: "", value: "", type: "UnknownWorkerError" },
          { span: "loom.tool", event: "exception", name: "", value: "", type: "ToolCallError" },
          { span: "answer", event: "gen_ai.evaluation.result", name: score.name, value: String(score.value), type: "" }
        ])
      }))

    it.effect("has the metrics, which add up to what was recorded", () =>
      Effect.gen(function*() {
        const { metrics, url } = yield* Run
        const sums = yield* rows(
          url,
          "SELECT MetricName AS name, sum(Value) AS value FROM otel_metrics_sum GROUP BY name ORDER BY name"
        )
        const histograms = yield* rows(
          url,
          "SELECT MetricName AS name, sum(Count) AS count, sum(Sum) AS sum FROM otel_metrics_histogram " +
            "WHERE startsWith(MetricName, 'loom.') GROUP BY name ORDER BY name"
        )
        const recorded = (kind: string) =>
          [...new Set(metrics.filter(({ instrumentKind }) => instrumentKind === kind).map(({ name }) => name))]
            .toSorted()
            .map((name) => ({
              name,
              values: metrics.filter((metric) => metric.name === name).map(({ value }) => value)
            }))
        const total = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0)
        expect(sums).toEqual(
          recorded("counter").map(({ name, values }) => ({ name, value: expect.closeTo(total(values), 9) }))
        )
        expect(histograms).toEqual(
          recorded("histogram").map(({ name, values }) => ({
            name,
            count: values.length,
            sum: expect.closeTo(total(values), 6)
          }))
        )
      }))

    it.effect("finds a trace by its id in the exporter's own table of times", () =>
      Effect.gen(function*() {
        const { spans, url } = yield* Run
        const stored = yield* rows(
          url,
          "SELECT TraceId AS id, count() AS parts FROM otel_traces_trace_id_ts GROUP BY id"
        )
        expect(stored.map((row) => row["id"])).toEqual([spans[0]!.traceId])
      }))
  })
})
