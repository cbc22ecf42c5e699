/**
 * What a real Prometheus makes of the metrics of a request, by its own queries. All is sent to its OTLP receiver, without a Collector.
 */
import { expect, it, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, TestClock, TestContext } from "effect"
import { Loom, type MetricRecord, Telemetry } from "loom-telemetry"
import { Agent, ScriptedModel } from "loom-telemetry/agent"
import { OTelTelemetry } from "loom-telemetry/otel"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { compiledProgram } from "../bundled.js"
import { describeWith } from "./installed.js"
import { answerAndSend, type Answered, type SentSpan } from "./office.js"
import { printTable } from "./printed.js"
import { type Prometheus, prometheus, type Sample, scalar, vector } from "./prometheus.js"
import { prometheusNames } from "./promNames.js"
import { eventually } from "./server.js"
import { identity, model, sentBy } from "./supervised.js"

const sending = ({ endpoint }: Prometheus, more: Readonly<Record<string, string>> = {}) => ({
  OTEL_TRACES_EXPORTER: "none",
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: endpoint,
  ...more
})

interface Queried extends Answered {
  readonly prometheus: Prometheus
}

class Run extends Context.Tag("Run")<Run, Queried>() {}

const RunLive = Layer.scoped(
  Run,
  Effect.gen(function*() {
    const running = yield* prometheus()
    const answered = yield* answerAndSend((service) => sending(running, { OTEL_SERVICE_NAME: service }))
    yield* eventually(scalar(running, "count(loom_cost_usd_total)"))
    return { ...answered, prometheus: running }
  })
)

/** A set of labels as text. Prometheus' labels are texts, named without dots. */
const labelsOf = (labels: { readonly [name: string]: unknown }): string =>
  JSON.stringify(
    Object.entries(labels).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.replaceAll(".", "_"), String(value)]]
    ).toSorted(([a], [b]) => a! < b! ? -1 : 1)
  )

/** The values by their labels, without those that say where they come from. */
const byLabels = (samples: ReadonlyArray<Sample>): ReadonlyMap<string, number> =>
  new Map(
    samples.map(({ labels: { __name__: _, instance: _i, job: _j, ...labels }, value }) => [
      labelsOf(Object.fromEntries(Object.entries(labels).filter(([name]) => !name.startsWith("otel_scope_")))),
      value
    ])
  )

/** A measurement with its labels. */
interface Measured {
  readonly labels: string
  readonly value: number
}

interface Totals {
  readonly sum: number
  readonly count: number
}

const totals = (measured: ReadonlyArray<Measured>): ReadonlyMap<string, Totals> => {
  const result = new Map<string, Totals>()
  for (const { labels, value } of measured) {
    const { count, sum } = result.get(labels) ?? { sum: 0, count: 0 }
    result.set(labels, { sum: sum + value, count: count + 1 })
  }
  return result
}

const own = (metrics: ReadonlyArray<MetricRecord>, name: string): ReadonlyArray<Measured> =>
  metrics.filter((metric) => metric.name === name).map(({ attributes, value }) => ({
    labels: labelsOf(attributes),
    value
  }))

/** `error.type` as the conventions want it on durations. */
const endOf = ({ exception, outcome }: SentSpan) =>
  outcome === "interrupted" ? "interrupted" : exception === null ? undefined : exception.split(":")[0]

const callLabels = ({ attributes }: SentSpan) => ({
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": attributes["provider"],
  "gen_ai.request.model": attributes["model"],
  "gen_ai.response.model": attributes["response_model"]
})

/** What each metric of the GenAI conventions has to hold, from the spans in memory. */
const genai: { readonly [name: string]: (span: SentSpan) => ReadonlyArray<readonly [labels: object, value: unknown]> } =
  {
    "gen_ai.client.token.usage": (span) =>
      span.name === "loom.model.stream"
        ? [
          [{ ...callLabels(span), "gen_ai.token.type": "input" }, span.attributes["tokens_in"]],
          [{ ...callLabels(span), "gen_ai.token.type": "output" }, span.attributes["tokens_out"]]
        ]
        : [],
    "gen_ai.client.operation.duration": (span) =>
      span.name === "loom.model.stream"
        ? [[{ ...callLabels(span), "error.type": endOf(span) }, span.durationMs / 1000]]
        : [],
    "gen_ai.client.operation.time_to_first_chunk": (span) =>
      span.name === "loom.model.stream" && typeof span.attributes["ttft_ms"] === "number"
        ? [[callLabels(span), span.attributes["ttft_ms"] / 1000]]
        : [],
    "gen_ai.execute_tool.duration": (span) =>
      span.name === "loom.tool"
        ? [[{
          "gen_ai.operation.name": "execute_tool",
          "gen_ai.tool.name": span.attributes["tool"],
          "error.type": endOf(span)
        }, span.durationMs / 1000]]
        : [],
    "gen_ai.invoke_agent.duration": (span) =>
      span.name === "loom.run"
        ? [[{
          "gen_ai.operation.name": "invoke_agent",
          "gen_ai.agent.name": span.attributes["agent"],
          "gen_ai.request.model": span.attributes["model"],
          "error.type": endOf(span)
        }, span.durationMs / 1000]]
        : []
  }

const measuredAs = (name: string, { metrics, spans }: Answered): ReadonlyArray<Measured> =>
  genai[name] === undefined
    ? own(metrics, name)
    : spans.flatMap(genai[name]).flatMap(([labels, value]) =>
      typeof value === "number" ? [{ labels: labelsOf({ ...labels }), value }] : []
    )

/** The program of a process that counts tokens, run to its end. */
const counting = (env: Readonly<Record<string, string>>, ...args: ReadonlyArray<number>) =>
  Effect.promise(async () => {
    const program = await compiledProgram(fileURLToPath(new URL("./programs/tokens.ts", import.meta.url)))
    const { stderr } = await promisify(execFile)(process.execPath, [program, ...args.map(String)], {
      env: { PATH: process.env["PATH"], ...env }
    })
    expect(stderr).toBe("")
  })

describeWith("prometheus", "Prometheus, sent the metrics of a request", () => {
  layer(RunLive, { excludeTestServices: true, timeout: "3 minutes" })((it) => {
    it.effect.each(Object.entries(prometheusNames))(
      "has the totals of %s as recorded in memory",
      ([recorded, { kind, name }]) =>
        Effect.gen(function*() {
          const { prometheus, ...run } = yield* Run
          const expected = totals(measuredAs(recorded, run))
          expect(expected.size).toBeGreaterThan(0)
          const sums = byLabels(yield* vector(prometheus, kind === "counter" ? name : `${name}_sum`))
          const counts = kind === "counter" ? undefined : byLabels(yield* vector(prometheus, `${name}_count`))
          printTable(
            `Prometheus: ${name}`,
            ["labels", "sum", "in memory", ...(counts ? ["count", "in memory"] : [])],
            [...expected].map(([labels, { count, sum }]) => [
              Object.values(JSON.parse(labels) as object).map((pair) => (pair as Array<string>).join("=")).join(" "),
              sums.get(labels),
              sum,
              ...(counts ? [counts.get(labels), count] : [])
            ])
          )
          expect([...sums.keys()].toSorted()).toEqual([...expected.keys()].toSorted())
          for (const [labels, { count, sum }] of expected) {
            expect(sums.get(labels)).toBeCloseTo(sum, 9)
            expect(counts?.get(labels)).toBe(counts && count)
          }
        })
    )

    it.effect("has no other metrics of ours", () =>
      Effect.gen(function*() {
        const { prometheus } = yield* Run
        const series = yield* vector(prometheus, `group by (__name__) ({__name__=~"(loom|gen_ai)_.+"})`)
        const expected = Object.values(prometheusNames).flatMap(({ kind, name }) =>
          kind === "counter" ? [name] : ["bucket", "count", "sum"].map((part) => `${name}_${part}`)
        )
        expect(series.map(({ labels }) => labels["__name__"]!).toSorted()).toEqual(expected.toSorted())
      }))

    it.effect("adds up the tokens and the cost of a user once", () =>
      Effect.gen(function*() {
        const { metrics, prometheus } = yield* Run
        const recorded = (name: string) =>
          metrics.filter((metric) => metric.name === name).reduce((sum, { value }) => sum + value, 0)
        const of = `{user_id="${identity.userId}"}`
        expect(yield* scalar(prometheus, `sum(loom_tokens_input_total${of})`)).toBe(recorded("loom.tokens.input"))
        expect(yield* scalar(prometheus, `sum(loom_tokens_output_total${of})`)).toBe(recorded("loom.tokens.output"))
        expect(yield* scalar(prometheus, `sum by (model) (loom_cost_usd_total${of})`)).toBeCloseTo(
          recorded("loom.cost.usd"),
          12
        )
        expect((yield* vector(prometheus, `loom_cost_usd_total${of}`)).map(({ labels }) => labels["model"])).toEqual([
          model
        ])
      }))

    it.effect("knows the service and the process", () =>
      Effect.gen(function*() {
        const { prometheus } = yield* Run
        const series = yield* vector(prometheus, "loom_cost_usd_total")
        expect(series.map(({ labels }) => labels["job"])).toEqual(["office"])
        expect(series[0]!.labels["instance"]).toMatch(/^[0-9a-f-]{36}$/)
        const known = yield* vector(prometheus, "target_info")
        expect(known).toContainEqual(expect.objectContaining({
          labels: expect.objectContaining({
            job: "office",
            instance: series[0]!.labels["instance"],
            telemetry_sdk_language: "nodejs"
          })
        }))
      }))
  })

  it.scopedLive("keeps two processes with one service name apart, and adds them up", () =>
    Effect.gen(function*() {
      const running = yield* prometheus()
      const env = sending(running, { OTEL_SERVICE_NAME: "one" })
      yield* Effect.all([counting(env, 200, 1, 0), counting(env, 100, 1, 0)], { concurrency: 2 })
      const series = yield* vector(running, "loom_tokens_input_total{job=\"one\"}")
      expect(series.map(({ value }) => value).toSorted((a, b) => a - b)).toEqual([100, 200])
      expect(new Set(series.map(({ labels }) => labels["instance"])).size).toBe(2)
      expect(yield* scalar(running, "sum(loom_tokens_input_total{job=\"one\"})")).toBe(300)
    }), 120_000)

  it.scopedLive("counts the increase of two processes whose exports are staggered once", () =>
    Effect.gen(function*() {
      const running = yield* prometheus("created-timestamp-zero-ingestion")
      const env = sending(running, { OTEL_SERVICE_NAME: "staggered", OTEL_METRIC_EXPORT_INTERVAL: "500" })
      yield* Effect.all([
        counting(env, 30, 10, 400),
        Effect.delay(counting(env, 10, 10, 400), 170)
      ], { concurrency: 2 })
      const increase = yield* scalar(running, "sum(increase(loom_tokens_input_total{job=\"staggered\"}[5m]))")
      printTable("Prometheus: two processes, staggered", ["tokens", "increase"], [[400, increase]])
      // Prometheus extrapolates by at most one interval between samples, of which each series has about ten.
      expect(increase).toBeGreaterThanOrEqual(400)
      expect(increase).toBeLessThan(460)
    }), 120_000)

  const firstEvent = (running: Prometheus) =>
    Effect.gen(function*() {
      yield* Loom.budgetExceeded(1, { kind: "max_tokens" })
      // Twice: `increase` needs two samples.
      yield* Effect.delay(Telemetry.flush, "200 millis")
      yield* Effect.delay(Telemetry.flush, "200 millis")
      return yield* vector(running, "increase(loom_budget_exceeded_total[1m])")
    }).pipe(Effect.provide(sentBy(sending(running))))

  it.scopedLive(
    "sees the first event of a counter only with created-timestamp-zero-ingestion",
    () =>
      Effect.gen(function*() {
        const without = yield* Effect.flatMap(prometheus(), firstEvent)
        const counted = yield* Effect.flatMap(prometheus("created-timestamp-zero-ingestion"), firstEvent)
        printTable("Prometheus: increase of a first event", ["created-timestamp-zero-ingestion", "increase"], [
          ["off", without[0]?.value],
          ["on", counted[0]?.value]
        ])
        expect(without.map(({ value }) => value)).toEqual([0])
        expect(counted).toHaveLength(1)
        expect(counted[0]!.value).toBeGreaterThanOrEqual(1)
      }),
    120_000
  )

  it.scopedLive(
    "finds the quantiles of runs of 40 to 250 seconds in the buckets that hold them",
    () =>
      Effect.gen(function*() {
        const running = yield* prometheus()
        const seconds = Array.from({ length: 22 }, (_, n) => 40 + 10 * n)
        const walker = Agent.make({ name: "walker", instructions: "Take your time." })
        const walks = Effect.forEach(seconds, (length) =>
          Effect.gen(function*() {
            const walk = yield* Effect.fork(walker.run("Walk"))
            yield* TestClock.adjust(`${length} seconds`)
            yield* Fiber.join(walk)
          }).pipe(Effect.provide(ScriptedModel.layer([{ text: "There.", delay: `${length} seconds` }]))), {
          discard: true
        })
        yield* Effect.provide(walks, Layer.provideMerge(TestContext.TestContext, sentBy(sending(running))))
        const shown: Array<ReadonlyArray<string | number>> = []
        for (
          const [name, unit] of [["gen_ai_invoke_agent_duration_seconds", 1], [
            "loom_session_duration_ms_milliseconds",
            1000
          ]] as const
        ) {
          for (const quantile of [0.5, 0.9, 0.95]) {
            const found = yield* scalar(running, `histogram_quantile(${quantile}, sum by (le) (${name}_bucket))`)
            const exact = seconds[Math.ceil(quantile * seconds.length) - 1]! * unit
            shown.push([name, quantile, found, exact])
            const bounds = (yield* vector(running, `${name}_bucket`)).map(({ labels }) =>
              Number(labels["le"] === "+Inf" ? Infinity : labels["le"])
            )
            const bucketOf = (value: number) => Math.min(...bounds.filter((bound) => bound >= value))
            expect([name, quantile, bucketOf(found)]).toEqual([name, quantile, bucketOf(exact)])
          }
        }
        printTable("Prometheus: quantiles of runs of 40 to 250 s", ["metric", "quantile", "found", "exact"], shown)
      }),
    120_000
  )

  it.scopedLive("refuses deltas, which the sink counts and names", () =>
    Effect.gen(function*() {
      const running = yield* prometheus()
      const stats = yield* Effect.gen(function*() {
        const sink = yield* OTelTelemetry
        yield* Loom.tokensInput(1, { model })
        yield* Telemetry.flush
        return yield* sink.stats
      }).pipe(Effect.provide(sentBy(sending(running, { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta" }))))
      expect(stats.failedMetricExports).toBeGreaterThan(0)
      expect(stats.lastError).toContain("500")
      expect(yield* vector(running, "loom_tokens_input_total")).toEqual([])
    }), 120_000)
})
