/**
 * The agents of the page's example: an on-call supervisor delegates an incident to two workers, each with its own model.
 *
 * Run by 18-page.ts. The models are scripted and the tools' answers made up. Delays are realistic, in multiples of 4 ms, which a test
 * clock represents exactly.
 */
import { Tool, Toolkit } from "@effect/ai"
import { Effect, Layer, Schema } from "effect"
import { Agent, Pricing, ScriptedModel, type ScriptedTurn, Supervisor } from "loom-telemetry/agent"

const query = (name: string) =>
  Tool.make(name, { parameters: { query: Schema.String }, success: Schema.String, failure: Schema.String })

const metricTools = Toolkit.make(query("query_metrics"))
const logTools = Toolkit.make(query("search_logs"), query("list_deploys"))
const codeTools = Toolkit.make(query("read_diff"))

const ToolsLive = Layer.mergeAll(
  metricTools.toLayer({
    query_metrics: ({ query }) => Effect.succeed("p95 310 ms → 640 ms").pipe(Effect.delay(300 + 24 * query.length))
  }),
  logTools.toLayer({
    search_logs: ({ query }) =>
      query === "*"
        ? Effect.fail("the query is too wide: 41,000,000 lines match").pipe(Effect.delay("2.4 seconds"))
        : Effect.succeed("pool exhausted, waited 300 ms").pipe(Effect.delay("1.1 seconds")),
    list_deploys: () => Effect.succeed("checkout 4.12.0, Tuesday 14:02").pipe(Effect.delay("420 millis"))
  }),
  codeTools.toLayer({ read_diff: () => Effect.succeed("- max: 40\n+ max: 4").pipe(Effect.delay("652 millis")) })
)

const call = (id: string, name: string, query: string) => ({ id, name, params: { query } })
const delegate = (id: string, worker: string) => ({
  id,
  name: "delegate",
  params: { worker, instructions: `What do the ${worker} say?` }
})
const tokens = (inputTokens: number, outputTokens: number, cachedInputTokens = 0) => ({
  inputTokens,
  outputTokens,
  cachedInputTokens
})

const metricsScript: ReadonlyArray<ScriptedTurn> = [
  {
    delay: "1.3 seconds",
    toolCalls: [call("m1", "query_metrics", "latency"), call("m2", "query_metrics", "pool_wait_seconds")],
    usage: tokens(1180, 96)
  },
  { delay: "1.9 seconds", text: "Latency doubled with the pool's waits.", usage: tokens(1420, 140, 1180) }
]

const logsScript: ReadonlyArray<ScriptedTurn> = [
  {
    delay: "1.6 seconds",
    toolCalls: [call("l1", "list_deploys", "checkout"), call("l2", "search_logs", "*")],
    usage: tokens(1610, 120)
  },
  { delay: "1.2 seconds", toolCalls: [call("l3", "search_logs", "pool")], usage: tokens(1890, 64, 1610) },
  { delay: "1.2 seconds", text: "4.12.0 shrank the pool.", usage: tokens(2040, 180, 1890) }
]

const onCallScript: ReadonlyArray<ScriptedTurn> = [
  {
    delay: "2.1 seconds",
    toolCalls: [delegate("d1", "metrics"), delegate("d2", "logs")],
    usage: tokens(2310, 210)
  },
  { delay: "1.7 seconds", toolCalls: [call("c1", "read_diff", "4.12.0")], usage: tokens(2840, 88, 2310) },
  { delay: "2.6 seconds", text: "Release 4.12.0 cut the pool from 40 to 4.", usage: tokens(3120, 260, 2840) }
]

/** The same agent with its own model instead of the one provided around it. */
const on = <R>(agent: Agent<R>, model: string, script: ReadonlyArray<ScriptedTurn>): Agent<R> => ({
  ...agent,
  run: (prompt, options) => agent.run(prompt, options).pipe(Effect.provide(ScriptedModel.layer(script, { model })))
})

const metrics = on(
  Agent.make({ name: "metrics", instructions: "Ask the metrics.", toolkit: metricTools, captureContent: "attributes" }),
  "gpt-5-mini",
  metricsScript
)
const logs = on(
  Agent.make({ name: "logs", instructions: "Ask the logs.", toolkit: logTools, captureContent: "attributes" }),
  "gpt-5-mini",
  logsScript
)
const onCall = Supervisor.make({
  name: "on-call",
  instructions: "Find out what happened. Delegate, then look at the code.",
  workers: { metrics, logs },
  toolkit: codeTools,
  captureContent: "attributes"
})

const PricesLive = Pricing.table([
  { model: "claude-opus-4-5", input: 5, cachedInput: 0.5, output: 25 },
  { model: "gpt-5-mini", input: 0.25, cachedInput: 0.025, output: 2 }
])

/** A release and its aftermath: four runs in a minute and a half, the second of them interrupted. */
export const release = Effect.gen(function*() {
  yield* metrics.run("How is checkout doing?", { userId: "bob", sessionId: "morning" })
  yield* Effect.sleep("12 seconds")
  const impatient = logs.run("Anything new?", { userId: "carol", sessionId: "release-4.12" })
  yield* impatient.pipe(Effect.timeoutOption("5 seconds"))
  yield* Effect.sleep("31 seconds")
  yield* metrics.run("And now?", { userId: "carol", sessionId: "release-4.12" })
  yield* Effect.sleep("24 seconds")
  return yield* onCall.run("Why did checkout slow down?", { userId: "alice", sessionId: "incident-217" })
}).pipe(Effect.provide([ToolsLive, PricesLive, ScriptedModel.layer(onCallScript, { model: "claude-opus-4-5" })]))
