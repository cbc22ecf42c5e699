/**
 * JSON that is too long is shortened inside, so that it stays valid.
 */
import { describe, expect, it } from "@effect/vitest"
import fc from "fast-check"
import { type AttributeLimits, defaultLimits, normalizeValue } from "../../src/records/attributes.js"
import { Redactor } from "../../src/records/redact/Redactor.js"

const redactor = new Redactor()

const planted = "Qm7xR2vK9pLw4tZn8sJd3hGf"

const kept = (json: string, limits: Partial<AttributeLimits> = {}): string =>
  normalizeValue(json, { ...defaultLimits, ...limits }, redactor) as string

const message = (role: string, content: string) => ({ role, content })

const parsed = (json: string) => {
  expect(json.length).toBeLessThanOrEqual(8192)
  return JSON.parse(json)
}

describe("JSON that is too long", () => {
  it("keeps short strings whole, and counts the missing characters of each long one", () => {
    const json = JSON.stringify([
      message("system", "Be brief."),
      message("user", "x".repeat(20_000)),
      message("assistant", "y".repeat(20_000)),
      message("user", "And now?")
    ])
    const [system, long, longer, last] = parsed(kept(json))
    expect([system, last]).toStrictEqual([message("system", "Be brief."), message("user", "And now?")])
    expect(long.content).toMatch(/^x{3000,}…\[\+\d+ chars\]$/)
    expect(longer.content).toMatch(/^y{3000,}…\[\+\d+ chars\]$/)
    expect(long.content.length).toBe(longer.content.length)
  })

  it("has the exact number of missing characters", () => {
    const { content } = parsed(kept(JSON.stringify(message("user", "x".repeat(20_000)))))
    const [, left, more] = /^(x+)…\[\+(\d+) chars\]$/.exec(content)!
    expect(left!.length + Number(more)).toBe(20_000)
    expect(left!.length).toBeGreaterThan(6000)
  })

  it.each(["x", "\n", "\"", "\u0000", "👍"])("stays a string if it is one: %j", (char) => {
    const text = parsed(kept(JSON.stringify(char.repeat(20_000))))
    const [, left, more] = /^(.+)…\[\+(\d+) chars\]$/s.exec(text)!
    expect(left).toBe(char.repeat(left!.length / char.length))
    expect(left!.length + Number(more)).toBe(char.length * 20_000)
  })

  it("keeps the first and the last of ten thousand messages, and counts the missing ones", () => {
    const messages = Array.from({ length: 10_000 }, (_, turn) => message("user", `question ${turn}`))
    const [first, mark, ...rest] = parsed(kept(JSON.stringify(messages)))
    expect(first).toStrictEqual(messages[0])
    expect(rest.length).toBeGreaterThan(50)
    expect(rest).toStrictEqual(messages.slice(-rest.length))
    expect(mark).toBe(`…[+${10_000 - 1 - rest.length} items]`)
  })

  it("omits properties if its list has nothing between the first and the last item", () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`key${index}`, index]))
    for (const each of parsed(kept(JSON.stringify([many, many])))) {
      const keys = Object.keys(each)
      expect(keys.slice(0, 2)).toStrictEqual(["key0", "key1"])
      expect(each["…"]).toBe(`[+${1000 - (keys.length - 1)} keys]`)
    }
  })

  it("omits items of nested lists, separately in each item, if that is not enough", () => {
    const rows = Array.from({ length: 5000 }, (_, id) => ({ id, name: "moth" }))
    const [question, result] = parsed(kept(JSON.stringify([{ text: "What?" }, { rows, ok: true }])))
    expect(question).toStrictEqual({ text: "What?" })
    expect(result.ok).toBe(true)
    expect(result.rows[0]).toStrictEqual(rows[0])
    expect(result.rows.at(-1)).toStrictEqual(rows.at(-1))
    expect(result.rows.filter((row: unknown) => typeof row === "string")).toStrictEqual([
      `…[+${5000 - (result.rows.length - 1)} items]`
    ])
  })

  it("keeps no string after an omitted flag", () => {
    const args = Array.from({ length: 5000 }, (_, index) => index % 2 === 0 ? "--token" : `planted-${index}`)
    const text = kept(JSON.stringify([{ text: "What?" }, { args }]))
    expect(JSON.parse(text)).toHaveLength(2)
    expect(text).not.toContain("planted")
  })

  it("keeps the properties next to its longest list", () => {
    const rows = Array.from({ length: 5000 }, (_, id) => ({ id }))
    const result = parsed(kept(JSON.stringify({ total: 5000, tags: ["a", "b", "c"], rows })))
    expect(result).toMatchObject({ total: 5000, tags: ["a", "b", "c"] })
    expect(result.rows[1]).toMatch(/^…\[\+\d+ items\]$/)
    expect(result.rows.at(-1)).toStrictEqual({ id: 4999 })
  })

  it("contains no secret, recognized by key or by form, near a cut or not", () => {
    for (let offset = 3000; offset < 5000; offset += 37) {
      const json = JSON.stringify([
        { role: "tool", content: `${"x".repeat(offset)} sk-ant-api03-${planted} ${"x".repeat(20_000)}` },
        { role: "user", password: `${planted}${"z".repeat(9000)}`, nested: { api_key: planted } }
      ])
      const text = kept(json)
      parsed(text)
      expect(text).not.toContain(planted.slice(0, 12))
    }
  })

  it("hides the item after a flag, even if the flag is omitted", () => {
    for (let after = 700; after < 900; after++) {
      const words = (count: number) => Array.from({ length: count }, () => "word-12")
      expect(kept(JSON.stringify([...words(2000), "--token", planted, ...words(after)]))).not.toContain(planted)
    }
  })

  it("stays JSON within the limit if hiding its secrets makes it longer", () => {
    for (const item of [{ pwd: 1 }, "pwd=12345", ["token", "a"], { url: "://a@b?c=d" }]) {
      const [first, mark, ...rest] = parsed(kept(JSON.stringify(Array.from({ length: 5000 }, () => item))))
      expect(JSON.stringify(first)).toContain("<redacted>")
      expect(rest).toStrictEqual(rest.map(() => first))
      expect(mark).toBe(`…[+${5000 - 1 - rest.length} items]`)
      expect(JSON.stringify(rest).length).toBeGreaterThan(4000)
    }
  })

  it("uses the whole limit, however much has to be escaped", () => {
    for (const each of ["x", "\"", "\\", "\n", "\u0000", "é", "😀", "\\\"\u0001x"]) {
      const text = kept(JSON.stringify([each.repeat(20_000 / each.length), "short"]))
      expect(parsed(text)[1]).toBe("short")
      expect(text.length).toBeGreaterThan(8192 - 40)
    }
  })

  it("is unchanged if it fits, and is not shortened twice", () => {
    const fits = JSON.stringify([message("user", "x".repeat(8000))])
    expect(kept(fits)).toBe(fits)
    const once = kept(JSON.stringify([message("user", "x".repeat(20_000))]))
    expect(kept(once)).toBe(once)
  })

  it("may have keys like __proto__", () => {
    const shortened = parsed(kept(`{"__proto__":{"polluted":true},"text":"${"x".repeat(9000)}"}`))
    expect(Object.keys(shortened)).toStrictEqual(["__proto__", "text"])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it.each([
    ["is not valid JSON", `{${"x".repeat(9000)}}`],
    ["has text after the JSON", `[1] ${"x".repeat(9000)} [1]`],
    ["has nothing that could be omitted", `{"${"key".repeat(3000)}":1}`],
    ["is nested too deeply to be parsed", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["is longer than a megabyte", JSON.stringify(["x".repeat(1_100_000)])]
  ])("is cut like any string if it %s", (_, text) => {
    expect(kept(text)).toBe(`${text.slice(0, 8192)}…[+${text.length - 8192} chars]`)
  })

  it("is cut like any string if the limit leaves no room", () => {
    expect(kept(JSON.stringify(["x".repeat(100)]), { valueLength: 12 })).toBe(`["xxxxxxxxxx…[+92 chars]`)
  })

  it("becomes JSON of the same kind within the limit, or is cut like any string", () => {
    const limit = 400
    fc.assert(
      fc.property(
        fc.jsonValue({ depthSize: "large", maxDepth: 8 }),
        fc.integer({ min: 1, max: 40 }),
        (value, times) => {
          const json = JSON.stringify(Array.from({ length: times }, () => value))
          const text = kept(json, { valueLength: limit })
          if (json.length <= limit || /…\[\+\d+ chars\]$/.test(text)) {
            return
          }
          expect(text.length).toBeLessThanOrEqual(limit)
          expect(Array.isArray(JSON.parse(text))).toBe(true)
        }
      )
    )
  })
})
