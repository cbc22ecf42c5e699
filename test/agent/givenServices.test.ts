/**
 * Functions that received their services when a layer was built keep them inside a run.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Agent, AutoExtract, instrumentLanguageModel, Memory, ScriptedModel, Workflow } from "loom-telemetry/agent"
import { attributeOf, recorded, scripted, spanNamed, spansNamed } from "./recorded.js"

const usage = { inputTokens: 10, outputTokens: 5 }

const small = instrumentLanguageModel().pipe(
  Layer.provide(ScriptedModel.layer([{ text: "from small", usage }], { model: "small" }))
)

describe("a service from the layer", () => {
  it.effect("is used in `extract`, whatever model the run has, and its call is measured", () =>
    Effect.gen(function*() {
      const agent = Agent.make({ name: "greeter", instructions: "Greet." })
      const MemoryLive = AutoExtract.layer({
        background: false,
        extract: () => Effect.map(LanguageModel.generateText({ prompt: "facts" }), ({ text }) => [text])
      }).pipe(Layer.provideMerge(Memory.layerInMemory), Layer.provide(small))
      const records = yield* recorded(
        agent.run("Hi", { userId: "alice" }).pipe(
          Effect.zipRight(Effect.flatMap(Memory, (memory) => memory.facts("alice"))),
          Effect.provide(MemoryLive)
        )
      ).pipe(scripted({ text: "Hello.", usage }))
      expect(Exit.map(records.exit, (facts) => facts.map(({ text }) => text))).toEqual(Exit.succeed(["from small"]))
      expect(attributeOf(records, "loom.model.stream", "model")).toEqual(["ScriptedModel", "small"])
      const [, extraction] = spansNamed(records, "loom.model.stream")
      expect(extraction!.attributes).toMatchObject({ user_id: "alice" })
      expect(extraction!.parentSpanId).toBe(spanNamed(records, "loom.run").spanId)
    }))

  it.effect("is used in a workflow's tool, inside the span of its call", () =>
    Effect.gen(function*() {
      const inner = Agent.make({ name: "inner", instructions: "Answer." })
      const ask = Workflow.asTool(Workflow.chain("ask", [inner]), {
        name: "ask",
        description: "Asks another agent",
        input: Schema.String,
        output: Schema.String
      })
      const toolkit = Toolkit.make(ask.tool)
      const outer = Agent.make({ name: "outer", instructions: "Ask.", toolkit })
      const ToolsLive = toolkit.toLayer(Effect.map(ask.handler, (handler) => ({ ask: handler }))).pipe(
        Layer.provide(small)
      )
      const records = yield* recorded(outer.run("Hi", { userId: "alice" }).pipe(Effect.provide(ToolsLive))).pipe(
        scripted(
          { toolCalls: [{ id: "c1", name: "ask", params: { input: "?" } }], usage },
          { text: "done", usage }
        )
      )
      expect(Exit.map(records.exit, ({ output, tokensIn }) => [output, tokensIn])).toEqual(Exit.succeed(["done", 30]))
      expect(attributeOf(records, "loom.model.stream", "model")).toEqual(["ScriptedModel", "small", "ScriptedModel"])
      expect(spanNamed(records, "loom.workflow").parentSpanId).toBe(spanNamed(records, "loom.tool").spanId)
      expect(attributeOf(records, "loom.run", "user_id")).toEqual(["alice", "alice"])
    }))

  it.effect("that is an instrumented model keeps its given name under an agent", () =>
    Effect.gen(function*() {
      const agent = Agent.make({ name: "greeter", instructions: "Greet." })
      const Named = instrumentLanguageModel({ model: "gpt-x", provider: "openai" }).pipe(
        Layer.provide(ScriptedModel.layer([{ text: "Hello.", usage }]))
      )
      const records = yield* recorded(agent.run("Hi").pipe(Effect.provide(Named)))
      expect(spanNamed(records, "loom.run").attributes).toMatchObject({ model: "gpt-x" })
      expect(spanNamed(records, "loom.model.stream").attributes).toMatchObject({ model: "gpt-x", provider: "openai" })
    }))
})
