/**
 * Tools that the vendor runs itself are recorded, without a duration.
 */
import type * as Response from "@effect/ai/Response"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Agent } from "loom-telemetry/agent"
import { metricsNamed, outline, spansNamed } from "../recorded.js"
import { type Answer, block, finish, parts, ways } from "./everyWay.js"

const Search = Tool.providerDefined({
  id: "vendor.search",
  toolkitName: "VendorSearch",
  providerName: "search",
  args: {},
  parameters: { query: Schema.String },
  success: Schema.Any
})

const toolkit = Toolkit.make(Search({}))

const searched = (id: string): Response.StreamPartEncoded => ({
  type: "tool-call",
  id,
  name: "VendorSearch",
  params: { query: "moths" },
  providerName: "search",
  providerExecuted: true
})

const found = (id: string, isFailure: boolean): Response.StreamPartEncoded => ({
  type: "tool-result",
  id,
  name: "VendorSearch",
  result: { pages: 3 },
  isFailure,
  providerName: "search",
  providerExecuted: true
})

const answer: Answer = parts(
  searched("s1"),
  found("s1", false),
  searched("s2"),
  found("s2", true),
  searched("s3"),
  ...block("Moths are nocturnal."),
  finish("stop")
)

describe.each(ways)("a tool that the provider runs %s", (name, ask) => {
  it.effect("has a span inside the model call, without a duration", () =>
    Effect.gen(function*() {
      const run = yield* ask(Agent.make({ name: "a", instructions: "", toolkit }), [answer])
      expect((yield* run.exit).output).toBe("Moths are nocturnal.")
      const digest = expect.stringMatching(/^[0-9a-f]{12}$/)
      const spans = spansNamed(run, "loom.tool").filter(({ attributes }) => attributes["provider_executed"] === true)
      expect(spans.map(({ attributes: { session_id: _, user_id: __, ...attributes } }) => attributes)).toEqual([
        { tool: "VendorSearch", call_id: "s1", arguments_digest: digest, provider_executed: true, ok: true },
        { tool: "VendorSearch", call_id: "s2", arguments_digest: digest, provider_executed: true, ok: false },
        { tool: "VendorSearch", call_id: "s3", arguments_digest: digest, provider_executed: true }
      ])
      expect(metricsNamed(run, "loom.tool.duration_ms").filter(({ tool }) => tool === "VendorSearch")).toEqual([])
      if (name === "by itself") {
        expect(outline(run, "tool")).toEqual([
          "loom.run",
          "  loom.turn",
          "    loom.model.stream",
          "      loom.tool tool=VendorSearch",
          "      loom.tool tool=VendorSearch",
          "      loom.tool tool=VendorSearch"
        ])
      }
    }))

  it.effect("continues in the next turn if the model pauses", () =>
    Effect.gen(function*() {
      const run = yield* ask(Agent.make({ name: "a", instructions: "", toolkit }), [
        parts(searched("s1"), finish("pause")),
        parts(found("s1", false), ...block("Found."), finish("stop"))
      ])
      expect(yield* run.exit).toMatchObject({ output: "Found.", turns: 2 })
    }))
})
