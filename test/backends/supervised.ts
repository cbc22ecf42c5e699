/**
 * The run sent to every backend: an editor that delegates to a researcher with a tool, to a writer, and to a painter that does not exist.
 * Its model is scripted and its prices come from a table; one `MultiTelemetry` sends it with `OTelTelemetryLive` and records it in memory.
 */
import { Tool, Toolkit } from "@effect/ai"
import { ConfigProvider, Effect, Layer, Schema } from "effect"
import { InMemoryTelemetry, type MetricRecord, MultiTelemetry, type SpanRecord } from "loom-telemetry"
import {
  Agent,
  type CaptureContent,
  Pricing,
  type RunResult,
  ScriptedModel,
  type ScriptedToolCall,
  type ScriptedTurn,
  Supervisor
} from "loom-telemetry/agent"
import { type OTelStats, OTelTelemetry, OTelTelemetryLive } from "loom-telemetry/otel"

/** A model whose price the backends know. */
export const model = "gpt-4o"

/** US dollars per million tokens, as in Phoenix's own table. */
const prices = { model, input: 2.5, output: 10, cachedInput: 1.25 }

/** Prices for every run of the suite. */
export const pricing = Pricing.table([prices])

/** The run's user. */
export const identity = { userId: "alice", sessionId: "chat-7" } as const

/** The question for the editor. */
export const question = "Write about moths"

const Search = Tool.make("search", {
  description: "Looks something up",
  parameters: { query: Schema.String },
  success: Schema.Struct({ title: Schema.String })
})

const research = Toolkit.make(Search)

const delegate = (id: string, worker: string): ScriptedToolCall => ({
  id,
  name: "delegate",
  params: { worker, instructions: `Do what a ${worker} does` }
})

const script: ReadonlyArray<ScriptedTurn> = [
  {
    toolCalls: [delegate("call-1", "researcher")],
    usage: { inputTokens: 120, outputTokens: 20 },
    delay: "20 millis"
  },
  {
    toolCalls: [{ id: "call-2", name: "search", params: { query: "moths" } }],
    usage: { inputTokens: 60, outputTokens: 12 }
  },
  { text: "Moths are nocturnal.", usage: { inputTokens: 90, outputTokens: 8, cachedInputTokens: 64 } },
  {
    toolCalls: [delegate("call-3", "writer"), delegate("call-4", "painter")],
    usage: { inputTokens: 180, outputTokens: 40, cachedInputTokens: 128, reasoningTokens: 16 }
  },
  {
    text: "Once there was a moth.",
    usage: { inputTokens: 50, outputTokens: 9 },
    delay: "30 millis"
  },
  { text: "Here you are: once there was a moth.", usage: { inputTokens: 260, outputTokens: 14 } }
]

/** The number of spans in the run: three runs, six turns with a model call each, four tool calls. */
export const spanCount = 3 + 6 + 6 + 4

const editor = (captureContent: CaptureContent) =>
  Supervisor.make({
    name: "editor",
    instructions: "Plan, then delegate.",
    captureContent,
    workers: {
      researcher: Agent.make({
        name: "researcher",
        instructions: "Find out.",
        toolkit: research,
        captureContent
      }),
      writer: Agent.make({ name: "writer", instructions: "Write well.", captureContent })
    }
  })

/** The run as recorded in memory, and the counters of the sink. */
export interface Recorded {
  readonly result: RunResult
  readonly spans: ReadonlyArray<SpanRecord>
  readonly metrics: ReadonlyArray<MetricRecord>
  readonly stats: OTelStats
}

/** How the run is sent. */
export interface SendOptions {
  /** `OTEL_*` variables; the environment of this process is not read. */
  readonly env: Readonly<Record<string, string>>
  readonly captureContent?: CaptureContent
}

/** The sink configured by these variables. */
export const sentBy = (env: SendOptions["env"]) =>
  OTelTelemetryLive.pipe(Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env))))))

/** The editor's run, with its model, its tools and its prices. */
export const supervise = (captureContent: CaptureContent) =>
  editor(captureContent).run(question, identity).pipe(
    Effect.provide(Layer.mergeAll(
      research.toLayer({ search: ({ query }) => Effect.succeed({ title: `All about ${query}` }) }),
      ScriptedModel.layer(script, { model }),
      pricing
    ))
  )

/** Runs the editor, and returns when everything has been sent. */
export const superviseAndSend = ({ captureContent = "none", env }: SendOptions) =>
  Effect.gen(function*() {
    const { sink, ...recorded } = yield* Effect.gen(function*() {
      const result = yield* supervise(captureContent)
      const memory = yield* InMemoryTelemetry
      return { result, spans: yield* memory.spans, metrics: yield* memory.metrics, sink: yield* OTelTelemetry }
    }).pipe(Effect.provide(MultiTelemetry.layer([InMemoryTelemetry.layer(), sentBy(env)])))
    return { ...recorded, stats: yield* sink.stats } satisfies Recorded
  })

/** The recorded value of an attribute, summed over the spans with one name. */
export const sumOf = (spans: ReadonlyArray<SpanRecord>, name: string, attribute: string): number =>
  spans.reduce(
    (sum, span) => span.name === name ? sum + Number(span.attributes[attribute] ?? 0) : sum,
    0
  )
