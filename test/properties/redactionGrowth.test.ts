/**
 * Redaction takes linear time for every text, up to 1 MiB.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import fc from "fast-check"
import { type AttributeLimits, defaultLimits, normalizeValue } from "../../src/records/attributes.js"
import { spanLine } from "../../src/records/terminal/recordLine.js"
import { Redaction } from "../../src/telemetry/Redaction.js"
import { foreignExit } from "../../src/telemetry/tracing/foreign/foreignExit.js"
import { describe as exceptionText } from "../../src/telemetry/tracing/outcome.js"
import { tooSlowAt, upTo64KiB, upToOneMiB } from "./growth.js"
import { changingParts, known, recipes, slowText, units } from "./slowTexts.js"

const redactor = Redaction.default
const unlimited: AttributeLimits = { ...defaultLimits, valueLength: 1 << 24 }

const searched = (text: string) => redactor.text(text, unlimited.valueLength)

/** How texts reach a sink. */
const ways: { readonly [name: string]: (text: string) => unknown } = {
  "a text": searched,
  "the message of an exception": (text) => exceptionText(new Error(text), unlimited, redactor),
  "an error for another tracer": (text) =>
    foreignExit(Exit.die(new Error(text, { cause: text })), { limits: unlimited, redactor }),
  "a text much longer than its limit": (text) => redactor.text(text, 1024),
  "a JSON text longer than its limit": (text) => {
    const part = text.slice(0, text.length / 6)
    return normalizeValue(JSON.stringify([part, { password: part, list: [part] }]), defaultLimits, redactor)
  },
  "a line on the console": (text) =>
    spanLine(
      { name: text, durationMs: 1, attributes: { [text.slice(0, 256)]: text }, outcome: "failure", exception: text },
      0,
      { color: true, width: 80 }
    )
}

/** Lets the test runner communicate during a long test. */
const pause = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

describe("redaction takes linear time", () => {
  it.each(Object.entries(known))("for %s", (_, make) => {
    expect(tooSlowAt(searched, make)).toBeUndefined()
  }, 60_000)

  it.live(
    "for every part of a rule, repeated",
    () =>
      Effect.forEach(units, (unit) =>
        Effect.zipRight(
          pause,
          Effect.sync(() => {
            const slow = tooSlowAt(searched, (length) => unit.repeat(length / unit.length), upTo64KiB)
            expect([unit, slow]).toEqual([unit, undefined])
          })
        )),
    120_000
  )
})

/** Most of the work is the search, which they all share. */
const runsOf = (way: string): number => way === "a text" ? 150 : 15

describe("random mixtures of the parts take linear time", () => {
  it.each(Object.entries(ways))("in %s", async (way, work) => {
    await fc.assert(
      fc.asyncProperty(recipes, async (recipe) => {
        await Effect.runPromise(pause)
        expect(tooSlowAt(work, (length) => slowText(recipe, length), upToOneMiB, changingParts(recipe))).toBeUndefined()
      }),
      { numRuns: runsOf(way), endOnFailure: true }
    )
  }, 120_000)
})
