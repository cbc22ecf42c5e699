/**
 * Steps inside the activities of `@effect/workflow`.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Activity from "@effect/workflow/Activity"
import * as DurableWorkflow from "@effect/workflow/Workflow"
import * as WorkflowEngine from "@effect/workflow/WorkflowEngine"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { RunContext } from "loom-telemetry"
import { Workflow } from "loom-telemetry/agent"
import { saying, talker } from "./arithmetic.js"
import { flaws, outline, recorded, scripted } from "./recorded.js"

const Letter = DurableWorkflow.make({
  name: "letter",
  payload: { subject: Schema.String },
  success: Schema.String,
  idempotencyKey: ({ subject }) => subject
})

const writer = talker("writer")

const LetterLive = Letter.toLayer(({ subject }) =>
  Activity.make({
    name: "write",
    success: Schema.String,
    execute: Effect.map(writer.run(subject), ({ output }) => output).pipe(Workflow.step("draft"), Effect.orDie)
  })
)

describe("an activity", () => {
  it.effect("can contain steps and agents, in the tree of the execution", () =>
    Effect.gen(function*() {
      const run = yield* Letter.execute({ subject: "moths" }).pipe(
        RunContext.with({ userId: "alice" }),
        Effect.provide(LetterLive.pipe(Layer.provideMerge(WorkflowEngine.layerMemory))),
        scripted(saying("Dear moth")),
        recorded
      )
      expect(yield* run.exit).toBe("Dear moth")
      expect(outline(run, "node", "pattern", "agent", "user_id")).toEqual([
        "letter.execute",
        "  write",
        "    loom.workflow.step node=draft pattern=chain user_id=alice",
        "      loom.run agent=writer user_id=alice",
        "        loom.turn user_id=alice",
        "          loom.model.stream user_id=alice"
      ])
      expect(flaws(run)).toEqual([])
    }))
})
