/**
 * The rules for personal data take linear time for every text.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Redaction } from "../../src/telemetry/Redaction.js"
import { personalForms, personOf } from "../records/redact/personalForms.js"
import { randomFrom } from "../records/redact/secretForms.js"
import { tooSlowAt, upTo64KiB } from "./growth.js"

const redactor = Redaction.personal({ defaults: false })

const searched = (text: string) => redactor.text(text, 1 << 24)

const parts = [
  ..."@.:+(-/ %\"a1_=[",
  ...[
    "a.",
    "1.",
    "1:",
    "a:",
    "::",
    "1::",
    "1 ",
    "1-",
    "(1",
    "0 ",
    "01 ",
    "01-",
    "+1",
    "+1 ",
    "00",
    "phone",
    "phone:",
    "phone: 1"
  ],
  ...[
    "\"a",
    "a@",
    "a@b",
    "a@b.",
    "a@b.c",
    "@a.b",
    "%40",
    "%20",
    "%3Ca",
    "=a@b.co:",
    "ssh -a ",
    "\\n",
    "\\u0000",
    "a@b.co:a/",
    "4111 ",
    "4111"
  ]
]

/** The parts, and an example of each form, whole and halved. */
const units = [
  ...parts,
  ...personalForms.flatMap(([, form]) => {
    const { text } = personOf(form, randomFrom(3))
    return [text, `${text} `, text.slice(0, text.length / 2)]
  })
]

/** Lets the test runner communicate during a long test. */
const pause = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

const slowOf = (make: (length: number) => string): string | undefined => tooSlowAt(searched, make, upTo64KiB)

describe("the rules for personal data take linear time", () => {
  it.live(
    "for every part of a rule, repeated, alone and before others",
    () =>
      Effect.forEach(units, (unit) =>
        Effect.zipRight(
          pause,
          Effect.sync(() => {
            const repeated = (length: number) => unit.repeat(Math.max(1, length / unit.length))
            expect([unit, slowOf(repeated)]).toEqual([unit, undefined])
            expect([unit, slowOf((length) => `${repeated(length / 2)}@${repeated(length / 2)}`)]).toEqual([
              unit,
              undefined
            ])
          })
        )),
    120_000
  )

  it.each(["@", "1", "a", ":", "(", "1 ", "a."])("for %j up to 1 MiB", (unit) => {
    expect(tooSlowAt(searched, (length) => unit.repeat(length / unit.length))).toBeUndefined()
  }, 60_000)
})
