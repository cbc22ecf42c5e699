/**
 * A request through two services. The gateway receives it and propagates its trace; the office responds below the gateway's span, with the editor's
 * run, in which a tool fails, and with runs that are aborted, exceed their budget, or extract facts afterwards.
 *
 * Both services send with `OTelLive` and record in memory, so that a backend's data can be compared with the records.
 */
import { Tool, Toolkit } from "@effect/ai"
import { Deferred, Effect, Fiber, Layer, Schema } from "effect"
import {
  InMemoryTelemetry,
  type MetricRecord,
  MultiTelemetry,
  RunContext,
  type SpanRecord,
  Telemetry
} from "loom-telemetry"
import { Agent, AutoExtract, Memory, type RunResult, ScriptedModel } from "loom-telemetry/agent"
import { continueTrace, OTelTelemetry, traceHeaders } from "loom-telemetry/otel"
import { identity, model, pricing, sentBy, supervise } from "./supervised.js"

/** A span, and the service that sent it. */
export interface SentSpan extends SpanRecord {
  readonly service: "gateway" | "office"
}

/** The records in memory. */
export interface Answered {
  /** The trace of the editor's run. */
  readonly result: RunResult
  readonly spans: ReadonlyArray<SentSpan>
  /** Metrics of the office; the gateway has none. */
  readonly metrics: ReadonlyArray<MetricRecord>
}

/** The score of the answer. */
export const score = { name: "helpfulness", value: 0.75, label: "good", explanation: "It is about moths" } as const

const Wait = Tool.make("wait", { success: Schema.Void })
const waiting = Toolkit.make(Wait)

const scout = Agent.make({ name: "scout", instructions: "Wait.", toolkit: waiting })

/** Aborted while its tool runs. */
const aborted = Effect.gen(function*() {
  const started = yield* Deferred.make<void>()
  const tools = waiting.toLayer({ wait: () => Effect.zipRight(Deferred.succeed(started, undefined), Effect.never) })
  const asked = { toolCalls: [{ id: "w-1", name: "wait", params: {} }], usage: { inputTokens: 30, outputTokens: 5 } }
  const run = yield* scout.run("Look out", identity).pipe(
    Effect.provide(Layer.mergeAll(tools, ScriptedModel.layer([asked], { model }), pricing)),
    Effect.fork
  )
  yield* Deferred.await(started)
  yield* Fiber.interrupt(run)
})

const Look = Tool.make("look", { success: Schema.String })
const looking = Toolkit.make(Look)

const archivist = Agent.make({
  name: "archivist",
  instructions: "Search until you have found it.",
  toolkit: looking,
  budget: { maxTokens: 200 }
})

/** Stopped by its budget after two turns of 120 tokens; the second turn's tool does not start and counts as failed. */
const overBudget = archivist.run("Where is the letter?", identity).pipe(
  Effect.provide(Layer.mergeAll(
    looking.toLayer({ look: () => Effect.succeed("Nothing in this box.") }),
    ScriptedModel.layer(
      Array.from({ length: 5 }, (_, turn) => ({
        toolCalls: [{ id: `l-${turn}`, name: "look", params: {} }],
        usage: { inputTokens: 100, outputTokens: 20 }
      })),
      { model }
    ),
    pricing
  ))
)

/** Extracts facts with the model after it has ended. */
const remembered = Agent.make({ name: "listener", instructions: "Listen." }).run("I like moths", identity).pipe(
  Effect.provide(
    AutoExtract.layer({ background: false }).pipe(
      Layer.provide(Memory.layerInMemory),
      Layer.provideMerge(Layer.merge(
        pricing,
        ScriptedModel.layer([
          { text: "Noted.", usage: { inputTokens: 12, outputTokens: 2 } },
          { text: "likes moths", usage: { inputTokens: 40, outputTokens: 3 } }
        ], { model })
      ))
    )
  )
)

/** The work of the office for a request. */
export const answer = Effect.gen(function*() {
  const result = yield* supervise("none")
  yield* aborted
  yield* overBudget
  yield* remembered
  yield* Telemetry.score(score.name, { ...score, source: "model" })
  return result
}).pipe(Telemetry.withSpan("answer", {}, { kind: "server" }), RunContext.with(identity))

/** Sends the records of `program` with these variables, and returns those in memory. */
const recordedAndSent = <A, E, R>(program: Effect.Effect<A, E, R>, env: Readonly<Record<string, string>>) =>
  Effect.gen(function*() {
    const { sink, ...recorded } = yield* Effect.gen(function*() {
      const result = yield* program
      const memory = yield* InMemoryTelemetry
      return { result, memory, sink: yield* OTelTelemetry }
    }).pipe(Effect.provide(MultiTelemetry.layer([InMemoryTelemetry.layer(), sentBy(env)])))
    const { lastError } = yield* sink.stats
    return lastError === null
      ? { result: recorded.result, spans: yield* recorded.memory.spans, metrics: yield* recorded.memory.metrics }
      : yield* Effect.dieMessage(`not all was sent: ${lastError}`)
  })

/** Sends one request; each service has its own variables. Returns when everything has been sent. */
export const answerAndSend = (env: (service: SentSpan["service"]) => Readonly<Record<string, string>>) =>
  Effect.gen(function*() {
    const gateway = yield* recordedAndSent(
      traceHeaders.pipe(
        Effect.flatMap((headers) => recordedAndSent(continueTrace(headers)(answer), env("office"))),
        Telemetry.withSpan("POST /articles", { route: "/articles" }, { kind: "client" })
      ),
      env("gateway")
    )
    const office = gateway.result
    return {
      result: office.result,
      spans: [
        ...gateway.spans.map((span) => ({ ...span, service: "gateway" as const })),
        ...office.spans.map((span) => ({ ...span, service: "office" as const }))
      ],
      metrics: office.metrics
    } satisfies Answered
  })
