/**
 * Untraced messages pass the instrumented protocols unchanged.
 */
import { RpcClient } from "@effect/rpc"
import type { FromClientEncoded } from "@effect/rpc/RpcMessage"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { InMemoryTelemetryLive, Telemetry } from "loom-telemetry"
import { instrumentMcpClient } from "loom-telemetry/agent"

/** Sends messages through an instrumented protocol and returns those that arrive. */
const sending = (messages: ReadonlyArray<FromClientEncoded>) => {
  const arrived: Array<FromClientEncoded> = []
  const protocol = Layer.succeed(RpcClient.Protocol, {
    run: () => Effect.never,
    send: (message) => Effect.sync(() => void arrived.push(message)),
    supportsAck: true,
    supportsTransferables: false
  })
  return Effect.flatMap(RpcClient.Protocol, ({ send }) => Effect.forEach(messages, (message) => send(message))).pipe(
    Effect.provide(instrumentMcpClient(protocol)),
    Effect.as(arrived)
  )
}

const request = (payload: unknown): FromClientEncoded => ({
  _tag: "Request",
  id: "1",
  tag: "tools/call",
  payload,
  headers: []
})

const isSame = (arrived: ReadonlyArray<unknown>, sent: ReadonlyArray<unknown>) => {
  expect(arrived).toHaveLength(sent.length)
  arrived.forEach((message, at) => expect(message).toBe(sent[at]))
}

describe("the same message arrives", () => {
  it.effect("without telemetry, and outside of spans", () =>
    Effect.gen(function*() {
      const sent = [request({ name: "add" }), request(undefined)]
      isSame(yield* sending(sent), sent)
      isSame(yield* Effect.withSpan(sending(sent), "not recorded"), sent)
      isSame(yield* Effect.provide(sending(sent), InMemoryTelemetryLive), sent)
    }))

  it.effect("if it is not a request, its parameters are not an object, or it already has a trace", () =>
    Effect.gen(function*() {
      const sent: ReadonlyArray<FromClientEncoded> = [
        { _tag: "Ping" },
        { _tag: "Eof" },
        { _tag: "Interrupt", requestId: "1" },
        { _tag: "Ack", requestId: "1" },
        request([1]),
        request("text"),
        request({ _meta: { traceparent: "theirs" } })
      ]
      isSame(yield* sending(sent).pipe(Telemetry.withSpan("a"), Effect.provide(InMemoryTelemetryLive)), sent)
    }))
})

it.effect("a traced request keeps its parameters and its _meta", () =>
  Effect.gen(function*() {
    const sent = [request({ name: "add", _meta: { progressToken: 1 } }), request(undefined), request({ _meta: 7 })]
    const arrived = yield* sending(sent).pipe(Telemetry.withSpan("a"), Effect.provide(InMemoryTelemetryLive))
    const traceparent = expect.stringMatching(/^00-.{32}-.{16}-01$/) as unknown
    expect(arrived).toEqual([
      request({ name: "add", _meta: { progressToken: 1, traceparent } }),
      request({ _meta: { traceparent } }),
      request({ _meta: { traceparent } })
    ])
  }))
