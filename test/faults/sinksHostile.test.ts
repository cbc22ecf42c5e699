/**
 * Hostile values in every place of a record that a program can fill, through the sinks themselves: names of spans, metrics and events, errors, defects,
 * logs, keys and values. The recipes are those of test/properties/hostile.ts.
 */
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer"
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import fc from "fast-check"
import { ConsoleTelemetry, MultiTelemetry, Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { describe, expect } from "vitest"
import { encodeMetric } from "../../src/records/wire/metric.js"
import { encodeSpan } from "../../src/records/wire/span.js"
import { layerObservers } from "../../src/telemetry/layer.js"
import { inMemoryProviders } from "../otel/exported.js"
import { build, buildObject, hostileAttributes, hostileText, hostileValue } from "../properties/hostile.js"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { faultRow } from "./row.js"

/** Characters that control a terminal or disguise text. */
const unsafe =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]|\p{Surrogate}/u

const recipe = fc.record({
  name: fc.oneof(hostileText.map((value) => ({ make: "plain" as const, value })), hostileValue),
  text: hostileText,
  failure: hostileValue,
  how: fc.constantFrom("succeed" as const, "fail" as const, "die" as const),
  attributes: hostileAttributes
})

type Recipe = typeof recipe extends fc.Arbitrary<infer A> ? A : never

/** Fills every place with the recipe's values. They are built for each run, because some of them can be read only once. */
const program = ({ attributes, how, name, text }: Recipe, failure: unknown) => {
  const body = Effect.gen(function*() {
    const span = yield* Effect.orDie(Effect.currentSpan)
    // A caller in JavaScript can pass any type.
    span.event(build(name) as string, 1n, buildObject(attributes))
    span.attribute(text, build(name))
    yield* Effect.logInfo(text)
    yield* Telemetry.emitMetric(build(name) as string, 1, buildObject(attributes))
    yield* Telemetry.emitMetric(text, 1)
    // As causes: `Effect.fail` and `Effect.die` wrap an object in a proxy, and read a property first.
    return yield* how === "succeed" ? Effect.succeed(failure) : Effect.failCause(Cause[how](failure))
  })
  return body.pipe(
    Telemetry.withSpan(text, () => buildObject(attributes)),
    Effect.withSpan(text, { attributes: { text } }),
    (self) => Telemetry.withSpan(self, build(name) as string)
  )
}

/** Compares by identity, because comparing values may throw. */
const resultOf = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.isSuccess(exit) ? exit.value : Cause.squash(exit.cause)

/** Checks for well-formed, strict JSON without raw control characters. */
const isJsonLine = (line: string): boolean => {
  JSON.parse(line)
  return !/[\u0000-\u001f]/.test(line) && line.isWellFormed()
}

const isPlainLine = (line: string): boolean => line.indexOf("\n") === line.length - 1 && !unsafe.test(line)

/** The sinks, and the problems in what they recorded of the last program. */
const underTest = () => {
  const [warnings, logger] = capturedWarnings()
  const lines: Array<string> = []
  const printed: Array<string> = []
  const exported: Array<ReadableSpan> = []
  const providers = inMemoryProviders()
  providers.exporter.export = (spans, done) => {
    exported.push(...spans)
    done({ code: 0 })
  }
  const stream = { write: (text: string) => printed.push(text) }
  const json = layerObservers(
    Telemetry,
    Effect.succeed([{
      name: "json",
      onError: "raise" as const,
      onEnd: (span) => lines.push(encodeSpan(span)),
      onMetric: (metric) => lines.push(encodeMetric(metric))
    }])
  )
  const layer = MultiTelemetry.layer([
    json,
    ConsoleTelemetry.layer({ stream, color: false }),
    ConsoleTelemetry.layer({ stream, color: false, order: "tree" }),
    OTelTelemetry.fromProviders(providers)
  ])
  return {
    runtime: ManagedRuntime.make(Layer.provideMerge(layer, logger)),
    warnings,
    clear: () => {
      lines.length = printed.length = exported.length = 0
    },
    /** The number of records of each kind, after a check of each. */
    check: () => {
      expect(lines.filter((line) => !isJsonLine(line))).toEqual([])
      expect(printed.filter((line) => !isPlainLine(line))).toEqual([])
      expect(exported.length === 0 || ProtobufTraceSerializer.serializeRequest(exported) !== undefined).toBe(true)
      return { lines: lines.length, printed: printed.length, exported: exported.length }
    }
  }
}

describe("hostile values", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    faultRow(
      "hostile",
      `500 hostile programs, seed ${seed}: each result its own, each record well-formed in every sink`,
      async (row) => {
        const { check, clear, runtime } = underTest()
        const sum = { lines: 0, printed: 0, exported: 0 }
        // One at a time with a turn in between: the runner considers a test dead that blocks for a minute.
        await fc.assert(
          fc.asyncProperty(recipe, async (given) => {
            clear()
            const failure = build(given.failure)
            const exit = runtime.runSync(Effect.exit(program(given, failure)))
            expect(Object.is(resultOf(exit), failure)).toBe(true)
            const counts = check()
            expect(counts.exported).toBe(3)
            sum.lines += counts.lines
            sum.printed += counts.printed
            sum.exported += counts.exported
          }),
          { numRuns: 500, seed }
        )
        await runtime.dispose()
        row.note(`${sum.lines} JSON lines, ${sum.printed} console lines, ${sum.exported} spans exported`)
      },
      120_000
    )
  }
})
