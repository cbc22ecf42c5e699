/**
 * Workflows, agents and steps nested in each other.
 */
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Agent, Workflow } from "loom-telemetry/agent"
import { calling, saying, talker } from "./arithmetic.js"
import { flaws, outline, recorded, scripted } from "./recorded.js"

const show = (n: number) => Effect.succeed(`it is ${n}`)

describe("steps made with Workflow.step", () => {
  it.effect("belong to the workflow around them, and are numbered", () =>
    Effect.gen(function*() {
      const write = (subject: string) =>
        Effect.succeed(subject).pipe(
          Workflow.step("draft"),
          Effect.flatMap((draft) => Workflow.step("polish")(Effect.succeed(`${draft}!`)))
        )
      const run = yield* Workflow.chain("writing", [write])("moth").pipe(recorded)
      expect(yield* run.exit).toBe("moth!")
      expect(outline(run, "workflow", "step", "node", "pattern")).toEqual([
        "loom.workflow workflow=writing pattern=chain",
        "  loom.workflow.step step=0 node=write pattern=chain",
        "    loom.workflow.step step=0 node=draft pattern=chain",
        "    loom.workflow.step step=1 node=polish pattern=chain"
      ])
    }))

  it.effect("need no workflow around them", () =>
    Effect.gen(function*() {
      const run = yield* Effect.succeed(1).pipe(Workflow.step("alone"), recorded)
      expect(yield* run.exit).toBe(1)
      expect(outline(run, "workflow", "step", "node", "pattern")).toEqual([
        "loom.workflow.step step=0 node=alone pattern=chain"
      ])
    }))
})

describe("nested workflows", () => {
  it.effect("are steps like any other, next to agents", () =>
    Effect.gen(function*() {
      const inner = Workflow.chain("inner", [talker("poet"), talker("critic")])
      const outer = Workflow.chain("outer", [show, inner])
      const run = yield* outer(3).pipe(scripted(saying("A poem"), saying("A bad poem")), recorded)
      expect(yield* run.exit).toBe("A bad poem")
      expect(outline(run, "workflow", "node", "agent").filter((line) => !/turn|model/.test(line))).toEqual([
        "loom.workflow workflow=outer",
        "  loom.workflow.step node=show",
        "  loom.workflow.step node=inner",
        "    loom.workflow workflow=inner",
        "      loom.workflow.step node=poet",
        "        loom.run agent=poet",
        "      loom.workflow.step node=critic",
        "        loom.run agent=critic"
      ])
    }))

  it.effect("can be tools of an agent", () =>
    Effect.gen(function*() {
      const { handler, tool } = Workflow.asTool(Workflow.chain("research", [talker("reader"), talker("summarist")]), {
        name: "research",
        description: "Researches a subject",
        input: Schema.String,
        output: Schema.String
      })
      const toolkit = Toolkit.make(tool)
      const boss = Agent.make({ name: "boss", instructions: "", toolkit })
      const run = yield* boss.run("Moths?", { userId: "alice" }).pipe(
        Effect.provide(toolkit.toLayer(Effect.map(handler, (research) => ({ research })))),
        scripted(
          calling({ id: "c1", name: "research", params: { input: "moths" } }),
          saying("long"),
          saying("short"),
          saying("done")
        ),
        recorded
      )
      expect(yield* run.exit).toMatchObject({ output: "done", tokensIn: 66 })
      expect(outline(run, "tool", "node", "agent", "user_id").filter((line) => !/turn|model/.test(line))).toEqual([
        "loom.run agent=boss user_id=alice",
        "    loom.tool tool=research user_id=alice",
        "      loom.workflow user_id=alice",
        "        loom.workflow.step node=reader user_id=alice",
        "          loom.run agent=reader user_id=alice",
        "        loom.workflow.step node=summarist user_id=alice",
        "          loom.run agent=summarist user_id=alice"
      ])
      expect(flaws(run)).toEqual([])
    }))
})
