/**
 * The same agent with each vendor's real layer: what is recorded, and what the vendor receives.
 */
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Agent, Pricing } from "loom-telemetry/agent"
import { Add, arithmetic, ArithmeticLive } from "../arithmetic.js"
import { flaws, metricsNamed, outline, recorded, spanNamed, spansNamed, total } from "../recorded.js"
import { type Answer, calls, says } from "./answers.js"
import { ask, question } from "./asked.js"
import { anthropic, openai, vendors } from "./vendors.js"
import { vendorServer } from "./vendorServer.js"

const parameters = "{\"a\": 2, \"b\": 3}"

const thoughtful: Answer = {
  ...calls("add", parameters, { input: 30, cacheRead: 100, cacheWrite: 7, output: 20, reasoning: 5 }),
  thinking: { text: "Two numbers: I add them.", signature: "c2lnbmF0dXJl" }
}

const replies = [thoughtful, says("The sum is 5.")]

describe.each(vendors)("a run with $name", (vendor) => {
  const { model, name, responseModel } = vendor
  const cacheWrite = vendor === anthropic ? 7 : 0

  it.scopedLive("has the same tree as with any model, with the vendor's requests below the calls", () =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, replies)
      expect(outline(run, "turn", "tool", "finish_reason", "ok")).toEqual([
        "loom.run",
        "  loom.turn turn=0",
        "    loom.model.stream finish_reason=tool-calls",
        "      http.client POST",
        "    loom.tool tool=add ok=true",
        "  loom.turn turn=1",
        "    loom.model.stream finish_reason=stop",
        "      http.client POST"
      ])
      expect(flaws(run)).toEqual([])
    }))

  it.scopedLive("counts cached tokens as part of the input", () =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, replies)
      const [first, second] = spansNamed(run, "loom.model.stream").map(({ attributes }) => attributes)
      expect(first).toEqual({
        model,
        provider: name,
        response_model: responseModel,
        streaming: true,
        session_id: expect.any(String),
        user_id: "alice",
        tokens_in: 130 + cacheWrite,
        tokens_out: 20,
        cached_tokens_in: 100,
        ...(vendor === anthropic
          ? { cache_creation_tokens_in: 7, service_tier: "standard" }
          : { reasoning_tokens_out: 5, service_tier: "default" }),
        retries: 0,
        ttft_ms: expect.any(Number),
        finish_reason: "tool-calls"
      })
      expect(second).toMatchObject({ tokens_in: 12, tokens_out: 4, cached_tokens_in: 0, finish_reason: "stop" })
      expect(total(run, "loom.tokens.input")).toBe(142 + cacheWrite)
      expect(metricsNamed(run, "loom.tokens.output")).toEqual([
        { value: 20, model, user_id: "alice" },
        { value: 4, model, user_id: "alice" }
      ])
    }))

  it.scopedLive("returns the answer with its totals, and names the model on loom.run", () =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, replies)
      expect(Exit.isSuccess(run.exit) && run.exit.value).toMatchObject({
        output: "The sum is 5.",
        turns: 2,
        tokensIn: 142 + cacheWrite,
        tokensOut: 24,
        cachedTokensIn: 100,
        costUsd: null
      })
      expect(spanNamed(run, "loom.run").attributes).toMatchObject({
        model,
        tokens_in: 142 + cacheWrite,
        tokens_out: 24
      })
    }))

  it.scopedLive("measures the time to the first content of every call", () =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, replies)
      const measured = metricsNamed(run, "loom.model.ttft_ms")
      expect(measured).toHaveLength(2)
      for (const [index, { attributes, durationMs }] of spansNamed(run, "loom.model.stream").entries()) {
        expect(attributes["ttft_ms"]).toBe(measured[index]!.value)
        expect(measured[index]!.value).toBeGreaterThan(0)
        expect(measured[index]!.value).toBeLessThanOrEqual(durationMs)
      }
    }))

  it.scopedLive("prices each kind of token by the model in the request", () =>
    Effect.gen(function*() {
      const prices = Pricing.table([{
        model,
        provider: name,
        input: 3,
        output: 15,
        cachedInput: 0.3,
        cacheCreation: 3.75
      }])
      const run = yield* Effect.provide(ask(vendor, replies), prices)
      const first = (30 * 3 + 100 * 0.3 + cacheWrite * 3.75 + 20 * 15) / 1e6
      const second = (12 * 3 + 4 * 15) / 1e6
      expect(spansNamed(run, "loom.model.stream").map(({ attributes }) => attributes["cost_usd"])).toEqual([
        expect.closeTo(first, 12),
        expect.closeTo(second, 12)
      ])
      expect(total(run, "loom.cost.usd")).toBeCloseTo(first + second, 12)
    }))

  it.scopedLive("names the vendor whatever the model is called", () =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, [says("Yes.")], { model: "tuned-at-home" })
      expect(spanNamed(run, "loom.model.stream").attributes).toMatchObject({ model: "tuned-at-home", provider: name })
      expect(spanNamed(run, "loom.run").attributes["model"]).toBe("tuned-at-home")
    }))

  it.scopedLive("streams its events", () =>
    Effect.gen(function*() {
      const server = yield* vendorServer(...replies)
      const run = yield* arithmetic.stream(question).pipe(
        Stream.runCollect,
        Effect.provide(ArithmeticLive),
        Effect.provide(vendor.layer(server)),
        recorded
      )
      const events = Exit.isSuccess(run.exit) ? [...run.exit.value] : []
      expect(events.map(({ _tag }) => _tag).filter((tag, index, tags) => tag !== tags[index - 1])).toEqual([
        "RunStarted",
        "TurnStarted",
        "ReasoningDelta",
        "ToolCall",
        "ToolResult",
        "TurnStarted",
        "TextDelta",
        "Finished"
      ])
      expect(events.map((event) => event._tag === "TextDelta" ? event.text : "").join("")).toBe("The sum is 5.")
    }))

  it.scopedLive("works the same over Node's HTTP client", () =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, replies, { http: NodeHttpClient.layer })
      expect(Exit.isSuccess(run.exit) && run.exit.value.output).toBe("The sum is 5.")
      expect(spansNamed(run, "loom.model.stream")[0]!.attributes).toMatchObject({
        tokens_in: 130 + cacheWrite,
        provider: name
      })
    }))

  it.scopedLive("sends the vendor each tool as it was declared", () =>
    Effect.gen(function*() {
      const Search = Tool.make("search", {
        description: "Search the notes",
        parameters: {
          words: Schema.NonEmptyArray(Schema.String).annotations({ description: "What to look for" }),
          limit: Schema.optional(Schema.Int.pipe(Schema.between(1, 10)))
        },
        success: Schema.String
      })
      const searcher = Agent.make({
        name: "searcher",
        instructions: "Search.",
        toolkit: Toolkit.make(Add, Search)
      })
      // It is never called, so it needs no handler.
      const { server } = yield* ask(vendor, [says("Nothing.")], { agent: searcher as Agent<Tool.Handler<"add">> })
      const schemaOf = (tool: any) => vendor === anthropic ? tool.input_schema : tool.parameters
      expect(server.requests[0]!.body.tools.map((tool: any) => [tool.name, tool.description, schemaOf(tool)])).toEqual([
        ["add", "Add two integers", Tool.getJsonSchema(Add)],
        ["search", "Search the notes", Tool.getJsonSchema(Search)]
      ])
    }))
})

describe("the second request carries", () => {
  it.scopedLive("to anthropic: the thinking with its signature, the call, its result", () =>
    Effect.gen(function*() {
      const { server } = yield* ask(anthropic, replies)
      expect(server.requests[1]!.body.messages).toEqual([
        { role: "user", content: [{ type: "text", text: question }] },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Two numbers: I add them.", signature: "c2lnbmF0dXJl" },
            { type: "tool_use", id: "call_1", name: "add", input: { a: 2, b: 3 } }
          ]
        },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "call_1", content: "5", is_error: false }] }
      ])
    }))

  it.scopedLive("to openai: the reasoning with its encrypted content, the text under its id, the call, its result", () =>
    Effect.gen(function*() {
      const { server } = yield* ask(openai, [{ ...thoughtful, text: "I add." }, says("The sum is 5.")])
      expect(server.requests[1]!.body.input).toEqual([
        { role: "developer", content: "Arithmetic assistant." },
        { role: "user", content: [{ type: "input_text", text: question }] },
        {
          id: "rs_1",
          type: "reasoning",
          summary: [{ type: "summary_text", text: "Two numbers: I add them." }],
          encrypted_content: "c2lnbmF0dXJl"
        },
        { role: "assistant", id: "msg_1", content: [{ type: "output_text", text: "I add." }] },
        { id: "fc_call_1", type: "function_call", call_id: "call_1", name: "add", arguments: "{\"a\":2,\"b\":3}" },
        { type: "function_call_output", call_id: "call_1", output: "5" }
      ])
    }))
})
