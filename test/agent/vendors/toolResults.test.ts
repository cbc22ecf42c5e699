/**
 * Results of tools in requests to vendors that only accept objects.
 */
import { Tool, Toolkit } from "@effect/ai"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Agent } from "loom-telemetry/agent"
import { arithmetic, resultsGiven } from "../arithmetic.js"
import { type Answer, calls, says } from "./answers.js"
import { ask, withVendor } from "./asked.js"
import { everyVendor, gemini, openai } from "./vendors.js"

const Anything = Toolkit.make(Tool.make("anything", { success: Schema.Any }))

const returning = (...values: ReadonlyArray<unknown>) => {
  let calls = 0
  return Agent.make({ name: "any", instructions: "", toolkit: Anything }).run("Go").pipe(
    Effect.provide(Anything.toLayer({ anything: () => Effect.sync(() => values[calls++]) }))
  )
}

/** The function responses in a request to Gemini. */
const responses = ({ contents }: { readonly contents: ReadonlyArray<any> }): ReadonlyArray<unknown> =>
  contents.flatMap(({ parts }) => parts.flatMap((part: any) => part.functionResponse?.response ?? []))

describe("a tool's result for Gemini", () => {
  it.scopedLive("is an object, whatever the tool returned", () =>
    Effect.gen(function*() {
      const values = [5, "five", true, null, [1, 2], { sum: 5 }, undefined, "", 0]
      const twice: Answer = {
        ...calls("anything", "{}"),
        toolCalls: values.map(() => ({ id: "", name: "anything", json: "{}" }))
      }
      const run = yield* withVendor(gemini, [twice, says("Done.")], returning(...values))
      yield* run.exit
      expect(responses(run.server.requests[1]!.body)).toEqual([
        { output: 5 },
        { output: "five" },
        { output: true },
        { output: null },
        { output: [1, 2] },
        { sum: 5 },
        {},
        { output: "" },
        { output: 0 }
      ])
    }))

  it.scopedLive("is an object even if the tool failed, and stays unchanged in the messages", () =>
    Effect.gen(function*() {
      const run = yield* ask(gemini, [calls("add", "{\"a\":2}"), calls("add", "{\"a\":2,\"b\":3}"), says("Five.")])
      const { messages } = yield* run.exit
      expect(responses(run.server.requests[2]!.body)).toEqual([
        { error: expect.stringContaining("The parameters do not fit") },
        { output: 5 }
      ])
      expect(resultsGiven(messages).map(({ result }) => result)).toEqual([expect.any(String), 5])
    }))

  it.scopedLive("is an object in a history, even if it was stored as JSON, and for a nonexistent tool", () =>
    Effect.gen(function*() {
      const first = yield* (yield* ask(gemini, [calls("subtract", "{}"), says("No.")])).exit
      const history = JSON.parse(JSON.stringify(first.messages))
      const run = yield* withVendor(gemini, [says("Five.")], arithmetic.run("Again", { history }))
      yield* run.exit
      expect(responses(run.server.requests[0]!.body)).toEqual([{ error: expect.stringContaining("no tool named") }])
    }))
})

describe("a tool's result", () => {
  it.scopedLive("is unchanged for OpenAI", () =>
    Effect.gen(function*() {
      const run = yield* ask(openai, [calls("add", "{\"a\":2,\"b\":3}"), says("Five.")])
      expect(run.server.requests[1]!.body.input.find(({ type }: any) => type === "function_call_output").output).toBe(
        "5"
      )
    }))

  it.scopedLive.each(everyVendor)(
    "is accepted by every vendor, whichever made the call: $name",
    (vendor) =>
      Effect.gen(function*() {
        const first = yield* (yield* ask(gemini, [calls("add", "{\"a\":2,\"b\":3}"), says("Five.")])).exit
        const run = yield* withVendor(vendor, [says("Five.")], arithmetic.run("Again", { history: first.messages }))
        expect(yield* run.exit).toMatchObject({ output: "Five." })
        expect(JSON.stringify(run.server.requests[0]!.body)).toMatch(/\{\\*"output\\*":5\}/)
      })
  )
})
