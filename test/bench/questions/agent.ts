/**
 * What does telemetry cost a whole run of an agent? Five turns, eight tool calls, a scripted model; against the same run with no telemetry.
 */
import { Tool, Toolkit } from "@effect/ai"
import { NodeFileSystem } from "@effect/platform-node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import { FileTelemetry, InMemoryTelemetry, NoTelemetryLive, type Telemetry } from "loom-telemetry"
import { Agent, Pricing, ScriptedModel } from "loom-telemetry/agent"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Question } from "../Case.js"
import { runtimeOf } from "../programs.js"

const Add = Tool.make("add", {
  description: "Add two integers",
  parameters: { a: Schema.Int, b: Schema.Int },
  success: Schema.Int
})
const toolkit = Toolkit.make(Add)
const ToolsLive = toolkit.toLayer({ add: ({ a, b }) => Effect.succeed(a + b) })
const agent = Agent.make({ name: "bench", instructions: "Add.", toolkit, maxTurns: 10 })

const call = (id: number) => ({ id: `c${id}`, name: "add", params: { a: id, b: 1 } })
const usage = { inputTokens: 30, outputTokens: 8 }
const script = [
  { toolCalls: [call(1), call(2)], usage },
  { toolCalls: [call(3), call(4)], usage },
  { toolCalls: [call(5), call(6)], usage },
  { toolCalls: [call(7), call(8)], usage },
  { text: "Done.", usage }
]

const runsInBatch = 20

const under = (sink: Layer.Layer<Telemetry>) => async () => {
  const { runtime } = await runtimeOf(Layer.mergeAll(sink, ToolsLive, prices))
  const run = Runtime.runPromise(runtime)
  const one = agent.run("Add them up.", { userId: "alice" }).pipe(Effect.provide(ScriptedModel.layer(script)))
  return { batch: () => run(Effect.repeatN(one, runsInBatch - 1)), ops: runsInBatch }
}

const prices = Pricing.table([{ model: "ScriptedModel", input: 1, output: 2 }])

const file = () => join(mkdtempSync(join(tmpdir(), "loom-bench-")), "records.jsonl")

export const cases: Question["cases"] = {
  none: under(NoTelemetryLive),
  memory: under(InMemoryTelemetry.layer({ capacity: 10_000 })),
  file: () => under(Layer.orDie(Layer.provide(FileTelemetry.layer(file()), NodeFileSystem.layer)))()
}
