/**
 * A JSON array in which each item is searched for secrets once.
 */
import { describe, expect, it } from "@effect/vitest"
import fc from "fast-check"
import { defaultLimits, normalizeValue } from "../../src/records/attributes.js"
import { JsonItem, JsonItems } from "../../src/records/jsonItems.js"
import type { Redactor } from "../../src/records/redact/Redactor.js"
import { Redaction } from "../../src/telemetry/Redaction.js"
import { hostileText } from "../properties/hostile.js"
import { innocentTexts } from "./redact/innocentTexts.js"
import { randomFrom, secretForms, secretOf } from "./redact/secretForms.js"

const random = randomFrom(17)
const secrets = secretForms.map(([, form]) => secretOf(form, random).text)

/** The start of a secret that ends in another item, or not at all. */
const openings = [
  "my password:",
  "-----BEGIN PRIVATE KEY-----\nMIIE",
  "curl --token",
  "Authorization: Bearer",
  "[\"token\", "
]

const content = fc.oneof(hostileText, fc.constantFrom(...secrets, ...innocentTexts, ...openings))

const itemsOf = (contents: ReadonlyArray<string>): JsonItems =>
  new JsonItems(contents.map((each) => new JsonItem(JSON.stringify({ role: "user", content: each }))))

const safe = (value: unknown, redactor: Redactor, valueLength = Number.MAX_SAFE_INTEGER) =>
  normalizeValue(value, { ...defaultLimits, valueLength }, redactor)

describe("items of a JSON array", () => {
  it.each([["the built-in rules", Redaction.default], ["the rules for personal data", Redaction.personal()]])(
    "are recorded like the whole text by %s",
    (_, redactor) => {
      fc.assert(
        fc.property(fc.array(content, { maxLength: 5 }), (contents) => {
          const items = itemsOf(contents)

          expect(safe(items, redactor)).toBe(safe(items.text, redactor))
        }),
        { numRuns: 1000 }
      )
    }
  )

  it("are not hidden because of an apostrophe in another item", () => {
    const items = itemsOf(["api_key = 'Ze9xY7xY7xY7", "it's fine"])

    expect(safe(items, Redaction.default)).toBe(itemsOf(["api_key = '<redacted>", "it's fine"]).text)
  })

  it("are searched as one text if a custom pattern may match across items", () => {
    const redactor = Redaction.make({ values: [/first.*?second/] })

    expect(safe(itemsOf(["the first", "the second"]), redactor)).toBe(
      "[{\"role\":\"user\",\"content\":\"the <redacted>\"}]"
    )
  })

  it("are redacted separately for each redactor, and passed as a whole to a custom function", () => {
    const items = itemsOf(["ann@example.com"])

    expect(safe(items, Redaction.default)).toContain("ann@")
    expect(safe(items, Redaction.personal())).toContain("<redacted>")

    const asking = Redaction.make({ redact: (_key, value) => String(value).length })
    expect(asking.attribute(asking.ruleOf("input_messages"), items, defaultLimits, "span")).toBe(items.text.length)
  })

  it("are cut like the whole text", () => {
    const items = itemsOf(["a long story ".repeat(20), secrets[0]!])

    for (const most of [10, 100, items.text.length - 1]) {
      expect(safe(items, Redaction.default, most)).toBe(safe(items.text, Redaction.default, most))
    }
  })
})
