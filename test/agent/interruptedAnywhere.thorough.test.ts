/**
 * Wherever a run is interrupted, no span stays open, and every run and tool has its duration.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Agent, instrumentLanguageModel, instrumentToolkit, Supervisor, Workflow } from "loom-telemetry/agent"
import { ArithmeticLive, arithmeticTools, talker } from "./arithmetic.js"
import { interruptedAnywhere } from "./interruptedAnywhere.js"

type Part =
  | { readonly type: "text-delta"; readonly id: string; readonly delta: string }
  | { readonly type: "tool-call"; readonly id: string; readonly name: string; readonly params: unknown }

const text: Part = { type: "text-delta", id: "t", delta: "done" }
const call = (name: string, params: unknown): Part => ({ type: "tool-call", id: "c1", name, params })

/** A model without the schemas of `@effect/ai`, which would take most of the time in thousands of runs. */
const quickModel =
  (...turns: ReadonlyArray<Part>) =>
  <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, LanguageModel.LanguageModel>> =>
    Effect.suspend(() => {
      const rest = [...turns]
      const finish = { type: "finish", reason: "stop", usage: { inputTokens: 1, outputTokens: 1 } }
      const streamText = () => Stream.suspend(() => Stream.make(rest.shift(), finish))
      return Effect.provideService(program, LanguageModel.LanguageModel, { streamText } as never)
    })

// One tool after another: Effect's own concurrent `forEach` hangs when it is interrupted at some of its instructions.
const adder = Agent.make({ name: "adder", instructions: "", toolkit: arithmeticTools, toolConcurrency: 1 })
const editor = Supervisor.make({
  name: "editor",
  instructions: "",
  workers: { writer: talker("writer") },
  toolConcurrency: 1
})

const adding = quickModel(call("add", { a: 1, b: 2 }), text)

const programs: ReadonlyArray<readonly [name: string, program: Effect.Effect<unknown, unknown>]> = [
  ["a run with a tool", adder.run("Go").pipe(Effect.provide(ArithmeticLive), adding)],
  ["a streamed run", adder.stream("Go").pipe(Stream.runDrain, Effect.provide(ArithmeticLive), adding)],
  [
    "a supervisor",
    editor.run("Go").pipe(quickModel(call("delegate", { worker: "writer", instructions: "" }), text, text))
  ],
  ["a chain", Workflow.chain("both", [talker("poet"), talker("critic")])("Go").pipe(quickModel(text, text))],
  [
    "an instrumented stream",
    Stream.runDrain(LanguageModel.streamText({ prompt: "Go" })).pipe(
      Effect.provide(instrumentLanguageModel()),
      quickModel(text)
    )
  ],
  [
    "an instrumented tool",
    instrumentToolkit(arithmeticTools).pipe(
      Effect.flatMap((toolkit) => toolkit.handle("add", { a: 1, b: 2 })),
      Effect.provide(ArithmeticLive)
    )
  ]
]

describe("interrupted at any instruction", () => {
  it.effect.each(programs)("%s leaves nothing open and nothing unmeasured", ([, program]) =>
    Effect.gen(function*() {
      const { found, instructions } = yield* interruptedAnywhere(program, 3)
      expect(found).toEqual([])
      expect(instructions).toBeGreaterThan(100)
    }), 60_000)
})
