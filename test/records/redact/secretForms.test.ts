/**
 * Secrets of every form are hidden wherever they occur, and text that only looks like a secret is left alone.
 */
import { afterAll, describe, expect, it } from "@effect/vitest"
import { forms, formsAround } from "../../../src/records/redact/forms.js"
import { builtInRedactor } from "../../../src/records/redact/Redactor.js"
import { innocentTexts } from "./innocentTexts.js"
import { randomFrom, type Secret, secretForms, secretOf } from "./secretForms.js"

const shown = (text: string): string => builtInRedactor.text(text, 8192)

/** The places where a secret may occur. */
const places: { readonly [place: string]: (secret: string) => string } = {
  "a value": (secret) => secret,
  "prose": (secret) => `They use ${secret} for it, and (${secret}), too.`,
  "JSON": (secret) => JSON.stringify({ note: [secret], text: `first\n${secret}\tnext` }),
  "JSON in JSON": (secret) => JSON.stringify({ body: JSON.stringify({ note: `line\n${secret}` }) }),
  "a header": (secret) => `POST /v1 HTTP/1.1\r\nX-Custom: ${secret}\r\nAccept: */*`,
  "the path of a URL": (secret) => `https://api.test/v1/${secret}/items`,
  "a parameter of a URL": (secret) => `https://api.test/v1?q=${secret}&n=1`,
  "an assignment": (secret) => `export SOMETHING=${secret}\nNEXT=1`,
  "an exception": (secret) => `Error: refused '${secret}'\n    at call (/app/src/index.ts:10:5)`
}

/** Whether the end of a secret is visible. */
const leaks = (text: string, { secret }: Secret): boolean => text.includes(secret.slice(-8))

/** Only a single word that is not a URL itself fits into a URL. */
const fitsIn = (place: string, { text }: Secret): boolean => !place.includes("URL") || !/[\s:]/.test(text)

describe("a secret with a recognizable form", () => {
  it.each(secretForms)("is hidden everywhere: %s", (_, form) => {
    const random = randomFrom(1)
    for (const [place, put] of Object.entries(places)) {
      const secret = secretOf(form, random)
      const text = shown(put(secret.text))
      if (fitsIn(place, secret)) {
        expect([place, text, leaks(text, secret)]).toEqual([place, expect.stringContaining("<redacted>"), false])
      }
    }
  })

  it.each(secretForms)("is not confused with text that looks similar: %s", (_, __, innocent) => {
    expect(shown(innocent)).toBe(innocent)
    expect(shown(JSON.stringify([innocent]))).toBe(JSON.stringify([innocent]))
  })

  it.each([...forms, ...formsAround.map(([, form]) => form)])("has a row in the table of tests: %s", (source) => {
    const random = randomFrom(2)
    const pattern = new RegExp(source)
    expect(secretForms.some(([, form]) => pattern.test(secretOf(form, random).text))).toBe(true)
  })
})

describe("an innocent text", () => {
  it.each(innocentTexts)("is left alone: %j", (text) => {
    expect(shown(text)).toBe(text)
    const json = JSON.stringify({ list: [text], text })
    expect(shown(json)).toBe(json)
  })
})

const seeds = [11, 12, 13, 14]
const bodies = 25

describe("redaction of 100 random secrets of each form", () => {
  const found: Array<{ form: string; hidden: number; "innocent untouched": string }> = []

  afterAll(() => {
    console.table(found)
  })

  it.each(secretForms)("leaks at most 2: %s", (issuer, form, innocent) => {
    const secrets = seeds.flatMap((seed) => {
      const random = randomFrom(seed)
      return Array.from({ length: bodies }, () => secretOf(form, random))
    })
    const leaked = secrets.filter((secret, index) => {
      const ways = Object.entries(places).filter(([place]) => fitsIn(place, secret))
      return leaks(shown(ways[index % ways.length]![1](secret.text)), secret)
    }).length
    found.push({
      form: issuer,
      hidden: secrets.length - leaked,
      "innocent untouched": shown(innocent) === innocent ? "yes" : "no"
    })
    expect(leaked).toBeLessThanOrEqual(2)
  })
})
