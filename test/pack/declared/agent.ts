/** Values that users of `loom-telemetry/agent` export without a type annotation. */
import { Tool, Toolkit } from "@effect/ai"
import { Effect, Layer, Schema } from "effect"
import {
  Agent,
  AutoExtract,
  instrumentLanguageModel,
  instrumentToolkit,
  Memory,
  Pricing,
  ScriptedModel,
  Supervisor,
  Workflow
} from "loom-telemetry/agent"

export const tools = Toolkit.make(Tool.make("add", { parameters: { a: Schema.Number }, success: Schema.Number }))
export const agent = Agent.make({ name: "arithmetic", instructions: "Add.", toolkit: tools })
export const plain = Agent.make({ name: "plain", instructions: "" })
export const supervisor = Supervisor.make({ name: "boss", instructions: "", workers: { plain } })
export const answer = agent.run("1 + 1")
export const chain = Workflow.chain("chain", [plain, (text: string) => Effect.succeed(text.length)])
export const memory = Memory.layerInMemory
export const extracting = AutoExtract.layer({ background: false }).pipe(Layer.provide(memory))
export const prices = Pricing.table([{ model: "m", input: 1, output: 2 }])
export const model = ScriptedModel.layer([{ text: "2" }])
export const measured = instrumentLanguageModel
export const measuredTools = instrumentToolkit(tools)
