/**
 * The other tracers that a program may have above or below our sinks, each with what it saw.
 */
import * as DevTools from "@effect/experimental/DevTools/Client"
import type * as Domain from "@effect/experimental/DevTools/Domain"
import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import * as OtlpSerialization from "@effect/opentelemetry/OtlpSerialization"
import * as OtlpTracer from "@effect/opentelemetry/OtlpTracer"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"
import { identityOf } from "../otel/exported.js"
import { secondCopy } from "./secondCopy.js"

/** A span, as a tracer or sink saw it. */
export interface Seen {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | null
}

/** Another tracer. */
export interface Neighbour {
  readonly layer: Layer.Layer<never>
  /** The spans that it saw end; complete when its layer is closed. */
  readonly seen: () => ReadonlyArray<Seen>
}

/** How a neighbour makes its spans. */
export type Way =
  /** It passes them to the tracer that it finds. */
  | "passes on"
  /** It makes them itself. */
  | "makes"
  /** It is one of ours: the inner one replaces the outer one. */
  | "ours"
  /** It is not an Effect tracer. */
  | "around"

const nativeTracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

const native = (): Neighbour => ({ layer: Layer.setTracer(nativeTracer), seen: () => [] })

const devTools = (): Neighbour => {
  const reported: Array<Domain.Span> = []
  const client = DevTools.Client.of({
    unsafeAddSpan: (span) => {
      if (span._tag === "Span") {
        reported.push(span)
      }
    }
  })
  const tracer = Effect.provideService(DevTools.makeTracer, DevTools.Client, client)
  // Its client gets each span twice: at its start and at its end.
  const ended = () => reported.filter((span, at) => reported.indexOf(span) < at && span.status._tag === "Ended")
  const seen = () =>
    ended().map(({ name, parent, spanId, traceId }) => ({
      name,
      traceId,
      spanId,
      parentSpanId: parent._tag === "Some" ? parent.value.spanId : null
    }))
  return { layer: Layer.unwrapEffect(Effect.map(tracer, Layer.setTracer)), seen }
}

const nodeSdk = (): Neighbour => {
  const exporter = new InMemorySpanExporter()
  // Its shutdown would forget what was exported.
  exporter.shutdown = () => Promise.resolve()
  const layer = NodeSdk.layer(() => ({
    resource: { serviceName: "neighbour" },
    spanProcessor: new SimpleSpanProcessor(exporter)
  }))
  return { layer: Layer.discard(layer), seen: () => exporter.getFinishedSpans().map(identityOf) }
}

interface OtlpRequest {
  readonly resourceSpans: ReadonlyArray<{
    readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<Omit<Seen, "parentSpanId"> & Partial<Seen>> }>
  }>
}

const otlpTracer = (): Neighbour => {
  const bodies: Array<string> = []
  const client = HttpClient.make((request) => {
    if (request.body._tag === "Uint8Array") {
      bodies.push(new TextDecoder().decode(request.body.body))
    }
    return Effect.succeed(HttpClientResponse.fromWeb(request, new Response("{}")))
  })
  const layer = OtlpTracer.layer({ url: "http://collector.invalid/v1/traces", resource: { serviceName: "neighbour" } })
    .pipe(Layer.provide([Layer.succeed(HttpClient.HttpClient, client), OtlpSerialization.layerJson]))
  const seen = () =>
    bodies.map((body) => JSON.parse(body) as OtlpRequest)
      .flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans))
      .flatMap(({ spans }) =>
        spans.map(({ name, parentSpanId, spanId, traceId }) => ({
          name,
          traceId,
          spanId,
          parentSpanId: parentSpanId ?? null
        }))
      )
  return { layer, seen }
}

const otherCopy = async (): Promise<Neighbour> => {
  const { root } = await secondCopy()
  const seen: Array<Seen> = []
  const layer = root.Telemetry.layerSink({ name: "other copy", onSpanEnd: (span) => seen.push(span) })
  return { layer: layer as unknown as Layer.Layer<never>, seen: () => seen }
}

const nothing = (): Neighbour => ({ layer: Layer.empty, seen: () => [] })

/** All neighbours, by name. */
export const neighbours: Readonly<
  Record<string, { readonly way: Way; readonly make: () => Neighbour | Promise<Neighbour> }>
> = {
  "native tracer": { way: "makes", make: native },
  "DevTools": { way: "passes on", make: devTools },
  "NodeSdk": { way: "makes", make: nodeSdk },
  "OtlpTracer": { way: "makes", make: otlpTracer },
  "another copy of ours": { way: "ours", make: otherCopy },
  "AsyncLocalStorage context": { way: "around", make: nothing }
}
