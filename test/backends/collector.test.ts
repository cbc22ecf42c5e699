/**
 * The data received by a real Collector over HTTP with protobuf and over gRPC, read from the file that it writes.
 */
import { describe, expect, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { isDeepStrictEqual } from "node:util"
import { type Collector, recordingCollector } from "./collector.js"
import { describeWith } from "./installed.js"
import { atLeast, metricsIn, type OtlpMetric, type OtlpSpan } from "./otlp.js"
import { eventually, NotInTimeError } from "./server.js"
import { identity, model, type Recorded, spanCount, sumOf, superviseAndSend } from "./supervised.js"

interface Arrived extends Recorded {
  readonly sent: ReadonlyArray<OtlpSpan>
  readonly sentMetrics: ReadonlyArray<OtlpMetric>
}

class Run extends Context.Tag("Run")<Run, Arrived>() {}

const metricsOf = ({ folder }: Collector) =>
  Effect.suspend(() => {
    const metrics = metricsIn(`${folder}/metrics.jsonl`)
    return metrics.length > 0
      ? Effect.succeed(metrics)
      : Effect.fail(new NotInTimeError({ what: "no metrics have been written" }))
  })

const runLive = (protocol: "http/protobuf" | "grpc") =>
  Layer.scoped(
    Run,
    Effect.gen(function*() {
      const collector = yield* recordingCollector
      const recorded = yield* superviseAndSend({
        captureContent: "attributes",
        env: {
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
          OTEL_EXPORTER_OTLP_ENDPOINT: protocol === "grpc" ? collector.grpcEndpoint : collector.endpoint,
          OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
          OTEL_SERVICE_NAME: "editorial",
          OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test,team=a%20b"
        }
      })
      const sent = yield* eventually(atLeast(`${collector.folder}/traces.jsonl`, spanCount))
      return { ...recorded, sent, sentMetrics: yield* eventually(metricsOf(collector)) }
    })
  )

const named = (spans: ReadonlyArray<OtlpSpan>, name: string) => spans.filter((span) => span.name === name)

/** The tree of the spans, as lines in the order in which they started. */
const outline = (spans: ReadonlyArray<OtlpSpan>, parent?: string, indent = ""): ReadonlyArray<string> =>
  spans
    .filter((span) => (span.parentSpanId || undefined) === parent)
    .toSorted((a, b) => a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1)
    .flatMap((span) => [indent + line(span), ...outline(spans, span.spanId, `${indent}  `)])

const line = ({ attributes, name }: OtlpSpan): string =>
  [name, attributes["agent.name"], attributes["tool.name"], attributes["worker"]].filter((word) => word !== undefined)
    .join(" ")

describe.each(["http/protobuf", "grpc"] as const)(
  "over %s",
  (protocol) =>
    describeWith("collector", "a Collector that is sent the supervisor's run", () => {
      layer(runLive(protocol), { excludeTestServices: true, timeout: "2 minutes" })((it) => {
        it.effect("receives the whole tree, in one trace", () =>
          Effect.gen(function*() {
            const { sent } = yield* Run
            expect(sent).toHaveLength(spanCount)
            expect(new Set(sent.map(({ traceId }) => traceId)).size).toBe(1)
            expect(outline(sent)).toEqual([
              "loom.run editor",
              "  loom.turn",
              "    loom.model.stream",
              "    loom.tool delegate researcher",
              "      loom.run researcher",
              "        loom.turn",
              "          loom.model.stream",
              "          loom.tool search",
              "        loom.turn",
              "          loom.model.stream",
              "  loom.turn",
              "    loom.model.stream",
              "    loom.tool delegate writer",
              "      loom.run writer",
              "        loom.turn",
              "          loom.model.stream",
              "    loom.tool delegate painter",
              "  loom.turn",
              "    loom.model.stream"
            ])
          }))

        it.effect("receives each span with the ids, the times and the attributes that were recorded in memory", () =>
          Effect.gen(function*() {
            const { sent, spans } = yield* Run
            const seen = sent.map((span) => ({
              name: span.name,
              traceId: span.traceId,
              spanId: span.spanId,
              parentSpanId: span.parentSpanId || null,
              startedAt: new Date(Number(BigInt(span.startTimeUnixNano) / 1_000_000n)),
              durationMs: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1_000_000
            }))
            const recorded = spans.map(({ durationMs, name, parentSpanId, spanId, startedAt, traceId }) => ({
              name,
              traceId,
              spanId,
              parentSpanId,
              startedAt,
              durationMs
            }))
            const byId = (a: { spanId: string }, b: { spanId: string }) => a.spanId < b.spanId ? -1 : 1
            expect(seen.toSorted(byId)).toEqual(recorded.toSorted(byId))
            const different = spans.flatMap(({ attributes, spanId }) => {
              const arrived = sent.find((span) => span.spanId === spanId)!.attributes
              // `tool` is sent as `loom.tool`, because it is a prefix of `tool.name`, which some backends then do not find.
              return Object.entries(attributes).filter(([key, value]) =>
                !isDeepStrictEqual(arrived[key] ?? arrived[`loom.${key}`], value)
              )
            })
            expect(different).toEqual([])
          }))

        it.effect("receives no attribute whose name is a prefix of another's", () =>
          Effect.gen(function*() {
            const { sent } = yield* Run
            const hiding = sent.flatMap(({ attributes }) => {
              const names = Object.keys(attributes)
              return names.filter((name) => names.some((other) => other.startsWith(`${name}.`)))
            })
            expect(hiding).toEqual([])
          }))

        it.effect("receives client spans for model calls, and internal ones for all others", () =>
          Effect.gen(function*() {
            const { sent } = yield* Run
            const kinds = sent.map(({ kind, name }) => `${name} ${kind}`)
            expect([...new Set(kinds)].toSorted()).toEqual([
              "loom.model.stream 3",
              "loom.run 1",
              "loom.tool 1",
              "loom.turn 1"
            ])
          }))

        it.effect("receives the kind of each span in the terms of GenAI and OpenInference", () =>
          Effect.gen(function*() {
            const { sent } = yield* Run
            const words = sent.map(({ attributes, name }) =>
              `${name} ${attributes["gen_ai.operation.name"]} ${attributes["openinference.span.kind"]}`
            )
            expect([...new Set(words)].toSorted()).toEqual([
              "loom.model.stream chat LLM",
              "loom.run invoke_agent AGENT",
              "loom.tool execute_tool TOOL",
              "loom.turn agent_step CHAIN"
            ])
          }))

        it.effect("counts each token once, on model calls: their sum is the run's result", () =>
          Effect.gen(function*() {
            const { result, sent, spans } = yield* Run
            const total = (key: string) => sent.reduce((sum, { attributes }) => sum + Number(attributes[key] ?? 0), 0)
            expect([result.tokensIn, result.tokensOut]).toEqual([760, 103])
            expect(total("gen_ai.usage.input_tokens")).toBe(result.tokensIn)
            expect(total("gen_ai.usage.output_tokens")).toBe(result.tokensOut)
            expect(total("gen_ai.usage.cost")).toBeCloseTo(result.costUsd!, 12)
            expect(sumOf(spans, "loom.model.stream", "tokens_in")).toBe(result.tokensIn)
            const carriers = sent.filter(({ attributes }) =>
              Object.keys(attributes).some((key) => /^(gen_ai\.usage\.|llm\.token_count\.)/.test(key))
            )
            expect(new Set(carriers.map(({ name }) => name))).toEqual(new Set(["loom.model.stream"]))
          }))

        it.effect("receives the session and the user on every span", () =>
          Effect.gen(function*() {
            const { sent } = yield* Run
            const owners = sent.map(({ attributes }) => ({
              sessionId: attributes["session.id"],
              userId: attributes["user.id"],
              conversation: attributes["gen_ai.conversation.id"]
            }))
            const owner = { ...identity, conversation: identity.sessionId }
            expect(owners).toEqual(owners.map(() => owner))
          }))

        it.effect("receives an error for the delegation that failed, and for nothing else", () =>
          Effect.gen(function*() {
            const { sent } = yield* Run
            const failed = sent.filter(({ status }) => status.code === 2)
            expect(failed.map(line)).toEqual(["loom.tool delegate painter"])
            expect(failed[0]!.status.message).toContain("There is no worker named \"painter\"")
            expect(failed[0]!.attributes["error.type"]).toBe("UnknownWorkerError")
            expect(failed[0]!.events?.map(({ name }) => name)).toEqual(["exception"])
            expect(sent.filter(({ status }) => status.code !== 2).map(({ status }) => status)).toEqual(
              Array.from({ length: spanCount - 1 }, () => ({}))
            )
          }))

        it.effect("receives the content, as JSON", () =>
          Effect.gen(function*() {
            const { sent } = yield* Run
            const call = named(sent, "loom.model.stream")[0]!.attributes
            const asked = JSON.parse(String(call["gen_ai.input.messages"])) as ReadonlyArray<unknown>
            expect(asked).toContainEqual({ role: "user", parts: [{ type: "text", content: "Write about moths" }] })
            const search = named(sent, "loom.tool").find(({ attributes }) =>
              attributes["tool.name"] === "search"
            )!.attributes
            expect(search["gen_ai.tool.call.arguments"]).toBe("{\"query\":\"moths\"}")
            expect(search["gen_ai.tool.call.result"]).toBe("{\"title\":\"All about moths\"}")
          }))

        it.effect("receives the name and version of the sender", () =>
          Effect.gen(function*() {
            const { sent } = yield* Run
            expect(new Set(sent.map(({ scope }) => scope))).toEqual(new Set(["loom-telemetry"]))
            expect(sent[0]!.resource).toMatchObject({
              "service.name": "editorial",
              "deployment.environment.name": "test",
              team: "a b",
              "telemetry.sdk.language": "nodejs"
            })
          }))

        it.effect("receives the metrics, with units and suitable buckets", () =>
          Effect.gen(function*() {
            const { sentMetrics } = yield* Run
            const shape = ({ kind, name, points, unit }: OtlpMetric) =>
              `${name} ${kind} ${unit}${
                points[0]!.bounds ? ` ${points[0]!.bounds[0]}…${points[0]!.bounds.at(-1)}` : ""
              }`
            expect(sentMetrics.map(shape).toSorted()).toEqual([
              "gen_ai.client.operation.duration histogram s 0.01…81.92",
              "gen_ai.client.operation.time_to_first_chunk histogram s 0.01…81.92",
              "gen_ai.client.token.usage histogram {token} 1…67108864",
              "gen_ai.execute_tool.duration histogram s 0.01…81.92",
              "gen_ai.invoke_agent.duration histogram s 0.1…3276.8",
              "loom.cost.usd sum {USD}",
              "loom.model.ttft_ms histogram ms 1…1800000",
              "loom.session.duration_ms histogram ms 1…1800000",
              "loom.tokens.cached_input sum {token}",
              "loom.tokens.input sum {token}",
              "loom.tokens.output sum {token}",
              "loom.tool.duration_ms histogram ms 1…1800000"
            ])
            expect(sentMetrics.filter(({ description }) => !description)).toEqual([])
          }))

        it.effect("receives metrics that add up to the run's result", () =>
          Effect.gen(function*() {
            const { metrics, result, sentMetrics } = yield* Run
            const points = (name: string) => sentMetrics.find((metric) => metric.name === name)!.points
            const total = (name: string) => points(name).reduce((sum, { value }) => sum + value!, 0)
            const count = (name: string) => points(name).reduce((sum, point) => sum + point.count!, 0)
            expect(total("loom.tokens.input")).toBe(result.tokensIn)
            expect(total("loom.tokens.output")).toBe(result.tokensOut)
            expect(total("loom.cost.usd")).toBeCloseTo(result.costUsd!, 12)
            expect(points("loom.tokens.input").map(({ attributes }) => attributes)).toEqual([
              { model, user_id: identity.userId }
            ])
            for (const name of ["loom.tool.duration_ms", "loom.session.duration_ms", "loom.model.ttft_ms"]) {
              expect([name, count(name)]).toEqual([name, metrics.filter((metric) => metric.name === name).length])
            }
            expect(count("gen_ai.client.operation.duration")).toBe(6)
          }))

        it.effect("accepts everything sent, as the sink's counters confirm", () =>
          Effect.gen(function*() {
            const { stats } = yield* Run
            expect(stats).toMatchObject({ accepted: spanCount, written: spanCount, queued: 0, lastError: null })
            expect(Object.values(stats.dropped).every((count) => count === 0)).toBe(true)
          }))
      })
    })
)
