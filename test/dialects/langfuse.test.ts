/**
 * The Langfuse dialect, name by name.
 *
 * Source: Langfuse's OpenTelemetry endpoint, "Property Mapping" (langfuse.com/integrations/native/opentelemetry), and its SDK's attribute names
 * (`langfuse.observation.completion_start_time`): session and user are read from every span, the cost of a call from `gen_ai.usage.cost`.
 */
import { describe, expect, it } from "@effect/vitest"
import { owner } from "../../src/dialects/Dialect.js"
import { langfuse as dialect } from "../../src/dialects/langfuse.js"
import { addedBy, anonymous, everySpan, model } from "./dialectSpans.js"

const langfuse = addedBy(owner, dialect)

const who = { "session.id": "s-1", "user.id": "alice" }

describe("the Langfuse dialect", () => {
  it("adds session and user to every span", () => {
    for (const span of everySpan) {
      expect(langfuse(span)).toMatchObject(who)
      expect(langfuse(anonymous({ ...span, attributes: {} }))).toEqual({})
    }
  })

  it("adds the completion start time and the cost to a model call", () => {
    expect(langfuse(model)).toEqual({
      "langfuse.observation.completion_start_time": "2026-01-02T03:04:05.928500Z",
      "gen_ai.usage.cost": 0.25,
      ...who
    })
  })

  it("adds the cost only to model calls, so that a trace adds up to the total cost", () => {
    expect(everySpan.filter((span) => Object.hasOwn(langfuse(span), "gen_ai.usage.cost"))).toEqual([model])
  })
})
