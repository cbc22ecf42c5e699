/**
 * Colours and line width of the console.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ConsoleTelemetry, Telemetry } from "loom-telemetry"
import { capture, linesOf } from "./capture.js"

const escape = "\u001b"

/** The console's output for one small span, with these environment variables. */
const printed = (
  variables: { readonly NO_COLOR?: string; readonly FORCE_COLOR?: string },
  terminal: boolean,
  color?: boolean | "auto"
) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const before = { NO_COLOR: process.env["NO_COLOR"], FORCE_COLOR: process.env["FORCE_COLOR"] }
      setVariables({ NO_COLOR: undefined, FORCE_COLOR: undefined, ...variables })
      return before
    }),
    () => {
      const stream = capture({ isTTY: terminal })
      return Telemetry.withSpan(Effect.void, "s").pipe(
        Effect.provide(ConsoleTelemetry.layer({ stream, ...(color !== undefined && { color }) })),
        Effect.map(() => stream.text())
      )
    },
    (before) => Effect.sync(() => setVariables(before))
  )

const setVariables = (variables: { readonly [name: string]: string | undefined }): void => {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) {
      delete process.env[name]
    } else {
      process.env[name] = value
    }
  }
}

const colored = (text: string) => text.includes(escape)

describe("colours", () => {
  it.effect("are used on a terminal, and nowhere else", () =>
    Effect.gen(function*() {
      expect(colored(yield* printed({}, true))).toBe(true)
      expect(colored(yield* printed({}, false))).toBe(false)
    }))

  it.effect("are disabled by NO_COLOR, unless it is empty", () =>
    Effect.gen(function*() {
      expect(colored(yield* printed({ NO_COLOR: "1" }, true))).toBe(false)
      expect(colored(yield* printed({ NO_COLOR: "" }, true))).toBe(true)
      expect(colored(yield* printed({ NO_COLOR: "1", FORCE_COLOR: "1" }, true))).toBe(false)
    }))

  it.effect("are enabled by FORCE_COLOR, and disabled if it is 0", () =>
    Effect.gen(function*() {
      expect(colored(yield* printed({ FORCE_COLOR: "1" }, false))).toBe(true)
      expect(colored(yield* printed({ FORCE_COLOR: "0" }, true))).toBe(false)
      expect(colored(yield* printed({ FORCE_COLOR: "" }, false))).toBe(false)
    }))

  it.effect("follow the option, whatever the environment says", () =>
    Effect.gen(function*() {
      expect(colored(yield* printed({ NO_COLOR: "1" }, false, true))).toBe(true)
      expect(colored(yield* printed({ FORCE_COLOR: "1" }, true, false))).toBe(false)
      expect(colored(yield* printed({}, true, "auto"))).toBe(true)
    }))

  it.effect("mark the outcome of a span, and change nothing else about the line", () =>
    Effect.gen(function*() {
      const body = Effect.gen(function*() {
        yield* Telemetry.withSpan(Effect.void, "fine", { a: 1 })
        yield* Effect.ignore(Telemetry.withSpan(Effect.fail("no"), "failed"))
        yield* Effect.exit(Telemetry.withSpan(Effect.interrupt, "stopped"))
        yield* Telemetry.emitMetric("m", 1)
      }).pipe(Telemetry.withSpan("root"))
      const lines = yield* linesOf(body, { color: true })
      expect(lines[1]).toBe("  \u001b[32m•\u001b[0m \u001b[1mfine\u001b[0m\u001b[2m (0.0ms)\u001b[0m a=1")
      expect(lines[2]).toContain("\u001b[31m [ERROR: no]\u001b[0m")
      expect(lines[3]).toContain("\u001b[33m [interrupted]\u001b[0m")

      expect(lines.map((line) => line.replace(/\u001b\[\d+m/g, ""))).toEqual(yield* linesOf(body))
    }))
})

describe("a width of 80 columns", () => {
  const wide = (width: number) => ({ width })

  it.effect("truncates attributes, and marks the truncation", () =>
    Effect.gen(function*() {
      const [line] = yield* linesOf(Telemetry.withSpan(Effect.void, "s", { text: "x".repeat(100) }), wide(80))
      expect(line).toBe(`• s (0.0ms) text=${"x".repeat(62)}…`)
      expect(line).toHaveLength(80)
    }))

  it.effect("leaves lines that fit unchanged", () =>
    Effect.gen(function*() {
      const [line] = yield* linesOf(Telemetry.withSpan(Effect.void, "s", { text: "x".repeat(63) }), wide(80))
      expect(line).toBe(`• s (0.0ms) text=${"x".repeat(63)}`)
    }))

  it.effect("keeps the outcome visible, and truncates the attributes before it", () =>
    Effect.gen(function*() {
      const failing = Effect.exit(
        Telemetry.withSpan(Effect.die(new Error("no such file")), "s", { text: "x".repeat(100) })
      )
      const [line] = yield* linesOf(failing, wide(80))
      expect(line).toBe(`• s (0.0ms) text=${"x".repeat(33)}… [ERROR: Error: no such file]`)
      expect(line).toHaveLength(80)
    }))

  it.effect("holds for any name, message, depth and kind of line", () =>
    Effect.gen(function*() {
      let deep = Telemetry.emitMetric("m".repeat(100), 1, { a: "x".repeat(50) })
      for (let level = 0; level < 60; level++) {
        deep = Telemetry.withSpan(deep, `level.${level}`, { a: "x".repeat(50) })
      }
      const long = Telemetry.withSpan(Effect.fail("y".repeat(200)), "n".repeat(200), { a: "x".repeat(50) })
      for (const width of [20, 40, 80]) {
        const lines = yield* linesOf(Effect.zipRight(deep, Effect.ignore(long)), { width, color: false })
        expect(lines).toHaveLength(122)
        expect(lines.filter((line) => line.length > width)).toEqual([])
        expect(lines.at(-1)).toMatch(/^• n+….*…$/)
      }
    }))

  it.effect("does not count colours", () =>
    Effect.gen(function*() {
      const span = Telemetry.withSpan(Effect.void, "s", { text: "x".repeat(100) })
      const [line] = yield* linesOf(span, { width: 80, color: true })

      expect(line!.replace(/\u001b\[\d+m/g, "")).toHaveLength(80)
      expect(line!.endsWith("…")).toBe(true)
    }))

  it.effect("leaves attributes a third of the line if a message is long", () =>
    Effect.gen(function*() {
      const failing = Effect.exit(
        Telemetry.withSpan(Effect.die(new Error("y".repeat(100))), "s", { tool: "read_file", call: "c1" })
      )
      const [line] = yield* linesOf(failing, wide(80))
      expect(line).toBe(`• s (0.0ms) tool=read_file, … [ERROR: Error: ${"y".repeat(34)}…`)
    }))

  it.effect("counts the columns shown by a terminal: two for wide characters, none for combining marks", () =>
    Effect.gen(function*() {
      const lines = yield* linesOf(
        Effect.forEach(
          ["漢", "😀", "e\u0301", "é", "한", "ｆ"],
          (unit) => Telemetry.withSpan(Effect.void, "s", { t: unit.repeat(40) })
        ),
        wide(40)
      )
      expect(lines.map((line) => [line.length, line.at(-1)])).toEqual([
        [14 + 12 + 1, "…"],
        [14 + 24 + 1, "…"],
        [14 + 50 + 1, "…"],
        [40, "…"],
        [14 + 12 + 1, "…"],
        [14 + 12 + 1, "…"]
      ])
    }))

  it.effect("does not split an emoji", () =>
    Effect.gen(function*() {
      for (const width of [30, 31, 32, 33]) {
        const [line] = yield* linesOf(Telemetry.withSpan(Effect.void, "s", { t: "😀".repeat(30) }), wide(width))
        expect(line!.isWellFormed()).toBe(true)
      }
    }))

  it.effect("defaults to the terminal's width, and is unlimited without a terminal", () =>
    Effect.gen(function*() {
      const span = Telemetry.withSpan(Effect.void, "s", { text: "x".repeat(100) })
      const lengths: Array<number> = []
      for (const terminal of [{ isTTY: true, columns: 50 }, { isTTY: true, columns: 0 }, { columns: 50 }]) {
        const stream = capture(terminal)
        yield* Effect.provide(span, ConsoleTelemetry.layer({ stream, color: false }))
        lengths.push(stream.lines()[0]!.length)
      }
      expect(lengths).toEqual([50, 117, 117])
    }))
})
