/**
 * A tool call over standard input and output of another process: with an Effect client, and with clients that only write JSON.
 */
import { McpSchema } from "@effect/ai"
import { Socket } from "@effect/platform"
import { NodeSocket } from "@effect/platform-node"
import { RpcClient, RpcSerialization } from "@effect/rpc"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { InMemoryTelemetry, InMemoryTelemetryLive, Telemetry } from "loom-telemetry"
import { instrumentMcpClient } from "loom-telemetry/agent"
import { continueTrace } from "loom-telemetry/otel"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { Duplex } from "node:stream"
import { besideDependencies, bundledPrograms } from "../../bundled.js"

const programOf = bundledPrograms(new URL("./", import.meta.url), ["stdioServer"], besideDependencies())

interface Line {
  readonly [key: string]: unknown
}

/** Starts a server in its own process. Reading its spans ends it. */
const start = () => {
  const folder = mkdtempSync(join(tmpdir(), "loom-mcp-"))
  const path = join(folder, "traces.jsonl")
  const child = spawn(process.execPath, [programOf("stdioServer"), path], { stdio: ["pipe", "pipe", "inherit"] })
  const ended = once(child, "exit")
  return {
    child,
    spans: async (): Promise<ReadonlyArray<Line>> => {
      child.kill("SIGTERM")
      await ended
      const lines = readFileSync(path, "utf8").split("\n").filter((line) => line !== "")
      return lines.map((line) => JSON.parse(line) as Line).filter(({ kind }) => kind === "span")
    },
    remove: async () => {
      child.kill("SIGKILL")
      await ended
      rmSync(folder, { recursive: true })
    }
  }
}

const server = Effect.acquireRelease(Effect.sync(start), ({ remove }) => Effect.promise(remove))

const traceId = "0af7651916cd43dd8448eb211c80319c"
const spanId = "b7ad6b7169203331"
const traceparent = `00-${traceId}-${spanId}-01`
const carried = { tracestate: "vendor=1", baggage: "tenant=acme" }

describe("an Effect client", () => {
  it.scopedLive(
    "has the tool's span in the server below its call, with state and baggage",
    () =>
      Effect.gen(function*() {
        const { child, spans } = yield* server
        const duplex = Duplex.from({ readable: child.stdout, writable: child.stdin })
        // The server ends first.
        duplex.on("error", () => {})
        const protocol = RpcClient.layerProtocolSocket().pipe(
          Layer.provide(Layer.effect(Socket.Socket, NodeSocket.fromDuplex(Effect.succeed(duplex)))),
          Layer.provide(RpcSerialization.layerNdJsonRpc())
        )
        const [answer, there] = yield* Effect.gen(function*() {
          const client = yield* RpcClient.make(McpSchema.ClientRpcs)
          const { content } = yield* client["tools/call"]({ name: "passedOn", arguments: {} })
          yield* client.ping(undefined)
          return content[0]?.type === "text" ? JSON.parse(content[0].text) as unknown : undefined
        }).pipe(
          Telemetry.withSpan("caller"),
          continueTrace({ traceparent, ...carried }),
          Effect.provide(instrumentMcpClient(protocol)),
          Effect.zip(Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)),
          Effect.provide(InMemoryTelemetryLive)
        )
        const here = yield* Effect.promise(spans)
        const sent = (name: string) => there.find((span) => span.name === name)!.spanId
        const handled = (name: string) => here.find((span) => span["name"] === name)!
        expect(handled("McpServer.tools/call")).toMatchObject({
          trace_id: traceId,
          parent_span_id: sent("RpcClient.tools/call")
        })
        expect(handled("McpServer.ping")).toMatchObject({ trace_id: traceId, parent_span_id: sent("RpcClient.ping") })
        expect(answer).toEqual({
          traceparent: `00-${traceId}-${String(handled("passing on")["span_id"])}-01`,
          ...carried
        })
      }),
    60_000
  )
})

/** Sends requests one after another, and returns the answers and the server's spans. */
const exchange = async (requests: ReadonlyArray<Line>) => {
  const { child, remove, spans } = start()
  try {
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const answers: Array<Line> = []
    for (const request of requests) {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      answers.push(JSON.parse(String((await lines.next()).value)) as Line)
    }
    return { answers, spans: await spans() }
  } finally {
    await remove()
  }
}

const call = (id: number, meta: unknown, fields: Line = {}) => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name: "add", arguments: { a: 2, b: 3 }, ...(meta !== undefined && { _meta: meta }) },
  ...fields
})

const other = { traceId: "c".repeat(32), spanId: "d".repeat(16), sampled: true }

describe("a client of another SDK", () => {
  it("has its trace continued if its _meta is valid, and gets root spans otherwise", async () => {
    const rows: ReadonlyArray<readonly [Line, readonly [string, string] | undefined]> = [
      [call(1, { traceparent, progressToken: "p" }), [traceId, spanId]],
      [call(2, undefined), undefined],
      [call(3, {}), undefined],
      [call(4, { progressToken: 1 }), undefined],
      [call(5, { traceparent: traceparent.toUpperCase() }), undefined],
      [call(6, { traceparent: `00-${"0".repeat(32)}-${spanId}-01` }), undefined],
      [call(7, { traceparent: 7 }), undefined],
      [call(8, { traceparent: [traceparent, traceparent] }), undefined],
      [call(9, { traceparent: { toString: "x" } }), undefined],
      [call(10, { baggage: "a=b", tracestate: "a=b" }), undefined],
      // Fields of Effect's own clients.
      [call(11, undefined, other), [other.traceId, other.spanId]],
      [call(12, { traceparent }, other), [traceId, spanId]],
      [call(13, undefined, { ...other, traceId: "x" }), undefined],
      [call(14, undefined, { ...other, spanId: 7 }), undefined],
      [call(15, undefined, { traceId: other.traceId }), undefined]
    ]
    const { answers, spans } = await exchange(rows.map(([request]) => request))
    expect(answers).toEqual(
      rows.map(([{ id }]) => expect.objectContaining({ id, result: expect.anything() as unknown }))
    )
    const handled = spans.filter(({ name }) => name === "McpServer.tools/call")
    expect(handled.map((span) => span["parent_span_id"])).toEqual(rows.map(([, parent]) => parent?.[1] ?? null))
    const added = spans.filter(({ name }) => name === "adding")
    expect(added.map((span) => span["trace_id"])).toEqual(handled.map((span) => span["trace_id"]))
    rows.forEach(([, parent], at) => parent && expect(handled[at]!["trace_id"]).toBe(parent[0]))
    const roots = handled.filter((span) => span["parent_span_id"] === null)
    expect(new Set(roots.map((span) => span["trace_id"])).size).toBe(rows.filter(([, parent]) => !parent).length)
  }, 60_000)

  it("receives the span of the tool's request to it, in _meta", async () => {
    const { child, remove, spans } = start()
    try {
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
      const read = async () => JSON.parse(String((await lines.next()).value)) as Line
      const params = { name: "ask", arguments: {}, _meta: { traceparent, ...carried } }
      child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params })}\n`)
      const question = await read()
      expect(question).toMatchObject({ method: "elicitation/create", params: { message: "Which tenant?" } })
      const answer = { jsonrpc: "2.0", id: question["id"], result: { action: "accept", content: { tenant: "acme" } } }
      child.stdin.write(`${JSON.stringify(answer)}\n`)
      expect(await read()).toMatchObject({ id: 1, result: { content: [{ text: "\"acme\"" }] } })
      const asked = (await spans()).find(({ name }) => name === "McpServer/Client.elicitation/create")!
      expect(question["params"]).toMatchObject({
        _meta: { traceparent: `00-${traceId}-${String(asked["span_id"])}-01`, ...carried }
      })
    } finally {
      await remove()
    }
  }, 60_000)
})
