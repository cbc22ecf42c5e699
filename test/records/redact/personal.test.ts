/**
 * `Redaction.personal()` hides personal data with a recognizable form, wherever it occurs, and nothing else.
 */
import { afterAll, describe, expect, it } from "@effect/vitest"
import { Redaction } from "../../../src/telemetry/Redaction.js"
import { innocentTexts } from "./innocentTexts.js"
import { checkDigit, innocentForms, personalForms, personOf } from "./personalForms.js"
import { randomFrom } from "./secretForms.js"

const personal = Redaction.personal()
const alone = Redaction.personal({ defaults: false })

const shown = (text: string): string => personal.text(text, 8192)

/** The places where personal data may occur. */
const places: { readonly [place: string]: (text: string) => string } = {
  "a value": (text) => text,
  "prose": (text) => `Ask them, ${text}, or write to us (${text}). Thanks!`,
  "lines": (text) => `first\n${text}\nlast\t${text}`,
  "JSON": (text) => JSON.stringify({ note: [text], text: `first\n${text}\tnext`, n: 1 }),
  "JSON in JSON": (text) => JSON.stringify({ body: JSON.stringify({ note: `line\n${text}` }) }),
  "an assignment": (text) => `value=${text}\nnext=1`,
  "a list": (text) => `a; ${text}; b`,
  "an exception": (text) => `Error: refused '${text}'\n    at call (/app/src/index.ts:10:5)`
}

interface Person {
  readonly text: string
  readonly data: string
}

/** Whether the data is visible, or its first or last six characters are. */
const leaks = ({ data }: Person, seen: string): boolean =>
  !seen.includes("<redacted>") ||
  (data.length < 7 ? seen.includes(data) : [data.slice(0, 6), data.slice(-6)].some((each) => seen.includes(each)))

describe("personal data", () => {
  it.each(personalForms)("is hidden everywhere: %s", (_, form) => {
    const random = randomFrom(1)
    for (const [place, put] of Object.entries(places)) {
      const person = personOf(form, random)
      const seen = shown(put(person.text))
      expect([place, person.text, seen, leaks(person, seen)]).toEqual([
        place,
        person.text,
        expect.stringContaining("<redacted>"),
        false
      ])
    }
  })

  it.each(personalForms)("is not confused with text that looks similar: %s", (_, __, innocent) => {
    for (
      const put of [places["a value"]!, places["lines"]!, places["a list"]!, (text: string) => JSON.stringify([text])]
    ) {
      expect(alone.text(put(innocent), 8192)).toBe(put(innocent))
    }
  })

  it.each(innocentTexts)("is not found in %j", (text) => {
    expect(alone.text(text, 8192)).toBe(text)
    expect(alone.text(JSON.stringify({ list: [text], text }), 8192)).toBe(JSON.stringify({ list: [text], text }))
  })

  it("is hidden without the words around it, and JSON remains valid", () => {
    expect(
      shown(
        "From Alice <alice@example.com>: call +41 44 668 18 00 from 203.0.113.7:4000, card 4111 1111 1111 1111 12/27"
      )
    )
      .toBe("From Alice <<redacted>>: call <redacted> from <redacted>:4000, card <redacted> 12/27")
    const json = JSON.stringify({
      card: 4111111111111111,
      inner: JSON.stringify({ card: 4111111111111111, to: "a@b.io\nc@d.io" })
    })
    expect(JSON.parse(shown(json))).toEqual({
      card: "<redacted>",
      inner: JSON.stringify({ card: "<redacted>", to: "<redacted>\n<redacted>" })
    })
  })
})

const seeds = 50

describe("personal redaction of a corpus", () => {
  const found: Array<{ form: string; hidden: string }> = []
  afterAll(() => console.table(found))

  it("leaks at most 2 % of 50 random examples of each form, in varying places", () => {
    let made = 0
    const leaked: Array<readonly [Person, string]> = []
    for (const [what, form] of personalForms) {
      const ways = Object.values(places)
      const lost = Array.from({ length: seeds }, (_, seed) => {
        const person = personOf(form, randomFrom(seed * 7919 + 17))
        return [person, shown(ways[seed % ways.length]!(person.text))] as const
      }).filter(([person, seen]) => leaks(person, seen))
      made += seeds
      leaked.push(...lost)
      found.push({ form: what, hidden: `${seeds - lost.length} of ${seeds}` })
    }
    console.log(`${made - leaked.length} of ${made} hidden`, leaked.slice(0, 20))
    expect(leaked.length / made).toBeLessThanOrEqual(0.02)
  })

  it("changes at most 1 % of 200 random innocent texts of each form", () => {
    let made = 0
    const touched: Array<readonly [string, string]> = []
    for (const form of innocentForms) {
      for (let seed = 0; seed < 200; seed++) {
        const text = Object.values(places)[seed % 3]!(personOf(form, randomFrom(seed * 104_729 + 3)).text)
        made++
        const seen = alone.text(text, 8192)
        if (seen !== text) {
          touched.push([text, seen])
        }
      }
    }
    console.log(`${touched.length} of ${made} innocent texts touched`, touched.slice(0, 40))
    expect(touched.length / made).toBeLessThanOrEqual(0.01)
  })

  it("does not hide numbers of 13 to 19 digits with a wrong check digit", () => {
    const random = randomFrom(5)
    for (let time = 0; time < 2000; time++) {
      const start = personOf(`{e1}{d${11 + (time % 7)}}`, random).text
      const wrong = start + String((Number(checkDigit(start)) + 1 + (time % 9)) % 10)
      expect(alone.text(`id ${wrong} here`, 8192)).toBe(`id ${wrong} here`)
    }
  })
})
