/**
 * Ids of tool calls are unique in the conversation that the vendor receives. The records also have the model's own ids.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type AgentEvent } from "loom-telemetry/agent"
import { arithmetic, ArithmeticLive, resultsGiven } from "../arithmetic.js"
import { attributeOf, flaws } from "../recorded.js"
import { call, calls, text, watches, ways } from "./everyWay.js"

const add = (id: string, a: number) => call(id, "add", { a, b: 0 })

const callIds = (messages: ReadonlyArray<{ readonly role: string; readonly content: unknown }>) =>
  messages.filter(({ role }) => role === "assistant").flatMap(({ content }) =>
    (content as ReadonlyArray<{ type: string; id: string }>).flatMap(({ id, type }) => type === "tool-call" ? [id] : [])
  )

describe.each(ways)("ids of tool calls %s", (name, ask) => {
  it.effect.each<readonly [what: string, given: ReadonlyArray<ReadonlyArray<string>>, sent: ReadonlyArray<string>]>([
    ["the same twice in one answer", [["c", "c"]], ["c", "c_2"]],
    ["the same three times, with one derived id taken", [["c", "c_2", "c", "c"]], ["c", "c_2", "c_3", "c_4"]],
    ["the same in each answer", [["call_0"], ["call_0"], ["call_0"]], ["call_0", "call_0_2", "call_0_3"]],
    ["none", [["", ""]], ["call_2", "call_3"]],
    ["long", [["x".repeat(64), "x".repeat(64)]], ["x".repeat(64), `${"x".repeat(62)}_2`]]
  ])("are made unique: %s", ([, given, sent]) =>
    Effect.gen(function*() {
      let value = 0
      const answers = given.map((ids) => calls(...ids.map((id) => add(id, value++))))
      const run = yield* ask(arithmetic, [...answers, text("Done.")])
      const { messages } = yield* run.exit
      expect(callIds(messages)).toEqual(sent)
      expect(resultsGiven(messages)).toEqual(sent.map((id, result) => ({ id, result, isFailure: false })))
      const skipped = name === "in a supervisor's worker" ? 1 : 0
      expect(attributeOf(run, "loom.tool", "call_id").slice(skipped)).toEqual(given.flat())
      expect(attributeOf(run, "loom.tool", "sent_call_id").slice(skipped)).toEqual(
        given.flat().map((id, index) => id === sent[index] ? undefined : sent[index])
      )
      expect(flaws(run)).toEqual([])
    }).pipe(Effect.provide(ArithmeticLive)))
})

describe.each(watches)("events of tool calls %s", (_, watch) => {
  it.effect("have the unique ids, so that each result finds its call", () =>
    Effect.gen(function*() {
      const events = yield* watch(arithmetic, [calls(add("c", 1), add("c", 2)), text("Done.")])
      const ids = (tag: AgentEvent["_tag"]) =>
        events.flatMap((event) => event._tag === tag && "id" in event ? [event.id] : [])
      expect(ids("ToolCall")).toEqual(["c", "c_2"])
      expect(ids("ToolResult")).toEqual(["c", "c_2"])
    }).pipe(Effect.provide(ArithmeticLive)))
})
