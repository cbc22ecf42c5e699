/**
 * Tool calls that cannot be run: the model receives the reason, and the run continues.
 */
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { Agent } from "loom-telemetry/agent"
import {
  add,
  arithmetic,
  ArithmeticLive,
  arithmeticTools,
  calling,
  resultsGiven,
  saying,
  talker
} from "./arithmetic.js"
import { attributeOf, flaws, metricsNamed, recorded, scripted, spanNamed } from "./recorded.js"

const Work = Tool.make("work", { success: Schema.String })
const tools = Toolkit.make(Work)

describe("a tool call that cannot be run", () => {
  it.effect("names an unknown tool: the model receives the existing names, and the metrics omit the name", () =>
    Effect.gen(function*() {
      const run = yield* arithmetic.run("Go", { userId: "alice" }).pipe(
        Effect.provide(ArithmeticLive),
        scripted(
          calling(add("c1", 1, 2), { id: "c2", name: "divide_by_magic", params: {} }, add("c3", 3, 4)),
          saying("done")
        ),
        recorded
      )
      const { messages, output, tokensIn } = yield* run.exit
      expect(output).toBe("done")
      expect(tokensIn).toBe(42)
      expect(resultsGiven(messages)).toEqual([
        { id: "c1", result: 3, isFailure: false },
        { id: "c2", result: "There is no tool named \"divide_by_magic\". The tools are: add", isFailure: true },
        { id: "c3", result: 7, isFailure: false }
      ])
      expect(attributeOf(run, "loom.tool", "tool")).toEqual(["add", "divide_by_magic", "add"])
      expect(attributeOf(run, "loom.tool", "ok")).toEqual([true, false, true])
      expect(new Set(metricsNamed(run, "loom.tool.duration_ms").map(({ ok, tool }) => `${tool} ${ok}`))).toEqual(
        new Set(["add true", "_unknown false"])
      )
      expect(flaws(run)).toEqual([])
    }))

  it.effect("names a tool although the agent has none", () =>
    Effect.gen(function*() {
      const run = yield* talker("parrot").run("Go").pipe(scripted(calling(add("c1", 1, 2)), saying("done")), recorded)
      expect(resultsGiven((yield* run.exit).messages)).toEqual([
        { id: "c1", result: "There is no tool named \"add\". The tools are: none", isFailure: true }
      ])
      expect(metricsNamed(run, "loom.tool.duration_ms").map(({ tool }) => tool)).toEqual(["_unknown"])
    }))

  it.effect("names a property of every object", () =>
    Effect.gen(function*() {
      const names = ["__proto__", "constructor", "toString"]
      const run = yield* arithmetic.run("Go").pipe(
        Effect.provide(ArithmeticLive),
        scripted(calling(...names.map((name) => ({ id: name, name, params: {} }))), saying("done")),
        recorded
      )
      expect((yield* run.exit).output).toBe("done")
      expect(metricsNamed(run, "loom.tool.duration_ms").map(({ tool }) => tool)).toEqual([
        "_unknown",
        "_unknown",
        "_unknown"
      ])
    }))

  it.effect("has invalid parameters: the model receives what is wrong", () =>
    Effect.gen(function*() {
      const run = yield* arithmetic.run("Go").pipe(
        Effect.provide(ArithmeticLive),
        scripted(calling(add("c1", "two", 3)), saying("done")),
        recorded
      )
      const [given] = resultsGiven((yield* run.exit).messages)
      expect(given).toMatchObject({ id: "c1", isFailure: true })
      expect(given!.result).toContain("Expected number, actual \"two\"")
      expect(spanNamed(run, "loom.tool")).toMatchObject({
        outcome: "failure",
        attributes: { tool: "add", ok: false, error: "ToolCallError: the parameters do not fit the tool's schema" }
      })
      expect(metricsNamed(run, "loom.tool.duration_ms")).toEqual([{ tool: "add", ok: false, value: 0 }])
    }))

  it.effect("takes too long: the tool is interrupted, and the model receives an error", () =>
    Effect.gen(function*() {
      let interrupted = false
      const agent = Agent.make({ name: "hasty", instructions: "", toolkit: tools, toolTimeout: "2 seconds" })
      const fiber = yield* agent.run("Go").pipe(
        Effect.provide(tools.toLayer({
          work: () =>
            Effect.onInterrupt(Effect.never, () =>
              Effect.sync(() => {
                interrupted = true
              }))
        })),
        scripted(calling({ id: "a", name: "work", params: {} }), saying("done")),
        recorded,
        Effect.fork
      )
      yield* TestClock.adjust("2 seconds")
      const run = yield* Fiber.join(fiber)
      expect(interrupted).toBe(true)
      expect(resultsGiven((yield* run.exit).messages)).toEqual([
        { id: "a", result: "The tool did not answer within 2s", isFailure: true }
      ])
      expect(spanNamed(run, "loom.tool")).toMatchObject({
        outcome: "failure",
        attributes: { ok: false, duration_ms: 2000, error: "ToolCallError: the tool did not answer in time" }
      })
      expect(metricsNamed(run, "loom.tool.duration_ms")).toEqual([{ tool: "work", ok: false, value: 2000 }])
    }))

  it.effect("has no handler: the span names the remedy", () =>
    Effect.gen(function*() {
      const program = arithmetic.run("Go").pipe(scripted(calling(add("c1", 1, 2)), saying("done")), recorded)
      const run = yield* program as Effect.Effect<Effect.Effect.Success<typeof program>>
      expect((yield* run.exit).output).toBe("done")
      expect(attributeOf(run, "loom.tool", "error")).toEqual([
        "ToolCallError: the tool has no handler: provide the layer of its toolkit"
      ])
    }))

  it.effect("has a result that does not fit its schema", () =>
    Effect.gen(function*() {
      const run = yield* arithmetic.run("Go").pipe(
        Effect.provide(arithmeticTools.toLayer({ add: () => Effect.succeed(0.5) })),
        scripted(calling(add("c1", 1, 2)), saying("done")),
        recorded
      )
      expect((yield* run.exit).output).toBe("done")
      expect(attributeOf(run, "loom.tool", "error")).toEqual([
        "ToolCallError: the result does not fit the tool's schema"
      ])
    }))
})

describe("a turn with text and tool calls", () => {
  it.effect("keeps the text in the conversation", () =>
    Effect.gen(function*() {
      const result = yield* arithmetic.run("Go").pipe(
        Effect.provide(ArithmeticLive),
        scripted({ ...calling(add("c1", 1, 2)), text: "Let me add." }, saying("3"))
      )
      expect(result.output).toBe("3")
      expect(JSON.stringify(result.messages)).toContain("Let me add.")
    }))
})
