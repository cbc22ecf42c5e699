/**
 * Other tracers of Effect 4 below ours: they receive the spans, and both see one tree with the same ids.
 */
import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import { describe, expect, it } from "@effect/vitest"
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as OtlpTracer from "effect/observability/OtlpTracer"
import * as Tracer from "effect/Tracer"
import { InMemoryTelemetry, type SpanRecord, Telemetry } from "loom-telemetry"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

const program = Telemetry.withSpan(Effect.void, "inner", { n: 1 }).pipe(
  Effect.withSpan("library", { attributes: { of: "a library" } }),
  Telemetry.withSpan("outer")
)

/** Runs the program with the memory sink on top of another tracer. */
const above = <A, E>(other: Layer.Layer<A, E>) =>
  Effect.andThen(program, Effect.flatMap(InMemoryTelemetry, ({ spans }) => spans)).pipe(
    Effect.provide(InMemoryTelemetry.layer().pipe(Layer.provideMerge(other)))
  )

const identity = ({ name, parentSpanId, spanId, traceId }: SpanRecord) => ({ name, parentSpanId, spanId, traceId })

const byName = (a: { readonly name: string }, b: { readonly name: string }) => a.name < b.name ? -1 : 1

describe("a tracer below ours", () => {
  it.live("exports the same tree with NodeSdk of @effect/opentelemetry", () =>
    Effect.gen(function*() {
      const exported: Array<ReadableSpan> = []
      const spans = yield* above(NodeSdk.layer(() => ({
        resource: { serviceName: "here" },
        spanProcessor: {
          onStart: () => {},
          onEnd: (span) => void exported.push(span),
          forceFlush: () => Promise.resolve(),
          shutdown: () => Promise.resolve()
        }
      })))
      const theirs = exported.map((span) => ({
        name: span.name,
        parentSpanId: span.parentSpanContext?.spanId ?? null,
        spanId: span.spanContext().spanId,
        traceId: span.spanContext().traceId
      }))
      expect(theirs.toSorted(byName)).toEqual(spans.map(identity).toSorted(byName))
      expect(theirs).toHaveLength(3)
    }))

  it.live("sends the same tree with the OTLP tracer of effect/observability", () =>
    Effect.gen(function*() {
      const bodies: Array<string> = []
      const server = createServer(async (request, response) => {
        let body = ""
        for await (const chunk of request) {
          body += String(chunk)
        }
        bodies.push(body)
        response.end("{}")
      })
      server.listen(0, "127.0.0.1")
      yield* Effect.promise(() => once(server, "listening"))
      const { port } = server.address() as AddressInfo
      const spans = yield* above(
        OtlpTracer.layer({ url: `http://127.0.0.1:${port}/v1/traces`, resource: { serviceName: "here" } }).pipe(
          Layer.provide([OtlpSerialization.layerJson, FetchHttpClient.layer])
        )
      )
      server.close()
      const sent = bodies.flatMap((body) => body.match(/"spanId":"\w+"/g) ?? []).map((text) => text.slice(10, -1))
      expect(sent.toSorted()).toEqual(spans.map(({ spanId }) => spanId).toSorted())
      expect(sent).toHaveLength(3)
    }))

  it.effect("receives each span, and a library's attributes one by one, if it wraps Effect's own tracer", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const wrapping = Tracer.make({
        span: (options) => {
          const span = Tracer.nativeTracer.span(options)
          seen.push(options.name)
          return span
        }
      })
      const spans = yield* above(Layer.succeed(Tracer.Tracer, wrapping))
      expect(seen).toEqual(["outer", "library", "inner"])
      expect(spans.find(({ name }) => name === "library")!.attributes).toEqual({ of: "a library" })
    }))
})
