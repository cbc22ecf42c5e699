/**
 * Traces across the Model Context Protocol: the trace of a tool call continues in the server, and that of a server's request in its client.
 *
 * Requests carry `traceparent`, `tracestate` and `baggage` in `_meta`, where servers and clients of other SDKs can read them too. The schemas of
 * `@effect/ai` drop them from `_meta`, so both sides are wrapped below the schemas, around the protocol of `@effect/rpc`. Untraced requests pass
 * unchanged. The trap: start a server outside of spans, because `McpServer.toolkit` runs each tool in the span that its layer was built in.
 */
import type * as RpcClient from "@effect/rpc/RpcClient"
import type { RequestEncoded } from "@effect/rpc/RpcMessage"
import type * as RpcServer from "@effect/rpc/RpcServer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"
import { ambient } from "../telemetry/Telemetry.js"
import { areValidIds } from "../telemetry/tracing/ids.js"
import { recordedParent } from "../telemetry/tracing/parents.js"
import { headersBelow } from "../telemetry/tracing/SpanFactory.js"
import { remoteSpan, type TraceHeaders } from "../telemetry/tracing/traceContext.js"

// By their keys, so that `@effect/rpc` is only loaded by programs that use MCP.
const ServerProtocol = Context.GenericTag<RpcServer.Protocol, RpcServer.Protocol["Type"]>(
  "@effect/rpc/RpcServer/Protocol"
)
const ClientProtocol = Context.GenericTag<RpcClient.Protocol, RpcClient.Protocol["Type"]>(
  "@effect/rpc/RpcClient/Protocol"
)

interface Members {
  readonly [key: string]: unknown
}

const isRecord = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const metaOf = (payload: unknown): Members | undefined =>
  isRecord(payload) && isRecord(payload["_meta"]) ? payload["_meta"] : undefined

// A server sends requests too, although the type of its messages does not include them.
const isRequest = (message: { readonly _tag: string }): message is RequestEncoded => message._tag === "Request"

/** The request with trace headers in `_meta`, unless it already has some or its parameters are not an object. */
const withHeaders = <R extends RequestEncoded>(request: R, headers: TraceHeaders): R => {
  const payload = request.payload ?? {}
  const meta = metaOf(payload)
  return Object.keys(headers).length === 0 || !isRecord(payload) || meta?.["traceparent"] !== undefined
    ? request
    : { ...request, payload: { ...payload, _meta: { ...headers, ...meta } } }
}

/** Sends a message. A request carries the current span. */
const sendTraced = <M extends { readonly _tag: string }, A, E>(
  message: M,
  send: (message: M) => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  isRequest(message)
    ? Effect.withFiberRuntime((fiber) =>
      send(withHeaders(message, headersBelow(ambient(fiber)?.recorder.factory, recordedParent(fiber.currentSpan))))
    )
    : send(message)

/** The span that an Effect client names in the request's own fields instead of `_meta`. */
const spanInFields = ({ sampled, spanId, traceId }: RequestEncoded): Tracer.ExternalSpan | undefined =>
  typeof traceId === "string" && typeof spanId === "string" && areValidIds(traceId, spanId)
    ? Tracer.externalSpan({ traceId, spanId, sampled: sampled === true })
    : undefined

/**
 * Wraps the protocol of an MCP server: the span of a request is a child of the client's span that `_meta` names, with its `tracestate` and baggage.
 * If that names no valid span, it stays what it would be without this layer: a root, or a child of the HTTP request. Requests that the server sends,
 * such as sampling and elicitation, carry their span in `_meta`.
 *
 * `McpServer.layerStdio` and `McpServer.layerHttp` bring a protocol of their own; use `McpServer.layer`.
 *
 * @example
 * const Server = McpServer.layer({ name: "calculator", version: "1.0.0" }).pipe(
 *   Layer.provide(instrumentMcpServer(RpcServer.layerProtocolStdio({ stdin: NodeStream.stdin, stdout: NodeSink.stdout }))),
 *   Layer.provide(RpcSerialization.layerNdJsonRpc())
 * )
 */
export const instrumentMcpServer = <E, R>(
  protocol: Layer.Layer<RpcServer.Protocol, E, R>
): Layer.Layer<RpcServer.Protocol, E, R> =>
  Layer.effect(
    ServerProtocol,
    Effect.map(ServerProtocol, (inner) => {
      const parentOf = (request: RequestEncoded): Tracer.ExternalSpan | undefined =>
        remoteSpan(metaOf(request.payload)) ?? (inner.supportsSpanPropagation ? spanInFields(request) : undefined)
      return {
        ...inner,
        // A request's fields only hold ids. The parent is passed in the context instead, which has room for state and baggage.
        supportsSpanPropagation: false,
        run: (handle) =>
          inner.run((clientId, message) => {
            const parent = isRequest(message) ? parentOf(message) : undefined
            return parent === undefined
              ? handle(clientId, message)
              : Effect.withParentSpan(handle(clientId, message), parent)
          }),
        send: (clientId, response, transferables) =>
          sendTraced(response, (message) => inner.send(clientId, message, transferables))
      }
    })
  ).pipe(Layer.provide(protocol))

/**
 * Wraps the protocol of an MCP client: each request carries the current span, `tracestate` and baggage in `_meta`.
 *
 * @example
 * const Protocol = instrumentMcpClient(RpcClient.layerProtocolHttp({ url: "http://127.0.0.1:3000/mcp" })).pipe(
 *   Layer.provide([FetchHttpClient.layer, RpcSerialization.layerJsonRpc()])
 * )
 * const client = RpcClient.make(McpSchema.ClientRpcs).pipe(Effect.provide(Protocol))
 */
export const instrumentMcpClient = <E, R>(
  protocol: Layer.Layer<RpcClient.Protocol, E, R>
): Layer.Layer<RpcClient.Protocol, E, R> =>
  Layer.effect(
    ClientProtocol,
    Effect.map(ClientProtocol, (inner) => ({
      ...inner,
      send: (request, transferables) => sendTraced(request, (message) => inner.send(message, transferables))
    }))
  ).pipe(Layer.provide(protocol))
