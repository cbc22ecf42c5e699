/**
 * Mistakes of models in tool calls: the run continues, the model receives the error, and the records are correct.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Agent } from "loom-telemetry/agent"
import { arithmeticTools } from "../arithmetic.js"
import { flaws, metricsNamed, spanNamed, spansNamed } from "../recorded.js"
import { type Answer, calls, says } from "./answers.js"
import { ask, type Asked } from "./asked.js"
import { anthropic, type Vendor, vendors } from "./vendors.js"

const sorry = says("I cannot say.")

const output = ({ exit }: Asked): unknown => Exit.isSuccess(exit) ? exit.value.output : exit

/** The tool result that the vendor receives, as JSON. */
const resultGiven = (vendor: Vendor, { server }: Asked): unknown => {
  const { input, messages } = server.requests[1]!.body
  return JSON.parse(vendor === anthropic ? messages.at(-1).content[0].content : input.at(-1).output)
}

/** The tool call as it is sent back to the vendor. */
const callRepeated = (vendor: Vendor, { server }: Asked): unknown => {
  const { input, messages } = server.requests[1]!.body
  if (vendor === anthropic) {
    const { id, input: parameters, name } = messages.at(-2).content.at(-1)
    return { id, name, parameters }
  }
  const { arguments: json, call_id: id, name } = input.at(-2)
  return { id, name, parameters: JSON.parse(json) }
}

const firstCall = (run: Asked) => spansNamed(run, "loom.model.stream")[0]!

describe.each(vendors)("with $name", (vendor) => {
  describe("a tool name that the model made up", () => {
    const invented = ask(vendor, [{ ...calls("subtract", "{\"a\": 5}"), text: "Let me see." }, sorry])

    it.scopedLive("is reported to the model, with the names that exist", () =>
      Effect.gen(function*() {
        const run = yield* invented
        expect(output(run)).toBe("I cannot say.")
        expect(resultGiven(vendor, run)).toBe("There is no tool named \"subtract\". The tools are: add")
        expect(callRepeated(vendor, run)).toEqual({ id: "call_1", name: "subtract", parameters: { a: 5 } })
        expect(run.server.requests).toHaveLength(2)
      }))

    it.scopedLive("is a failed tool span without its own metric series", () =>
      Effect.gen(function*() {
        const run = yield* invented
        expect(spanNamed(run, "loom.tool")).toMatchObject({
          outcome: "failure",
          attributes: { tool: "subtract", call_id: "call_1", ok: false }
        })
        expect(metricsNamed(run, "loom.tool.duration_ms")).toMatchObject([{ tool: "_unknown", ok: false }])
        expect(flaws(run)).toEqual([])
      }))

    it.scopedLive("leaves the call's usage unknown and absent", () =>
      Effect.gen(function*() {
        const run = yield* invented
        expect(firstCall(run).outcome).toBe("success")
        for (const key of ["tokens_in", "tokens_out", "cached_tokens_in", "finish_reason", "cost_usd"]) {
          expect(firstCall(run).attributes).not.toHaveProperty(key)
        }
        expect(metricsNamed(run, "loom.tokens.input").map(({ value }) => value)).toEqual([12])
        expect(spanNamed(run, "loom.run").attributes).toMatchObject({ tokens_in: 12, tokens_out: 4 })
      }))
  })

  it.scopedLive("a call after an invented one is lost with the rest of the answer", () =>
    Effect.gen(function*() {
      const both: Answer = {
        ...calls("subtract", "{}"),
        toolCalls: [{ id: "call_1", name: "subtract", json: "{}" }, {
          id: "call_2",
          name: "add",
          json: "{\"a\":1,\"b\":1}"
        }]
      }
      const run = yield* ask(vendor, [both, sorry])
      expect(spansNamed(run, "loom.tool").map(({ attributes }) => attributes["call_id"])).toEqual(["call_1"])
      expect(output(run)).toBe("I cannot say.")
    }))

  it.scopedLive.each(["{\"a\": \"two\", \"b\": 3}", "{\"a\": 2}", "[]", "\"2 + 3\""])(
    "invalid parameters %s are reported to the model, and the usage is known",
    (json) =>
      Effect.gen(function*() {
        const run = yield* ask(vendor, [calls("add", json), sorry])
        expect(output(run)).toBe("I cannot say.")
        expect(resultGiven(vendor, run)).toMatch(/^The parameters do not fit: /)
        expect(firstCall(run).attributes).toMatchObject({ tokens_in: 30, tokens_out: 8, finish_reason: "tool-calls" })
        expect(spanNamed(run, "loom.tool").attributes).toMatchObject({ tool: "add", ok: false })
        expect((callRepeated(vendor, run) as { parameters: unknown }).parameters).toSatisfy(isObject)
        expect(flaws(run)).toEqual([])
      })
  )

  it.scopedLive.each(["{\"a\": 2, \"b\"", "a = 2, b = 3", "{\"__proto__\": {\"a\": 2}}"])(
    "parameters %s that are not JSON are returned to the model as it wrote them",
    (json) =>
      Effect.gen(function*() {
        const run = yield* ask(vendor, [calls("add", json), sorry])
        expect(output(run)).toBe("I cannot say.")
        expect(resultGiven(vendor, run)).toMatch(/^The parameters do not fit: /)
        expect(callRepeated(vendor, run)).toEqual({
          id: "call_1",
          name: "add",
          parameters: { invalid_parameters: json }
        })
        expect(spanNamed(run, "loom.tool")).toMatchObject({
          outcome: "failure",
          attributes: { tool: "add", ok: false }
        })
        expect(firstCall(run).attributes).not.toHaveProperty("tokens_in")
        expect(run.server.requests).toHaveLength(2)
        expect(flaws(run)).toEqual([])
      })
  )

  it.scopedLive("a call before an unreadable one is run", () =>
    Effect.gen(function*() {
      const both: Answer = {
        ...calls("add", ""),
        toolCalls: [{ id: "call_1", name: "add", json: "{\"a\":2,\"b\":3}" }, { id: "call_2", name: "add", json: "{" }]
      }
      const run = yield* ask(vendor, [both, sorry])
      expect(
        spansNamed(run, "loom.tool").map(({ attributes }) => [attributes["call_id"], attributes["ok"]])
      ).toEqual([["call_1", true], ["call_2", false]])
    }))

  it.scopedLive("missing parameters are treated as an empty object", () =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, [calls("add", "{}"), sorry])
      expect(resultGiven(vendor, run)).toMatch(/is missing/)
    }))

  it.scopedLive("mistakes continue until the agent's turns are used up", () =>
    Effect.gen(function*() {
      const agent = Agent.make({ name: "stubborn", instructions: "Add.", toolkit: arithmeticTools, maxTurns: 2 })
      const run = yield* ask(vendor, Array.from({ length: 3 }, () => calls("subtract", "{}")), { agent })
      expect(Exit.isSuccess(run.exit) && run.exit.value.interruptedReason).toBe("max_turns")
      expect(run.server.requests).toHaveLength(2)
    }))
})

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value)
