import type * as LanguageModel from "@effect/ai/LanguageModel"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import {
  Agent,
  type AgentError,
  type AgentEvent,
  type AgentStoppedError,
  AutoExtract,
  instrumentLanguageModel,
  instrumentToolkit,
  Memory,
  Pricing,
  type PricingUnavailableError,
  type RunResult,
  ScriptedModel,
  Supervisor,
  Workflow
} from "loom-telemetry/agent"
import { describe, expect, test } from "tstyche"

class Database extends Context.Tag("Database")<Database, { readonly rows: number }>() {}

const Add = Tool.make("add", { parameters: { a: Schema.Int }, success: Schema.Int })
const Query = Tool.make("query", { success: Schema.Int, dependencies: [Database] })

const adder = Agent.make({ name: "adder", instructions: "", toolkit: Toolkit.make(Add) })
const querier = Agent.make({ name: "querier", instructions: "", toolkit: Toolkit.make(Query) })
const talker = Agent.make({ name: "talker", instructions: "" })

type Model = LanguageModel.LanguageModel
type Run<R> = Effect.Effect<RunResult, AgentError, Model | R>

describe("an agent", () => {
  test("requires only the model if it has no tools", () => {
    expect(talker.run("")).type.toBe<Run<never>>()
  })

  test("requires the handlers of its tools", () => {
    expect(adder.run("")).type.toBe<Run<Tool.Handler<"add">>>()
    expect(adder.stream("")).type.toBe<Stream.Stream<AgentEvent, AgentError, Model | Tool.Handler<"add">>>()
  })

  test("requires the dependencies of its tools", () => {
    expect(querier.run("")).type.toBe<Run<Tool.Handler<"query"> | Database>>()
  })

  test("is assignable to an agent with more requirements, but not with fewer", () => {
    expect<Agent<Database>>().type.toBeAssignableFrom(talker)
    expect<Agent>().type.not.toBeAssignableFrom(adder)
  })

  test("rejects unknown options", () => {
    expect(Agent.make).type.not.toBeCallableWith({ name: "a", instructions: "", turns: 3 })
    expect(Agent.make).type.not.toBeCallableWith({ name: "a" })
    expect(Agent.make).type.not.toBeCallableWith({ name: "a", instructions: "", captureContent: "all" })
  })
})

describe("a supervisor", () => {
  test("requires what its workers and its own tools require", () => {
    const boss = Supervisor.make({
      name: "boss",
      instructions: "",
      workers: { talker, querier },
      toolkit: Toolkit.make(Add)
    })
    expect(boss.run("")).type.toBe<Run<Tool.Handler<"add"> | Tool.Handler<"query"> | Database>>()
  })

  test("requires only the model if its workers do", () => {
    const boss = Supervisor.make({ name: "boss", instructions: "", workers: { talker } })
    expect(boss).type.toBe<Agent>()
  })

  test("may be a worker", () => {
    const boss = Supervisor.make({ name: "boss", instructions: "", workers: { adder } })
    const chief = Supervisor.make({ name: "chief", instructions: "", workers: { boss } })
    expect(chief.run("")).type.toBe<Run<Tool.Handler<"add">>>()
  })
})

class NoPaper extends Schema.TaggedError<NoPaper>()("NoPaper", {}) {}
class NoInk extends Schema.TaggedError<NoInk>()("NoInk", {}) {}

const count = (text: string): Effect.Effect<number, NoInk> => Effect.succeed(text.length)
const print = (n: number): Effect.Effect<string, NoPaper, Database> => Effect.succeed(`${n}`)
const twice = (n: number): Effect.Effect<number> => Effect.succeed(n * 2)

describe("a chain", () => {
  test("has the input of its first step, the output of its last, and the errors and requirements of all", () => {
    const chain = Workflow.chain("c", [count, twice, print])
    expect(chain("")).type.toBe<Effect.Effect<string, NoInk | NoPaper, Database>>()
    expect(chain).type.not.toBeCallableWith(1)
  })

  test("passes a string to an agent and its text to the next step", () => {
    expect(Workflow.chain("c", [adder, count])("")).type.toBe<
      Effect.Effect<number, AgentError | AgentStoppedError | NoInk, Model | Tool.Handler<"add">>
    >()
  })

  test("rejects a step that does not accept the output of the one before", () => {
    expect(Workflow.chain).type.not.toBeCallableWith("c", [count, count])
    expect(Workflow.chain).type.not.toBeCallableWith("c", [count, twice, adder])
    expect(Workflow.chain).type.not.toBeCallableWith("c", [])
  })

  test("accepts workflows as steps, with their requirements", () => {
    const inner = Workflow.chain("inner", [twice, print])
    expect(Workflow.chain("outer", [count, inner])("")).type.toBe<
      Effect.Effect<string, NoInk | NoPaper, Database>
    >()
  })

  test("accepts an inline loop, which adds only its own errors and requirements", () => {
    const chain = Workflow.chain("c", [count, Workflow.loop("l", { body: twice, until: (n) => n > 9, max: 3 })])
    expect(chain("")).type.toBe<Effect.Effect<number, NoInk>>()
  })
})

describe("a route", () => {
  test("returns the output of any of its routes", () => {
    const route = Workflow.route("r", {
      classify: (n: number) => Effect.succeed(`${n}`),
      routes: { print, twice },
      otherwise: twice
    })
    expect(route(1)).type.toBe<Effect.Effect<string | number, NoPaper, Database>>()
  })

  test("requires routes with the same input", () => {
    const route = Workflow.route("r", { classify: talker, routes: { count }, otherwise: adder })
    expect(route).type.not.toBeCallableWith(1)
  })
})

describe("parallel branches", () => {
  test("return their outputs by name", () => {
    const both = Workflow.parallel("p", { printed: print, doubled: twice })
    expect(both(1)).type.toBe<
      Effect.Effect<{ readonly printed: string; readonly doubled: number }, NoPaper, Database>
    >()
  })
})

describe("a loop", () => {
  test("returns the output of its body, with the errors and requirements of its condition, too", () => {
    const until = (_: number): Effect.Effect<boolean, NoInk, Database> => Effect.succeed(true)
    expect(Workflow.loop("l", { body: twice, until, max: 3 })(1)).type.toBe<Effect.Effect<number, NoInk, Database>>()
  })

  test("requires a body that accepts its own output", () => {
    expect(Workflow.loop).type.not.toBeCallableWith("l", { body: count, until: () => true, max: 3 })
  })
})

describe("a step", () => {
  test("does not change the type", () => {
    expect(print(1).pipe(Workflow.step("print"))).type.toBe<Effect.Effect<string, NoPaper, Database>>()
  })
})

describe("layers", () => {
  test("of models, memory and prices have these requirements and errors", () => {
    expect(ScriptedModel.layer([])).type.toBe<Layer.Layer<Model | ScriptedModel>>()
    expect(instrumentLanguageModel()).type.toBe<Layer.Layer<Model, never, Model>>()
    expect(Memory.layerInMemory).type.toBe<Layer.Layer<Memory>>()
    expect(Pricing.genaiPrices).type.toBe<Layer.Layer<Pricing, PricingUnavailableError>>()
    expect(Pricing.table([])).type.toBe<Layer.Layer<Pricing>>()
  })

  test("of extraction require the model, or what a custom extraction requires", () => {
    expect(AutoExtract.layer()).type.toBe<Layer.Layer<Memory, never, Memory | Model>>()
    const extract = () => Effect.map(Database, ({ rows }) => [`${rows}`])
    expect(AutoExtract.layer({ extract })).type.toBe<Layer.Layer<Memory, never, Memory | Database>>()
  })
})

describe("an instrumented toolkit", () => {
  test("is the toolkit with its handlers", () => {
    expect(instrumentToolkit(Toolkit.make(Add))).type.toBe<
      Effect.Effect<Toolkit.WithHandler<{ readonly add: typeof Add }>, never, Tool.Handler<"add">>
    >()
  })
})
