/**
 * Secrets in texts that are truncated.
 */
import { describe, expect, it } from "@effect/vitest"
import { defaultLimits } from "../../src/records/attributes.js"
import type { Redactor } from "../../src/records/redact/Redactor.js"
import { Redaction, type RedactionOptions } from "../../src/telemetry/Redaction.js"
import { AttributeBag } from "../../src/telemetry/tracing/attributeBag.js"

const attributes = (
  given: { readonly [key: string]: unknown },
  options: RedactionOptions = {},
  limits = defaultLimits
) => {
  const bag = new AttributeBag(limits, Redaction.make(options))
  bag.setAll(given)
  return bag.finish()
}

const text = (value: string, redactor: Redactor = Redaction.default) => redactor.text(value, 8192)

describe("a truncated text", () => {
  const key = "sk-proj-A1b2C3d4E5f6G7h8I9j0"

  it("shows no part of a secret, wherever it is truncated", () => {
    for (let before = 0; before <= 40; before++) {
      const shown = attributes({ note: `${"-".repeat(before)} ${key} ${"x".repeat(100)}` }, {}, {
        ...defaultLimits,
        valueLength: 32
      })
      expect(shown["note"]).not.toContain("sk-")
      expect(shown["note"]).toMatch(/…\[\+\d+ chars\]$/)
    }
  })

  it("shows nothing of a password that is recognized only by the text after it", () => {
    for (let before = 0; before <= 40; before++) {
      const shown = attributes({ note: `${"-".repeat(before)} https://me:hunter-two-planted@h.test/` }, {}, {
        ...defaultLimits,
        valueLength: 32
      })
      expect(shown["note"]).not.toMatch(/hunter|me:/)
    }
  })

  it("is searched as far as it is kept, however much was hidden before", () => {
    const many = `password="${"x".repeat(3000)}" `.repeat(20) + key
    expect(attributes({ note: many })["note"]).not.toContain("xxxx")
    for (const size of [8100, 12_000, 16_384, 20_479, 20_480, 20_481, 24_000]) {
      const shown = attributes({ note: `${"ab ".repeat(size / 3)}${key} ${"cd ".repeat(10_000)}` })["note"]
      expect(shown).not.toContain("sk-")
    }
  })

  it("keeps as much as allowed, and counts the missing characters", () => {
    const words = "ab cd ".repeat(10_000)
    expect(attributes({ note: words })["note"]).toBe(`${words.slice(0, 8192)}…[+${60_000 - 8192} chars]`)
  })

  it("hides a secret before the mark of an earlier truncation", () => {
    expect(text("key sk-proj…[+30 chars]")).toBe("key <redacted>…[+30 chars]")
    expect(text("sent Bearer ab…")).toBe("sent Bearer <redacted>…")
  })

  it("keeps its beginning, however many secrets follow", () => {
    const many = `the answer: ${"password=abcdefgh12345678 sk-proj-Ab12Cd34Ef56Gh78 ".repeat(1300)}`
    for (const max of [20, 100, 500, 950, 2000, 8192]) {
      const shown = Redaction.default.text(many, max)
      expect(shown).toMatch(/^the answer: passwor.*…\[\+\d+ chars\]$/)
      expect(shown).not.toMatch(/sk-|abcd/)
      expect(shown.length).toBeLessThanOrEqual(max + 20)
    }
  })

  it("is not searched to the end if it has ten million characters", () => {
    const shown = attributes({ note: `${key} ${"a:b=c ".repeat(1_700_000)}` })["note"] as string
    expect(shown.startsWith("<redacted> a:b=c")).toBe(true)
    expect(shown.length).toBeLessThan(8300)
  })
})
