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
  test("needs the model and nothing else where it has no tools", () => {
    expect(talker.run("")).type.toBe<Run<never>>()
  })

  test("needs its tools' handlers", () => {
    expect(adder.run("")).type.toBe<Run<Tool.Handler<"add">>>()
    expect(adder.stream("")).type.toBe<Stream.Stream<AgentEvent, AgentError, Model | Tool.Handler<"add">>>()
  })

  test("needs what its tools depend on", () => {
    expect(querier.run("")).type.toBe<Run<Tool.Handler<"query"> | Database>>()
  })

  test("is one of no more needs, not of fewer", () => {
    expect<Agent<Database>>().type.toBeAssignableFrom(talker)
    expect<Agent>().type.not.toBeAssignableFrom(adder)
  })

  test("takes no option that there is not", () => {
    expect(Agent.make).type.not.toBeCallableWith({ name: "a", instructions: "", turns: 3 })
    expect(Agent.make).type.not.toBeCallableWith({ name: "a" })
    expect(Agent.make).type.not.toBeCallableWith({ name: "a", instructions: "", captureContent: "all" })
  })
})

describe("a supervisor", () => {
  test("needs what its workers and its own tools need", () => {
    const boss = Supervisor.make({
      name: "boss",
      instructions: "",
      workers: { talker, querier },
      toolkit: Toolkit.make(Add)
    })
    expect(boss.run("")).type.toBe<Run<Tool.Handler<"add"> | Tool.Handler<"query"> | Database>>()
  })

  test("needs the model alone where its workers do", () => {
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
  test("takes what its first step takes, gives what its last gives, and fails and needs like all", () => {
    const chain = Workflow.chain("c", [count, twice, print])
    expect(chain("")).type.toBe<Effect.Effect<string, NoInk | NoPaper, Database>>()
    expect(chain).type.not.toBeCallableWith(1)
  })

  test("takes text into an agent and gives its text", () => {
    expect(Workflow.chain("c", [adder, count])("")).type.toBe<
      Effect.Effect<number, AgentError | AgentStoppedError | NoInk, Model | Tool.Handler<"add">>
    >()
  })

  test("has no step that does not take what the one before gives", () => {
    expect(Workflow.chain).type.not.toBeCallableWith("c", [count, count])
    expect(Workflow.chain).type.not.toBeCallableWith("c", [count, twice, adder])
    expect(Workflow.chain).type.not.toBeCallableWith("c", [])
  })

  test("has workflows as steps, with what they need", () => {
    const inner = Workflow.chain("inner", [twice, print])
    expect(Workflow.chain("outer", [count, inner])("")).type.toBe<
      Effect.Effect<string, NoInk | NoPaper, Database>
    >()
  })

  test("has a loop written into it, with its own errors and needs only", () => {
    const chain = Workflow.chain("c", [count, Workflow.loop("l", { body: twice, until: (n) => n > 9, max: 3 })])
    expect(chain("")).type.toBe<Effect.Effect<number, NoInk>>()
  })
})

describe("a route", () => {
  test("gives what any of its ways gives", () => {
    const route = Workflow.route("r", {
      classify: (n: number) => Effect.succeed(`${n}`),
      routes: { print, twice },
      otherwise: twice
    })
    expect(route(1)).type.toBe<Effect.Effect<string | number, NoPaper, Database>>()
  })

  test("has ways that take the same", () => {
    const route = Workflow.route("r", { classify: talker, routes: { count }, otherwise: adder })
    expect(route).type.not.toBeCallableWith(1)
  })
})

describe("parallel branches", () => {
  test("give their outputs by name", () => {
    const both = Workflow.parallel("p", { printed: print, doubled: twice })
    expect(both(1)).type.toBe<
      Effect.Effect<{ readonly printed: string; readonly doubled: number }, NoPaper, Database>
    >()
  })
})

describe("a loop", () => {
  test("gives what its body gives, and fails and needs like its question too", () => {
    const until = (_: number): Effect.Effect<boolean, NoInk, Database> => Effect.succeed(true)
    expect(Workflow.loop("l", { body: twice, until, max: 3 })(1)).type.toBe<Effect.Effect<number, NoInk, Database>>()
  })

  test("has a body that takes what it gives", () => {
    expect(Workflow.loop).type.not.toBeCallableWith("l", { body: count, until: () => true, max: 3 })
  })
})

describe("a step", () => {
  test("changes no type", () => {
    expect(print(1).pipe(Workflow.step("print"))).type.toBe<Effect.Effect<string, NoPaper, Database>>()
  })
})

describe("layers", () => {
  test("of models, memory and prices need what they say", () => {
    expect(ScriptedModel.layer([])).type.toBe<Layer.Layer<Model | ScriptedModel>>()
    expect(instrumentLanguageModel()).type.toBe<Layer.Layer<Model, never, Model>>()
    expect(Memory.layerInMemory).type.toBe<Layer.Layer<Memory>>()
    expect(Pricing.genaiPrices).type.toBe<Layer.Layer<Pricing, PricingUnavailableError>>()
    expect(Pricing.table([])).type.toBe<Layer.Layer<Pricing>>()
  })

  test("of extraction need the model, or what the extraction of one's own needs", () => {
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
