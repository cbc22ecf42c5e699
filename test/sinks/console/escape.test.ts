/**
 * Foreign text on the console: how it is escaped, and what it cannot do.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Telemetry } from "loom-telemetry"
import { escapeField, escapeName, escapeText } from "../../../src/records/terminal/escape.js"
import { linesOf } from "./capture.js"

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

const classes: ReadonlyArray<readonly [name: string, codes: ReadonlyArray<number>]> = [
  ["C0 controls, newline, tab and escape among them", range(0, 0x1f)],
  ["DEL", [0x7f]],
  ["C1 controls", range(0x80, 0x9f)],
  ["line and paragraph separator", [0x2028, 0x2029]],
  ["bidi controls", [0x61c, 0x200e, 0x200f, ...range(0x202a, 0x202e), ...range(0x2066, 0x2069)]],
  ["zero-width characters", [0x200b, 0x200c, 0x200d, 0x2060, 0xfeff]],
  ["invisible operators and deprecated format characters", [...range(0x2061, 0x2065), ...range(0x206a, 0x206f)]],
  ["fillers, the soft hyphen and joiners without a shape", [
    0xad,
    0x34f,
    0x115f,
    0x1160,
    0x17b4,
    0x17b5,
    0x180e,
    0x3164,
    0xffa0
  ]],
  ["format controls of shorthand and music", [...range(0x1bca0, 0x1bca3), ...range(0x1d173, 0x1d17a)]],
  ["interlinear annotations", [0xfff9, 0xfffa, 0xfffb]],
  ["tag characters", range(0xe0000, 0xe007f)],
  ["lone surrogates", [0xd800, 0xdbff, 0xdc00, 0xdfff]]
]

describe("characters that are not plainly visible", () => {
  for (const [name, codes] of classes) {
    it(`${name} are written as escapes`, () => {
      for (const code of codes) {
        const escaped = escapeText(`a${String.fromCodePoint(code)}b`)
        expect(escaped).toMatch(/^a\\(?:[nrt0e]|u[0-9a-f]{4}|u\{[0-9a-f]+\})b$/)
      }
    })
  }

  it("use the familiar escapes", () => {
    expect(escapeText("\n\r\t\u0000\u001b\u0007\u007f\u0085\u202e\u{e0041}\ud83d")).toBe(
      "\\n\\r\\t\\0\\e\\u0007\\u007f\\u0085\\u202e\\u{e0041}\\ud83d"
    )
  })

  it("do not include accents, scripts, symbols and emoji", () => {
    const text = "héllo, мир, 你好, שלום, 😀 – “x” ☃ a\u0301 \u2764\ufe0f \u0601\u0661"
    expect(escapeText(text)).toBe(text)
  })
})

describe("a key or value", () => {
  it("is quoted if it contains a field separator, and only then", () => {
    for (const plain of ["a", "a.b/c-d:e", "C:\\temp", "[x]", "a\nb", "'"]) {
      expect(escapeField(plain)).toBe(escapeText(plain))
    }
    expect(escapeField("")).toBe(`""`)
    expect(escapeField("a b")).toBe(`"a b"`)
    expect(escapeField("a,b")).toBe(`"a,b"`)
    expect(escapeField("a=b")).toBe(`"a=b"`)
    expect(escapeField("a\u00a0b")).toBe("\"a\u00a0b\"")
    expect(escapeField(`say "x"`)).toBe(`"say \\"x\\""`)
  })

  it("cannot end its quotes early with backslashes", () => {
    expect(escapeField(`x\\", ok=true`)).toBe(`"x\\\\\\", ok=true"`)
    expect(escapeField(`ends with a \\`)).toBe(`"ends with a \\\\"`)
  })
})

describe("a name", () => {
  it("may contain spaces, and is quoted if it is ambiguous", () => {
    expect(escapeName("GET /users")).toBe("GET /users")
    for (const name of ["a=b", "a, b", "x (1.0ms)", "x [interrupted]", "  • x", "• x", "▸ x", "x ", `"x"`]) {
      expect(escapeName(name)).toMatch(/^".*"$/)
    }
  })
})

describe("a record's line", () => {
  it.effect("cannot be given a forged field by a value", () =>
    Effect.gen(function*() {
      expect(yield* linesOf(Telemetry.withSpan(Effect.void, "loom.tool", { tool: "x, ok=true" }))).toEqual([
        `• loom.tool (0.0ms) tool="x, ok=true"`
      ])
    }))

  it.effect("cannot be followed by a line forged by a name, key, value or message", () =>
    Effect.gen(function*() {
      const forged = "x\n• loom.tool (1.0ms) ok=true"
      const lines = yield* linesOf(Effect.gen(function*() {
        yield* Effect.exit(
          Telemetry.withSpan(Effect.die(new Error(forged)), forged, { [forged]: 1, value: forged })
        )
        yield* Telemetry.emitMetric(forged, 1, { [forged]: forged })
      }))
      const quoted = `"x\\n• loom.tool (1.0ms) ok=true"`
      expect(lines).toEqual([
        `• ${quoted} (0.0ms) ${quoted}=1, value=${quoted} [ERROR: Error: x\\n• loom.tool (1.0ms) ok=true]`,
        `${quoted} 1 (counter) ${quoted}=${quoted}`
      ])
    }))

  it.effect("contains no control sequence for the terminal", () =>
    Effect.gen(function*() {
      const clear = "\u001b[2J\u009b1;1H\u001b]0;title\u0007"
      const [line] = yield* linesOf(Telemetry.withSpan(Effect.void, "s", { answer: clear, nested: { a: [clear] } }))
      expect(line).toBe(
        "• s (0.0ms) answer=\\e[2J\\u009b1;1H\\e]0;title\\u0007, " +
          "nested=\"{\\\"a\\\":[\\\"\\\\u001b[2J\\u009b1;1H\\\\u001b]0;title\\\\u0007\\\"]}\""
      )
    }))
})
