/**
 * No model call of the package goes unmeasured: the spans add up to what the script used.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import {
  Agent,
  AutoExtract,
  instrumentLanguageModel,
  Memory,
  ScriptedModel,
  type ScriptedTurn,
  Supervisor,
  Workflow
} from "loom-telemetry/agent"
import { add, arithmetic, ArithmeticLive, arithmeticTools, calling, saying, talker } from "./arithmetic.js"
import { flaws, recorded, total, totalOf } from "./recorded.js"

interface Scenario {
  readonly name: string
  readonly program: Effect.Effect<unknown, unknown, LanguageModel.LanguageModel>
  readonly script: ReadonlyArray<ScriptedTurn>
}

const delegate = (id: string, worker: string) => ({ id, name: "delegate", params: { worker, instructions: "Go" } })

const editor = Supervisor.make({
  name: "editor",
  instructions: "",
  workers: { arithmetic, writer: talker("writer") }
})

const asking = Agent.make({ name: "asker", instructions: "", toolkit: arithmeticTools })

/** The tool asks the model itself. */
const AskingLive = arithmeticTools.toLayer({
  add: () =>
    Effect.gen(function*() {
      const model = yield* Effect.serviceOption(LanguageModel.LanguageModel)
      if (model._tag === "Some") {
        yield* Effect.orDie(model.value.generateText({ prompt: "Add" }))
        yield* Effect.orDie(Stream.runDrain(model.value.streamText({ prompt: "Add again" })))
      }
      return 3
    })
})

const scenarios: ReadonlyArray<Scenario> = [
  {
    name: "a run with tools",
    program: Effect.provide(arithmetic.run("Go"), ArithmeticLive),
    script: [calling(add("c1", 1, 2)), calling(add("c2", 1, 2), add("c3", 3, 4)), saying("done")]
  },
  {
    name: "a streamed run",
    program: Effect.provide(Stream.runDrain(arithmetic.stream("Go")), ArithmeticLive),
    script: [calling(add("c1", 1, 2)), saying("done")]
  },
  {
    name: "a run whose model makes up tools",
    program: Effect.provide(arithmetic.run("Go"), ArithmeticLive),
    script: [calling({ id: "c1", name: "invented", params: {} }), saying("done")]
  },
  {
    name: "a supervisor, planning, with concurrent workers",
    program: Effect.provide(editor.run("Go"), ArithmeticLive),
    script: [
      calling(delegate("c1", "arithmetic"), delegate("c2", "writer"), delegate("c3", "nobody")),
      saying("one"),
      saying("two"),
      saying("done")
    ]
  },
  {
    name: "a workflow with a router, branches and a loop",
    program: Workflow.chain("all", [
      Workflow.route("route", {
        classify: talker("classifier"),
        routes: { left: talker("left") },
        otherwise: talker("right")
      }),
      Workflow.parallel("both", { poet: talker("poet"), critic: talker("critic") }),
      ({ poet }: { readonly poet: string }) => Effect.succeed(poet),
      Workflow.loop("twice", { body: talker("polisher"), until: () => false, max: 2 })
    ])("Go"),
    script: ["left", "a", "b", "c", "d", "e"].map(saying)
  },
  {
    name: "a run whose facts are extracted in the background",
    program: talker("parrot").run("Go", { userId: "alice" }).pipe(
      Effect.provide(AutoExtract.layer().pipe(Layer.provide(Memory.layerInMemory)))
    ),
    script: [saying("Hi"), saying("Likes moths.")]
  },
  {
    name: "an instrumented model that a tool calls itself",
    program: asking.run("Go").pipe(Effect.provide([AskingLive, instrumentLanguageModel()])),
    script: [calling(add("c1", 1, 2)), saying("one"), saying("two"), saying("done")]
  }
]

describe("every model call is measured", () => {
  it.effect.each(scenarios)("in $name", ({ program, script }) =>
    Effect.gen(function*() {
      const run = yield* program.pipe(Effect.provide(ScriptedModel.layer(script)), recorded)
      expect(run.exit._tag).toBe("Success")
      const asked = (of: "inputTokens" | "outputTokens") =>
        script.reduce((sum, { usage }) => sum + (usage?.[of] ?? 0), 0)
      expect(run.spans.filter(({ name }) => name === "loom.model.stream")).toHaveLength(script.length)
      expect(totalOf(run, "loom.model.stream", "tokens_in")).toBe(asked("inputTokens"))
      expect(totalOf(run, "loom.model.stream", "tokens_out")).toBe(asked("outputTokens"))
      expect(total(run, "loom.tokens.input")).toBe(asked("inputTokens"))
      expect(total(run, "loom.tokens.output")).toBe(asked("outputTokens"))
      expect(flaws(run)).toEqual([])
    }))

  it.effect("and counts in the run if a tool makes it with an instrumented model", () =>
    Effect.gen(function*() {
      const { program, script } = scenarios.at(-1)!
      const run = yield* program.pipe(Effect.provide(ScriptedModel.layer(script)), recorded)
      expect(yield* run.exit).toMatchObject({ tokensIn: 66, tokensOut: 20 })
    }))
})
