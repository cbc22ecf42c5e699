/**
 * `OTelLive` with a receiver: what arrives, at which address, in which format, and what the variables change.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Loom, RunContext, Telemetry } from "loom-telemetry"
import { continueTrace } from "loom-telemetry/otel"
import { version } from "../../src/records/version.js"
import { add, arithmetic, ArithmeticLive, calling, saying } from "../agent/arithmetic.js"
import { scripted } from "../agent/recorded.js"
import { live, type Variables } from "./live.js"
import { answering, type Receiver, receiver } from "./receiver.js"

const program = Effect.zipRight(Loom.tokensInput(7, { model: "m" }), Effect.log("said")).pipe(
  Telemetry.withSpan("inner", { n: 1, half: 0.5, list: ["a"] }),
  Telemetry.withSpan("outer"),
  RunContext.with({ userId: "alice" })
)

/** Runs the program with a new receiver. */
const received = (variables: Variables = {}, behaviour = answering(200)) =>
  Effect.gen(function*() {
    const running = yield* receiver(behaviour)
    const finished = yield* live({ OTEL_EXPORTER_OTLP_ENDPOINT: running.url, ...variables }, program)
    expect(finished.exit._tag).toBe("Success")
    return { ...finished, receiver: running }
  }).pipe(Effect.scoped)

const requestTo = (running: Receiver, path: string) => {
  const found = running.requests.filter((request) => request.path === path)
  expect(found.length).toBeGreaterThan(0)
  return found[0]!
}

const firstSpans = ({ receiver: running }: { readonly receiver: Receiver }) => running.spans()[0]!

describe("by default", () => {
  it.effect("spans arrive as protobuf, with their ids, times, attributes and events", () =>
    Effect.gen(function*() {
      const run = yield* received()
      const request = requestTo(run.receiver, "/v1/traces")
      expect(request.headers).toMatchObject({
        "content-type": "application/x-protobuf",
        "content-length": String(request.body.length)
      })
      const [inner, outer] = firstSpans(run).spans
      expect([inner!.name, outer!.name]).toEqual(["inner", "outer"])
      expect(inner).toMatchObject({
        traceId: outer!.traceId,
        parentSpanId: outer!.spanId,
        attributes: { n: 1, half: 0.5, list: ["a"], user_id: "alice", "user.id": "alice" },
        events: ["said"],
        status: 0
      })
      expect(outer!.parentSpanId).toBe("")
      expect(outer!.end >= inner!.end && inner!.end >= inner!.start).toBe(true)
      expect(firstSpans(run)).toMatchObject({ scope: "loom-telemetry", scopeVersion: version })
    }))

  it.effect("metrics arrive as protobuf, with their units and labels", () =>
    Effect.gen(function*() {
      const run = yield* received()
      expect(requestTo(run.receiver, "/v1/metrics").headers["content-type"]).toBe("application/x-protobuf")
      expect(run.receiver.metrics()[0]!.metrics).toEqual([
        {
          name: "loom.tokens.input",
          unit: "{token}",
          temporality: 2,
          points: [{ attributes: { model: "m", user_id: "alice" }, value: 7 }]
        }
      ])
    }))

  it.effect("everything is sent once, with one request for spans and one for metrics", () =>
    Effect.gen(function*() {
      const { receiver } = yield* received()
      expect(receiver.requests.map(({ path }) => path).sort()).toEqual(["/v1/metrics", "/v1/traces"])
    }))

  it.effect("everything is counted as written, and nothing is logged", () =>
    Effect.gen(function*() {
      const { stats, warnings } = yield* received()
      expect(stats).toEqual({
        accepted: 2,
        written: 2,
        unsure: 0,
        queued: 0,
        spooled: 0,
        recovered: 0,
        dropped: {
          queue_full: 0,
          rejected: 0,
          shutdown: 0,
          after_close: 0,
          no_exporter: 0,
          no_logs: 0,
          spool_full: 0,
          io: 0
        },
        failedMetricExports: 0,
        lastError: null
      })
      expect(warnings).toEqual([])
    }))

  it.effect("the service is unknown_service, and the SDK identifies itself", () =>
    Effect.gen(function*() {
      const { resource } = firstSpans(yield* received())
      expect(resource["service.name"]).toMatch(/^unknown_service/)
      expect(resource["telemetry.sdk.language"]).toBe("nodejs")
    }))

  it.effect("each process has a random id, the same for its spans and metrics", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* received(), yield* received()]
      const idsOf = ({ receiver: running }: { readonly receiver: Receiver }) =>
        [running.spans()[0]!, running.metrics()[0]!].map(({ resource }) => resource["service.instance.id"])
      const [ofSpans, ofMetrics] = idsOf(one)
      expect(ofSpans).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(ofMetrics).toBe(ofSpans)
      expect(idsOf(other)[0]).not.toBe(ofSpans)
    }))

  it.effect("an agent's run arrives completely", () =>
    Effect.gen(function*() {
      const running = yield* receiver()
      const { exit } = yield* live(
        { OTEL_EXPORTER_OTLP_ENDPOINT: running.url },
        arithmetic.run("1 + 2?").pipe(
          Effect.provide(ArithmeticLive),
          scripted(calling(add("c1", 1, 2)), saying("3"))
        )
      )
      expect((yield* exit).output).toBe("3")
      expect(running.spanNames()).toEqual([
        "loom.model.stream",
        "loom.tool",
        "loom.turn",
        "loom.model.stream",
        "loom.turn",
        "loom.run"
      ])
    }).pipe(Effect.scoped))

  it.effect("a flush delivers everything recorded so far, including exports in progress", () =>
    Effect.gen(function*() {
      const running = yield* receiver()
      yield* live(
        { OTEL_EXPORTER_OTLP_ENDPOINT: running.url, OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "2" },
        Effect.gen(function*() {
          yield* Effect.forEach(["a", "b", "c"], (name) => Telemetry.withSpan(Effect.void, name), { discard: true })
          yield* Telemetry.flush
          expect(running.spanNames().toSorted()).toEqual(["a", "b", "c"])
        })
      ).pipe(Effect.flatMap(({ exit }) => exit))
    }).pipe(Effect.scoped))
})

describe("the variables", () => {
  it.effect("name the service, in the resource of spans and of metrics", () =>
    Effect.gen(function*() {
      const run = yield* received({
        OTEL_SERVICE_NAME: "support bot",
        OTEL_RESOURCE_ATTRIBUTES:
          "service.name=other,deployment.environment.name=staging,team=a%2Cb,service.instance.id=pod-7"
      })
      for (const { resource } of [firstSpans(run), run.receiver.metrics()[0]!]) {
        expect(resource).toMatchObject({
          "service.name": "support bot",
          "deployment.environment.name": "staging",
          "service.instance.id": "pod-7",
          team: "a,b"
        })
      }
    }))

  it.effect("take the service name from the resource attributes if it is not set otherwise", () =>
    Effect.gen(function*() {
      const run = yield* received({ OTEL_RESOURCE_ATTRIBUTES: "service.name=other" })
      expect(firstSpans(run).resource["service.name"]).toBe("other")
    }))

  it.effect("add headers, where those of the signal take precedence", () =>
    Effect.gen(function*() {
      const run = yield* received({
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20abc%3D%3D,x-common=1",
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-common=2"
      })
      expect(requestTo(run.receiver, "/v1/traces").headers).toMatchObject({
        authorization: "Basic abc==",
        "x-common": "2"
      })
      expect(requestTo(run.receiver, "/v1/metrics").headers).toMatchObject({
        authorization: "Basic abc==",
        "x-common": "1"
      })
    }))

  it.effect("give each signal its own address, which is used unchanged", () =>
    Effect.gen(function*() {
      const traces = yield* receiver()
      const run = yield* received({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${traces.url}/api/public/otel/v1/traces` })
      expect(traces.requests.map(({ path }) => path)).toEqual(["/api/public/otel/v1/traces"])
      expect(new Set(run.receiver.requests.map(({ path }) => path))).toEqual(new Set(["/v1/metrics"]))
    }).pipe(Effect.scoped))

  it.effect("accept a common address with a path or a trailing slash", () =>
    Effect.gen(function*() {
      const running = yield* receiver()
      yield* live({ OTEL_EXPORTER_OTLP_ENDPOINT: `${running.url}/base/` }, program)
      expect(requestTo(running, "/base/v1/traces").body.length).toBeGreaterThan(0)
    }).pipe(Effect.scoped))

  it.effect("enable compression", () =>
    Effect.gen(function*() {
      const run = yield* received({ OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" })
      const request = requestTo(run.receiver, "/v1/traces")
      expect(request.headers["content-encoding"]).toBe("gzip")
      expect(Number(request.headers["content-length"])).toBeLessThan(request.body.length)
      expect(run.receiver.spanNames()).toEqual(["inner", "outer"])
    }))

  it.effect("choose JSON", () =>
    Effect.gen(function*() {
      const run = yield* received({ OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }, answering(200, {}, "{}"))
      const request = requestTo(run.receiver, "/v1/traces")
      expect(request.headers["content-type"]).toBe("application/json")
      const { resourceSpans } = JSON.parse(request.body.toString("utf8"))
      expect(resourceSpans[0].scopeSpans[0].spans.map(({ name }: { name: string }) => name)).toEqual(["inner", "outer"])
      const metrics = JSON.parse(requestTo(run.receiver, "/v1/metrics").body.toString("utf8"))
      expect(metrics.resourceMetrics[0].scopeMetrics[0].metrics[0].name).toBe("loom.tokens.input")
      expect(run.stats.written).toBe(2)
    }))

  it.effect("switch one signal off", () =>
    Effect.gen(function*() {
      const spansOnly = yield* received({ OTEL_METRICS_EXPORTER: "none" })
      expect(spansOnly.receiver.requests.map(({ path }) => path)).toEqual(["/v1/traces"])
      const metricsOnly = yield* received({ OTEL_TRACES_EXPORTER: "none" })
      expect(new Set(metricsOnly.receiver.requests.map(({ path }) => path))).toEqual(new Set(["/v1/metrics"]))
    }))

  it.effect("switch everything off, regardless of the others", () =>
    Effect.gen(function*() {
      const run = yield* received({ OTEL_SDK_DISABLED: "TRUE", OTEL_EXPORTER_OTLP_PROTOCOL: "pigeon" })
      expect(run.receiver.requests).toEqual([])
      expect(run.stats.accepted).toBe(0)
    }))

  it.effect("limit the length and number of attributes", () =>
    Effect.gen(function*() {
      const running = yield* receiver()
      const span = Telemetry.withSpan(Effect.void, "a", { long: "x".repeat(100), more: 1, evenMore: 2 })
      yield* live({
        OTEL_EXPORTER_OTLP_ENDPOINT: running.url,
        OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: "10",
        OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "2"
      }, span)
      expect(running.spans()[0]!.spans[0]!.attributes).toEqual({ long: "xxxxxxxxxx", more: 1 })
    }).pipe(Effect.scoped))

  it.effect("set the temporality of metrics", () =>
    Effect.gen(function*() {
      const run = yield* received({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta" })
      expect(run.receiver.metrics()[0]!.metrics[0]!.temporality).toBe(1)
    }))

  const sampled: ReadonlyArray<
    readonly [sampler: string, argument: string, remote: string | undefined, taken: boolean]
  > = [
    ["always_on", "", "00", true],
    ["always_off", "", undefined, false],
    ["always_off", "", "01", false],
    ["traceidratio", "0", "01", false],
    ["traceidratio", "1", "00", true],
    ["traceidratio", "", undefined, true],
    ["parentbased_always_on", "", undefined, true],
    ["parentbased_always_on", "", "00", false],
    ["parentbased_always_off", "", undefined, false],
    ["parentbased_always_off", "", "01", true],
    ["parentbased_traceidratio", "0", undefined, false],
    ["parentbased_traceidratio", "0", "01", true],
    ["parentbased_traceidratio", "1", "00", false]
  ]
  for (const [sampler, argument, flags, taken] of sampled) {
    const parent = flags === undefined ? "no parent" : flags === "01" ? "a sampled parent" : "an unsampled parent"
    it.effect(`with the sampler ${sampler} ${argument} a span with ${parent} is ${taken ? "exported" : "not exported"}`, () =>
      Effect.gen(function*() {
        const running = yield* receiver()
        const headers = flags === undefined ? {} : { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-${flags}` }
        const { stats } = yield* live({
          OTEL_EXPORTER_OTLP_ENDPOINT: running.url,
          OTEL_METRICS_EXPORTER: "none",
          OTEL_TRACES_SAMPLER: sampler,
          OTEL_TRACES_SAMPLER_ARG: argument
        }, continueTrace(headers)(Telemetry.withSpan(Effect.void, "a")))
        expect(running.spanNames()).toEqual(taken ? ["a"] : [])
        expect(stats.accepted).toBe(taken ? 1 : 0)
      }).pipe(Effect.scoped))
  }
})
