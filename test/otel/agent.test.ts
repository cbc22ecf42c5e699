/**
 * A supervisor with a worker and a tool, from the first turn to the last, as OpenTelemetry backends receive it.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Supervisor } from "loom-telemetry/agent"
import { add, arithmetic, ArithmeticLive, calling, saying } from "../agent/arithmetic.js"
import { scripted } from "../agent/recorded.js"
import { outline } from "../contract/subject.js"
import { both, ending, exportedNamed, identityOf, instrumentNamed, recordedIdentity } from "./exported.js"

const boss = Supervisor.make({ name: "boss", instructions: "", workers: { arithmetic } })

const delegation = calling({
  id: "c1",
  name: "delegate",
  params: { worker: "arithmetic", instructions: "Add one and two" }
})

const finished = both(
  boss.run("What is 1 + 2?", { userId: "alice", sessionId: "s-1" }).pipe(
    Effect.provide(ArithmeticLive),
    scripted(delegation, calling(add("c2", 1, 2)), saying("3"), saying("It is 3"))
  )
)

describe("the trace of a supervisor", () => {
  it.effect("is complete in the exporter, with the ids of the memory sink", () =>
    Effect.gen(function*() {
      const run = yield* finished
      expect((yield* run.exit).output).toBe("It is 3")
      expect(run.spans.map(identityOf)).toEqual(run.records.map(recordedIdentity))
      expect(outline(run.records)).toEqual([
        "loom.run",
        "  loom.turn",
        "    loom.model.stream",
        "    loom.tool",
        "      loom.run",
        "        loom.turn",
        "          loom.model.stream",
        "          loom.tool",
        "        loom.turn",
        "          loom.model.stream",
        "  loom.turn",
        "    loom.model.stream"
      ])
      expect(new Set(run.spans.map((span) => ending(span).status))).toEqual(new Set(["UNSET"]))
    }))

  it.effect("has the attributes that each backend reads on every span", () =>
    Effect.gen(function*() {
      const { spans } = yield* finished
      for (const { attributes } of spans) {
        expect(attributes).toMatchObject({ "session.id": "s-1", "user.id": "alice" })
        expect(attributes).toHaveProperty(["gen_ai.operation.name"])
        expect(attributes).toHaveProperty(["openinference.span.kind"])
      }
    }))

  it.effect("has tokens on model calls only, so that a trace adds up to what was used", () =>
    Effect.gen(function*() {
      const run = yield* finished
      const { tokensIn } = yield* run.exit
      const counted = run.spans.filter((span) =>
        Object.keys(span.attributes).some((key) => key.startsWith("gen_ai.usage"))
      )
      expect(new Set(counted.map(({ name }) => name))).toEqual(new Set(["loom.model.stream"]))
      const sum = counted.reduce((total, span) => total + (span.attributes["gen_ai.usage.input_tokens"] as number), 0)
      expect(sum).toBe(tokensIn)
      const measured = instrumentNamed(run, "loom.tokens.input").points
      expect(measured.reduce((total, { value }) => total + (value as number), 0)).toBe(tokensIn)
    }))

  it.effect("adds no metric labels for tools that the model made up", () =>
    Effect.gen(function*() {
      const call = (id: string) => ({ id, name: `made up ${id}`, params: {} })
      const run = yield* both(
        boss.run("Go").pipe(
          Effect.provide(ArithmeticLive),
          scripted(calling(call("1"), call("2"), call("3")), saying("sorry"))
        )
      )
      const tools = instrumentNamed(run, "gen_ai.execute_tool.duration").points
      expect(tools.map(({ attributes }) => attributes["gen_ai.tool.name"])).toEqual(["_unknown"])
      expect(run.spans.filter(({ name }) => name === "loom.tool").map(({ attributes }) => attributes["loom.tool"]))
        .toEqual([
          "made up 1",
          "made up 2",
          "made up 3"
        ])
    }))

  it.effect("is an error from the call up to the run if the model is unreachable", () =>
    Effect.gen(function*() {
      const run = yield* both(Effect.exit(
        boss.run("Go").pipe(
          Effect.provide(ArithmeticLive),
          scripted({ error: "dead" })
        )
      ))
      for (const name of ["loom.model.stream", "loom.turn", "loom.run"]) {
        expect(ending(exportedNamed(run, name))).toMatchObject({ status: "ERROR", exceptions: [{}] })
      }
    }))
})
