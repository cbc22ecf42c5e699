/**
 * One process of the fleet: `node process.mjs ROLE FILE [PEER…]`.
 *
 * - `front` generates requests and passes each to an office over HTTP.
 * - `office` responds with an agent, which calls a tool over MCP, and puts a job into the queue. One in four requests calls a tool that fails.
 * - `tools` is an MCP server.
 * - `worker` processes jobs of the queue, each with an agent.
 *
 * The queue is the parent process, which forwards messages. Everything is recorded to FILE and sent as configured by the environment. The process
 * ends after the message `stop`; its last message contains the counters of its sink.
 */
import { McpSchema, Tool, Toolkit } from "@effect/ai"
import { FetchHttpClient, HttpRouter } from "@effect/platform"
import { NodeFileSystem, NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { RpcClient, RpcSerialization, RpcServer } from "@effect/rpc"
import { Deferred, Effect, FiberSet, Layer, Runtime, Schedule, Schema } from "effect"
import { FileTelemetry, MultiTelemetry, Telemetry } from "loom-telemetry"
import { Agent, instrumentMcpClient, Pricing, ScriptedModel } from "loom-telemetry/agent"
import { continueTrace, OTelTelemetry, OTelTelemetryLive, traceHeaders } from "loom-telemetry/otel"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { calculator } from "../../agent/mcp/calculator.js"
import type { FromProcess, Job, ToProcess } from "./messages.js"

const [, , role, file = "", ...peers] = process.argv

const tell = (message: FromProcess): void => void process.send?.(message)

/** Completes when the parent stops the requests. */
const stopped = Effect.async<void>((resume) => {
  const listener = (message: ToProcess): void => {
    if (message === "stop") {
      resume(Effect.void)
    }
  }
  process.on("message", listener)
  return Effect.sync(() => process.off("message", listener))
})

const Add = Tool.make("add", { parameters: { a: Schema.Number, b: Schema.Number }, success: Schema.Number })
const Break = Tool.make("break", { success: Schema.Void, failure: Schema.String })
const tools = Toolkit.make(Add, Break)

const clerk = Agent.make({ name: "clerk", instructions: "Add up, then answer.", toolkit: tools })
const packer = Agent.make({ name: "packer", instructions: "Pack it." })

const model = "gpt-4o"
const pricing = Pricing.table([{ model, input: 2.5, output: 10, cachedInput: 1.25 }])

const jsonRpc = RpcSerialization.layerJsonRpc({ contentType: "application/json; charset=utf-8" })

/** The MCP server of a peer. */
const toolServer = (url: string) =>
  RpcClient.make(McpSchema.ClientRpcs).pipe(Effect.provide(
    instrumentMcpClient(RpcClient.layerProtocolHttp({ url }).pipe(Layer.provide([FetchHttpClient.layer, jsonRpc])))
  ))

/** A server on a free port, which is sent to the parent. */
const listening = (handle: (request: IncomingMessage, response: ServerResponse) => void) =>
  Effect.acquireRelease(
    Effect.async<ReturnType<typeof createServer>>((resume) => {
      const server = createServer(handle)
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close())
  ).pipe(Effect.tap((server) => {
    const address = server.address()
    tell({ port: typeof address === "object" && address !== null ? address.port : 0 })
  }))

/** The request of a user; its number decides where it goes and whether it fails there. */
const request = (n: number) =>
  Effect.gen(function*() {
    const headers = yield* traceHeaders
    const office = peers[n % peers.length]!
    const [user, fails] = [`user-${n % 7}`, n % 4 === 3]
    const status = yield* Effect.promise(async () => {
      const response = await fetch(`${office}/?user=${user}&fails=${fails}`, {
        method: "POST",
        headers: { ...headers }
      })
      await response.arrayBuffer()
      return response.status
    })
    yield* Telemetry.annotate({ status })
  }).pipe(Telemetry.withSpan("POST /articles", { n }, { kind: "client" }))

/** Each user waits for a response before the next request, so that a slow machine gets fewer requests instead of a growing backlog. */
const front = Effect.gen(function*() {
  tell({ port: 0 })
  const done = yield* Deferred.make<void>()
  yield* Effect.fork(Effect.zipRight(stopped, Deferred.succeed(done, undefined)))
  let n = 0
  const user = Effect.suspend(() => request(n++)).pipe(
    Effect.repeat({ schedule: Schedule.fixed("1 second"), until: () => Deferred.isDone(done) })
  )
  yield* Effect.all(Array.from({ length: Number(process.env["USERS"]) }, () => user), {
    concurrency: "unbounded",
    discard: true
  })
})

/** The clerk's run for one request. */
const answer = (user: string, fails: boolean, client: Effect.Effect.Success<ReturnType<typeof toolServer>>) => {
  const call = fails ? { id: "b", name: "break", params: {} } : { id: "a", name: "add", params: { a: 2, b: 3 } }
  return clerk.run("How many?", { userId: user }).pipe(
    Effect.tap(() => Telemetry.score("answered", { value: fails ? 0 : 1 })),
    Effect.zipLeft(enqueue(user)),
    Effect.provide(Layer.mergeAll(
      tools.toLayer({
        add: ({ a, b }) =>
          client["tools/call"]({ name: "add", arguments: { a, b } }).pipe(Effect.as(a + b), Effect.orDie),
        break: () => Effect.fail("It is broken.")
      }),
      ScriptedModel.layer([
        {
          toolCalls: [call],
          usage: { inputTokens: 300, outputTokens: 20, cachedInputTokens: 100 },
          delay: "20 millis"
        },
        { text: "Five.", usage: { inputTokens: 340, outputTokens: 5 }, delay: "30 millis" }
      ], { model }),
      pricing
    )),
    Telemetry.withSpan("answer", {}, { kind: "server" })
  )
}

const enqueue = (user: string) =>
  Effect.map(traceHeaders, (headers) => tell({ job: { user, headers } })).pipe(
    Telemetry.withSpan("enqueue", {}, { kind: "producer" })
  )

const office = Effect.gen(function*() {
  const client = yield* toolServer(peers[0]!)
  const runtime = yield* Effect.runtime<never>()
  yield* listening((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://office")
    const handled = answer(searchParams.get("user") ?? "", searchParams.get("fails") === "true", client)
    Runtime.runPromiseExit(runtime)(continueTrace(request.headers)(handled)).then(({ _tag }) => {
      response.statusCode = _tag === "Success" ? 200 : 500
      response.end()
    })
  })
  yield* stopped
})

const toolkitServer = HttpRouter.Default.serve().pipe(
  Layer.provide(calculator(RpcServer.layerProtocolHttp({ path: "/" }))),
  Layer.provide(RpcSerialization.layerJsonRpc())
)

const mcp = Effect.gen(function*() {
  const ready = yield* Deferred.make<number>()
  const server = createServer()
  server.once("listening", () => {
    const address = server.address()
    Deferred.unsafeDone(ready, Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
  })
  yield* Layer.build(
    toolkitServer.pipe(Layer.provide(NodeHttpServer.layer(() => server, { port: 0, host: "127.0.0.1" })))
  )
  tell({ port: yield* Deferred.await(ready) })
  yield* stopped
})

/** A job of the queue, processed some time after it was added. */
const work = ({ headers, user }: Job) =>
  packer.run("Pack five.", { userId: user }).pipe(
    Effect.provide(Layer.merge(
      ScriptedModel.layer([{ text: "Packed.", usage: { inputTokens: 50, outputTokens: 4 }, delay: "40 millis" }], {
        model
      }),
      pricing
    )),
    Telemetry.withSpan("work", {}, { kind: "consumer" }),
    continueTrace(headers),
    Effect.delay("100 millis")
  )

const worker = Effect.gen(function*() {
  const running = yield* FiberSet.make()
  const run = yield* FiberSet.runtime(running)<never>()
  process.on("message", (message: ToProcess) => {
    if (message !== "stop") {
      run(work(message.job))
    }
  })
  tell({ port: 0 })
  yield* stopped
  yield* FiberSet.awaitEmpty(running)
})

const roles = { front, office, tools: mcp, worker }

const sinks = MultiTelemetry.layer([FileTelemetry.layer(file), OTelTelemetryLive])

const program = Effect.gen(function*() {
  const sink = yield* Effect.scoped(roles[role as keyof typeof roles]).pipe(
    Effect.zipRight(OTelTelemetry),
    Effect.provide(Layer.provideMerge(sinks, NodeFileSystem.layer))
  )
  tell({ stats: yield* sink.stats })
  process.disconnect()
})

NodeRuntime.runMain(program)
