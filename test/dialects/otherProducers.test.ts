/**
 * How spans of producers without a golden file are recognised. The names are from their public sources.
 */
import { describe, expect, it } from "@effect/vitest"
import { meaningOf } from "../../src/dialects/meaning.js"
import { type Fields, producerSpans } from "./producerSpans.js"

/** What is recognised of a span: its role, and the attributes that it did not have. */
const recognised = (name: string, attributes: Fields): Fields => {
  const meaning = meaningOf(name, attributes)
  const added = Object.entries(meaning.attributes).filter(([key, value]) => attributes[key] !== value)
  return { role: meaning.role, ...Object.fromEntries(added) }
}

describe("a span of a producer", () => {
  it.each(Object.entries(producerSpans))("is recognised by its names: %s", (_, spans) => {
    for (const [name, attributes, expected] of spans) {
      expect(recognised(name, attributes)).toEqual(expected)
    }
  })

  it("has numeric tokens and costs, even if they are written as strings", () => {
    const chat = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "m" }
    expect(recognised("chat", { ...chat, "gen_ai.usage.input_tokens": "100", "gen_ai.usage.cost": "0.5" }))
      .toEqual({ role: "model", model: "m", tokens_in: 100, cost_usd: 0.5 })
    for (const wrong of ["NaN", "", "many", -1, { a: 1 }, [1], true]) {
      expect(recognised("chat", { ...chat, "gen_ai.usage.input_tokens": wrong })).toEqual({ role: "model", model: "m" })
    }
  })
})
