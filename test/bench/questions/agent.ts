/**
 * How much does telemetry add to a whole agent run? Five turns, eight tool calls, a scripted model; compared with the same run without telemetry.
 */
import { Prompt, Tool, Toolkit } from "@effect/ai"
import { NodeFileSystem } from "@effect/platform-node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import { FileTelemetry, InMemoryTelemetry, NoTelemetryLive, type Telemetry } from "loom-telemetry"
import { Agent, Pricing, ScriptedModel } from "loom-telemetry/agent"
import { randomBytes } from "node:crypto"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Question, Reading } from "../Case.js"
import { longestTurn } from "../measure.js"
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

/**
 * Captures a prompt with a base64 picture of 4 MB, and returns the longest turn of the event loop. The first runs of a process take longer, with or
 * without a picture, until the engine has compiled the code, so they are not measured.
 */
const picture = async (): Promise<Reading> => {
  const { runtime } = await runtimeOf(Layer.mergeAll(InMemoryTelemetry.layer({ capacity: 100 }), ToolsLive, prices))
  const seer = Agent.make({ name: "seer", instructions: "Look.", toolkit, captureContent: "attributes" })
  const data = randomBytes(4 * 1024 * 1024).toString("base64")
  const prompt = Prompt.make([{ role: "user", content: [{ type: "file", mediaType: "image/png", data }] }])
  const run = (asked: Prompt.RawInput) =>
    Runtime.runPromise(runtime)(
      Effect.provide(seer.run(asked), ScriptedModel.layer([{ text: "A moth.", usage }]))
    )
  for (let warmUp = 0; warmUp < 200; warmUp++) {
    await run("What is in this picture?")
  }
  return longestTurn(() => run(prompt))
}

export const cases: Question["cases"] = {
  picture,
  none: under(NoTelemetryLive),
  memory: under(InMemoryTelemetry.layer({ capacity: 10_000 })),
  file: () => under(Layer.orDie(Layer.provide(FileTelemetry.layer(file()), NodeFileSystem.layer)))()
}
