/**
 * Runs the Collector configuration of docs/scale.md: several services, one Collector that samples whole traces, a file, and a store behind it.
 */
import { describe, expect, it, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { Telemetry } from "loom-telemetry"
import { continueTrace, traceHeaders } from "loom-telemetry/otel"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type Collector, collector, configOf, recordingCollector } from "./collector.js"
import { describeWith } from "./installed.js"
import { atLeast, metricsIn, type OtlpSpan } from "./otlp.js"
import { eventually, freePort } from "./server.js"
import { sentBy, spanCount, superviseAndSend } from "./supervised.js"

interface Running {
  readonly edge: Collector
  readonly store: Collector
  /** The contents of the Collector's own file, and of the store behind it. */
  readonly inFile: ReadonlyArray<OtlpSpan>
  readonly inStore: ReadonlyArray<OtlpSpan>
}

class Run extends Context.Tag("Run")<Run, Running>() {}

const edgeCollector = (store: Collector) =>
  Effect.flatMap(freePort, (grpcPort) =>
    collector("scale", ({ folder, port }) => ({
      OTLP_ENDPOINT: `127.0.0.1:${port}`,
      OTLP_GRPC_ENDPOINT: `127.0.0.1:${grpcPort}`,
      STORE_ENDPOINT: store.endpoint,
      TRACES_FILE: `${folder}/traces.jsonl`,
      DECISION_WAIT: "3s",
      BATCH_TIMEOUT: "200ms",
      SLOW_MS: "1000",
      KEEP_PERCENT: "0",
      OWN_METRICS: "none"
    })))

/** One request through two services that fails in the second one. */
const acrossServices = (env: (service: string) => Record<string, string>) =>
  Effect.gen(function*() {
    const headers = yield* traceHeaders
    yield* Effect.fail("no answer").pipe(
      Telemetry.withSpan("answer"),
      continueTrace(headers),
      Effect.provide(sentBy(env("back"))),
      Effect.ignore
    )
  }).pipe(Telemetry.withSpan("request"), Effect.provide(sentBy(env("front"))))

const RunLive = Layer.scoped(
  Run,
  Effect.gen(function*() {
    const store = yield* recordingCollector
    const edge = yield* edgeCollector(store)
    const env = (service: string) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: edge.endpoint,
      OTEL_SERVICE_NAME: service
    })
    yield* Effect.forEach(
      Array.from({ length: 20 }),
      () => Effect.void.pipe(Telemetry.withSpan("inner"), Telemetry.withSpan("quick"))
    ).pipe(Effect.provide(sentBy(env("quick"))))
    yield* Effect.all([
      superviseAndSend({ env: env("editorial") }),
      acrossServices(env),
      Effect.sleep("1200 millis").pipe(Telemetry.withSpan("slow"), Effect.provide(sentBy(env("slow"))))
    ], { concurrency: "unbounded", discard: true })
    const kept = spanCount + 2 + 1
    const inStore = yield* eventually(atLeast(`${store.folder}/traces.jsonl`, kept))
    const inFile = yield* eventually(atLeast(`${edge.folder}/traces.jsonl`, kept))
    return { edge, store, inFile, inStore }
  })
)

const namesOf = (spans: ReadonlyArray<OtlpSpan>, service: string) =>
  spans.filter(({ resource }) => resource["service.name"] === service).map(({ name }) => name)

describeWith("collector", "the Collector of docs/scale.md", () => {
  layer(RunLive, { excludeTestServices: true, timeout: "2 minutes" })((it) => {
    it.effect("keeps a trace in which something failed, with all its spans", () =>
      Effect.gen(function*() {
        const { inStore } = yield* Run
        expect(namesOf(inStore, "editorial")).toHaveLength(spanCount)
      }))

    it.effect("keeps a trace that was slow", () =>
      Effect.gen(function*() {
        const { inStore } = yield* Run
        expect(namesOf(inStore, "slow")).toEqual(["slow"])
      }))

    it.effect("keeps the configured fraction of other traces, here none", () =>
      Effect.gen(function*() {
        const { inFile, inStore } = yield* Run
        expect([...namesOf(inStore, "quick"), ...namesOf(inFile, "quick")]).toEqual([])
      }))

    it.effect("decides once for a trace of several services", () =>
      Effect.gen(function*() {
        const { inStore } = yield* Run
        const [request, answer] = ["request", "answer"].map((name) => inStore.find((span) => span.name === name))
        expect([request!.resource["service.name"], answer!.resource["service.name"]]).toEqual(["front", "back"])
        expect([answer!.traceId, answer!.parentSpanId]).toEqual([request!.traceId, request!.spanId])
        expect([request!.status.code, answer!.status.code]).toEqual([undefined, 2])
      }))

    it.effect("sends the same spans to the store as it writes to its file", () =>
      Effect.gen(function*() {
        const { inFile, inStore } = yield* Run
        const ids = (spans: ReadonlyArray<OtlpSpan>) => spans.map(({ spanId }) => spanId).toSorted()
        expect(ids(inStore)).toEqual(ids(inFile))
      }))

    it.effect("passes on all metrics, sampled or not", () =>
      Effect.gen(function*() {
        const { store } = yield* Run
        const names = yield* eventually(
          Effect.suspend(() => {
            const metrics = metricsIn(`${store.folder}/metrics.jsonl`).map(({ name }) => name)
            return metrics.length > 0 ? Effect.succeed(metrics) : Effect.fail("no metrics yet")
          })
        )
        expect(names).toContain("loom.tokens.input")
      }))
  })
})

describe("docs/scale.md", () => {
  it("links to the configurations that run here", () => {
    const page = new URL("../../docs/scale.md", import.meta.url)
    const linked = [...readFileSync(page, "utf8").matchAll(/\]\((collector\/[^)]+)\)/g)]
      .map(([, path]) => fileURLToPath(new URL(path!, page)))
    expect(linked).toEqual(["scale", "gateway"].map(configOf))
  })
})
