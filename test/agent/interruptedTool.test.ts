/**
 * Tools that end in an interruption of their own making: nobody interrupted the run.
 */
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { Agent } from "loom-telemetry/agent"
import { metricsNamed, recorded, scripted, spanNamed } from "./recorded.js"

const toolkit = Toolkit.make(Tool.make("wait", { description: "Waits", success: Schema.String }))

const joined = Effect.gen(function*() {
  const fiber = yield* Effect.fork(Effect.never)
  yield* Fiber.interrupt(fiber)
  return yield* Fiber.join(fiber)
})

const ways = [["interrupts itself", Effect.interrupt], ["joins a fiber that was interrupted", joined]] as const

describe("a tool that", () => {
  it.effect.each(ways)("%s is told to the model, and the run goes on", ([, body]) =>
    Effect.gen(function*() {
      for (const toolConcurrency of [1, "unbounded"] as const) {
        const agent = Agent.make({ name: "waiter", instructions: "Wait.", toolkit, toolConcurrency })
        const records = yield* recorded(
          agent.run("Hi").pipe(Effect.provide(toolkit.toLayer({ wait: () => body })))
        ).pipe(scripted({ toolCalls: [{ id: "c1", name: "wait", params: {} }] }, { text: "It was interrupted." }))
        expect(Exit.map(records.exit, ({ output }) => output)).toEqual(Exit.succeed("It was interrupted."))
        expect(spanNamed(records, "loom.run").outcome).toBe("success")
        expect(spanNamed(records, "loom.tool")).toMatchObject({ outcome: "interrupted", attributes: { ok: false } })
        expect(metricsNamed(records, "loom.tool.duration_ms")).toMatchObject([{ tool: "wait", ok: false }])
      }
    }))
})
