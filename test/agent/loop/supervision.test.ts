/**
 * Supervisors reject invalid setups, limit the depth of delegation, and stream their workers' events.
 */
import type * as LanguageModel from "@effect/ai/LanguageModel"
import * as Prompt from "@effect/ai/Prompt"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Agent, type AgentShape, AgentStoppedError, type RunResult, Supervisor, Workflow } from "loom-telemetry/agent"
import { arithmetic, ArithmeticLive, arithmeticTools, calling, resultsGiven, saying, talker } from "../arithmetic.js"
import { attributeOf, flaws, outline, scripted } from "../recorded.js"
import { type Answer, block, call, calls, finish, parts, text, watches, ways } from "./everyWay.js"

const searching = (name: string) =>
  Agent.make({ name, instructions: "", toolkit: Toolkit.make(Tool.make("search", { success: Schema.String })) })

const delegating = (worker: string) => calls(call("d", "delegate", { worker, instructions: "Go" }))

describe("a supervisor", () => {
  it("is rejected if it has its own tool `delegate`", () => {
    const toolkit = Toolkit.make(Tool.make("delegate", { success: Schema.String }))
    expect(() => Supervisor.make({ name: "b", instructions: "", workers: {}, toolkit })).toThrow(/`delegate`/)
  })

  it("is rejected if two tools share a name: of its workers, of their workers, or its own", () => {
    const [one, two] = [searching("one"), searching("two")]
    const middle = Supervisor.make({ name: "middle", instructions: "", workers: { two } })
    const toolkit = Toolkit.make(Tool.make("search", { success: Schema.String }))
    for (
      const make of [
        () => Supervisor.make({ name: "b", instructions: "", workers: { one, two } }),
        () => Supervisor.make({ name: "b", instructions: "", workers: { one, middle } }),
        () => Supervisor.make({ name: "b", instructions: "", workers: { one: { ...one }, two: { ...two } } }),
        () => Supervisor.make({ name: "b", instructions: "", workers: { one }, toolkit })
      ]
    ) {
      expect(make).toThrow(/two different tools are named "search"/)
    }
  })

  it("is rejected with an invalid depth", () => {
    expect(() => Supervisor.make({ name: "b", instructions: "", workers: {}, maxDelegationDepth: NaN })).toThrow(
      RangeError
    )
  })

  it("is accepted if its workers share a tool", () => {
    const other = Agent.make({ name: "other", instructions: "", toolkit: arithmeticTools })
    expect(() => Supervisor.make({ name: "b", instructions: "", workers: { arithmetic, other } })).not.toThrow()
  })
})

describe.each(ways)("a supervisor that delegates to itself %s", (name, ask) => {
  it.effect.each<readonly [limit: number | undefined, deep: number]>([[undefined, 8], [3, 3]])(
    "goes no deeper than its limit %s, which is in the error for the model",
    ([maxDelegationDepth, deep]) =>
      Effect.gen(function*() {
        const itself: AgentShape = {
          name: "self",
          run: (...given) => boss.run(...given),
          stream: (...given) => boss.stream(...given)
        }
        const boss: AgentShape = Supervisor.make({
          name: "boss",
          instructions: "",
          workers: { itself },
          maxDelegationDepth
        })
        const above = name === "in a supervisor's worker" ? 1 : 0
        const own = deep - above
        const answers = [
          ...Array.from({ length: own }, () => delegating("itself")),
          ...Array.from({ length: own }, () => text("Done."))
        ]
        const run = yield* ask(boss, answers)
        expect((yield* run.exit).output).toBe("Done.")
        expect(attributeOf(run, "loom.run", "agent")).toHaveLength(deep)
        expect(attributeOf(run, "loom.tool", "error").filter((error) => error !== undefined)).toEqual([
          expect.stringContaining(`Delegation is limited to ${deep} nested runs (maxDelegationDepth)`)
        ])
        expect(flaws(run)).toEqual([])
      })
  )
})

describe("the stream of a supervisor", () => {
  const boss = Supervisor.make({ name: "boss", instructions: "", workers: { parrot: talker("parrot") } })
  const script = scripted(
    {
      ...calling({ id: "d1", name: "delegate", params: { worker: "parrot", instructions: "Go" } }),
      reasoning: "Hm, hm."
    },
    { ...saying("Polly"), reasoning: "A cracker?" },
    saying("Done.")
  )
  const events = (workerEvents: boolean) =>
    boss.stream("Go", { workerEvents }).pipe(Stream.runCollect, Effect.map((all) => [...all]), script)

  it.effect("has the path of its own run", () =>
    Effect.gen(function*() {
      const all = yield* events(false)
      expect(all.map(({ path }) => path.length)).toEqual(all.map(() => 1))
      expect(all.flatMap((event) => event._tag === "ReasoningDelta" ? [event.text] : []).join("")).toBe("Hm, hm.")
    }))

  it.effect("includes its workers' events on request, each with the ids of the runs from the root", () =>
    Effect.gen(function*() {
      const all = yield* events(true)
      const ids = all.flatMap((event) => event._tag === "RunStarted" ? [event.runId] : [])
      expect(ids).toHaveLength(2)
      const workers = all.filter(({ path }) => path.length === 2)
      expect(workers.every(({ path }) => path[0] === ids[0] && path[1] === ids[1])).toBe(true)
      expect(workers.map(({ _tag }) => _tag)).toEqual([
        "RunStarted",
        "TurnStarted",
        "ReasoningDelta",
        "ReasoningDelta",
        "TextDelta",
        "Finished"
      ])
      expect(all.at(-1)).toMatchObject({ _tag: "Finished", path: [ids[0]], result: { output: "Done." } })
    }))
})

describe.each(watches)("the events %s", (_, watch) => {
  it.effect("have the reasoning, the text and the result", () =>
    Effect.gen(function*() {
      const reasoning = [
        { type: "reasoning-start", id: "r" },
        { type: "reasoning-delta", id: "r", delta: "Hm, " },
        { type: "reasoning-delta", id: "r", delta: "hm." },
        { type: "reasoning-end", id: "r" }
      ] as const
      const events = yield* watch(talker("parrot"), [parts(...reasoning, ...block("Polly"), finish("stop"))])
      expect(events.map(({ _tag }) => _tag)).toEqual([
        "RunStarted",
        "TurnStarted",
        "ReasoningDelta",
        "ReasoningDelta",
        "TextDelta",
        "Finished"
      ])
      expect(events.at(-1)).toMatchObject({ result: { output: "Polly" } })
    }))
})

describe.each(ways)("instructions %s", (_, ask) => {
  it.effect("can be a message with the vendor's options", () =>
    Effect.gen(function*() {
      const instructions = Prompt.makeMessage("system", {
        content: "Be brief.",
        options: { anthropic: { cacheControl: { type: "ephemeral" } } } as never
      })
      const run = yield* ask(Agent.make({ name: "a", instructions }), [text("Hi")])
      yield* run.exit
      expect(run.prompts[0]!.content[0]).toEqual(instructions)
    }))
})

/** An agent with one tool, which runs a workflow with the model of its caller. */
const Research = Tool.make("research", { success: Schema.Any, failure: Schema.Any, failureMode: "return" })
const researching = Agent.make({ name: "researcher", instructions: "", toolkit: Toolkit.make(Research) })
const running = (
  workflow: Effect.Effect<
    unknown,
    unknown,
    LanguageModel.LanguageModel | Tool.HandlersFor<typeof arithmeticTools.tools>
  >
) => Effect.provide(Toolkit.make(Research).toLayer({ research: () => workflow as Effect.Effect<unknown> }))

describe.each(ways)("an agent that is stopped as a step of a workflow, in a run %s", (_, ask) => {
  const stopped = Agent.make({ name: "counter", instructions: "", toolkit: arithmeticTools, maxTurns: 1 })
  const spent = Agent.make({ name: "spender", instructions: "", budget: { maxTokens: 0 } })
  const endless = calls(call("c1", "add", { a: 1, b: 1 }))
  const seen: Array<unknown> = []
  const next = (input: string) => Effect.sync(() => void seen.push(input))
  const asked = (workflow: Parameters<typeof running>[0], ...inside: ReadonlyArray<Answer>) =>
    ask(researching, [calls(call("r", "research")), ...inside, text("Done.")]).pipe(
      running(workflow),
      Effect.provide(ArithmeticLive)
    )

  it.effect("fails the workflow with an error that says why, and no step after it runs", () =>
    Effect.gen(function*() {
      const cases = [[stopped, "max_turns", [endless]], [spent, "budget:max_tokens", []]] as const
      for (const [agent, reason, inside] of cases) {
        const errors: Array<unknown> = []
        const workflow = Workflow.chain("count", [agent, next])("Go")
        const run = yield* asked(Effect.tapError(workflow, (error) => Effect.sync(() => errors.push(error))), ...inside)
        expect((yield* run.exit).output).toBe("Done.")
        expect(errors).toEqual([expect.any(AgentStoppedError)])
        expect(errors[0]).toMatchObject({ agent: agent.name, reason, result: { interruptedReason: reason } })
        expect((errors[0] as AgentStoppedError).message).toContain(reason)
        expect(seen).toEqual([])
        const lines = outline(run).map((line) => line.trim())
        const at = lines.indexOf("loom.workflow [failure]")
        expect(lines.slice(at, at + 3)).toEqual(["loom.workflow [failure]", "loom.workflow.step [failure]", "loom.run"])
        expect(flaws(run)).toEqual([])
      }
    }))

  it.effect("fails a route that it classifies, instead of taking `otherwise`", () =>
    Effect.gen(function*() {
      const workflow = Workflow.route("answer", { classify: spent, routes: { bug: next }, otherwise: next })("Go")
      const errors: Array<unknown> = []
      yield* (yield* asked(Effect.tapError(workflow, (error) => Effect.sync(() => errors.push(error))))).exit
      expect(errors).toEqual([expect.any(AgentStoppedError)])
      expect(seen).toEqual([])
    }))

  it.effect("passes on its whole result on request", () =>
    Effect.gen(function*() {
      const run = yield* asked(
        Workflow.chain("count", [
          Workflow.resultOf(spent),
          ({ interruptedReason }: RunResult) => Effect.succeed(interruptedReason)
        ])("Go")
      )
      expect(resultsGiven((yield* run.exit).messages)).toMatchObject([{
        result: "budget:max_tokens",
        isFailure: false
      }])
      expect(attributeOf(run, "loom.workflow.step", "node")).toContain("spender")
    }))
})
