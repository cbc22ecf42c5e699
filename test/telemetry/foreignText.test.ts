/**
 * Foreign text is logged and kept as one bounded line without secrets: exceptions of sinks, system errors, names that models make up.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import fc from "fast-check"
import {
  ConsoleTelemetry,
  FileTelemetry,
  FilteredTelemetry,
  MultiTelemetry,
  Redaction,
  SampledTelemetry,
  Telemetry,
  TelemetryOpenError,
  type TelemetrySink
} from "loom-telemetry"
import { AutoExtract, Memory, Pricing } from "loom-telemetry/agent"
import { TestTelemetry } from "loom-telemetry/testing"
import { costOf } from "../../src/agent/model/cost.js"
import { oneLine } from "../../src/records/oneLine.js"
import { expectHarmless, hostileMegabyte, hostileText } from "../hostileText.js"
import { faultyFile } from "../sinks/file/faultyFile.js"
import { capturedWarnings } from "../sinks/recordingSinks.js"

const boom = (text = hostileMegabyte): never => {
  throw new Error(text)
}

const work = Effect.zipRight(Telemetry.emitMetric("calls", 1), Telemetry.flush).pipe(Telemetry.withSpan("work"))

/** The work under a custom sink. */
const under = (sink: Omit<TelemetrySink, "name">, name = "own") =>
  Effect.provide(work, Telemetry.layerSink({ name, ...sink }, { onSinkError: "report" }))

const nextTurn = Effect.promise(() => new Promise((done) => setImmediate(done)))

/** The warnings of a program. */
const warningsOf = (program: Effect.Effect<unknown, unknown>) =>
  Effect.gen(function*() {
    const [warnings, layer] = capturedWarnings()
    yield* Effect.exit(Effect.provide(program, layer))
    yield* nextTurn
    return warnings
  })

const released = (release: Effect.Effect<void>) =>
  Effect.provide(
    work,
    Telemetry.layerSinkScoped(Effect.as(Effect.addFinalizer(() => release), { name: "own" }), { onSinkError: "report" })
  )

const usage = { tokensIn: 1, tokensOut: 1, cachedTokensIn: 0, cacheCreationTokensIn: 0, reasoningTokensOut: 0 }
const unpriced = { provider: "p", usage, metadata: {} }

/** A file whose disk rejects everything. */
const broken = (error: Error) =>
  FileTelemetry.layer("./t.jsonl", { closeTimeout: 1 }).pipe(Layer.provide(faultyFile(() => Effect.die(error)).layer))

/** One record for a file that cannot be written, and the reported error. */
const refusedByDisk = Effect.zipRight(
  Telemetry.emitMetric("calls", 1),
  Effect.repeat(
    Effect.zipRight(nextTurn, Effect.flatMap(FileTelemetry, (file) => file.stats)),
    { until: ({ lastError }) => lastError !== null }
  )
)

const episode = {
  sessionId: "s",
  userId: "u",
  agent: "a",
  input: "",
  output: "",
  messages: [],
  at: new Date(0)
}

const warned: { readonly [what: string]: Effect.Effect<unknown, unknown> } = {
  "a sink that throws at a start": under({ onSpanStart: () => boom() }),
  "a sink that throws at an end": under({ onSpanEnd: () => boom() }),
  "a sink that throws at a measurement": under({ onMetric: () => boom() }),
  "a sink whose promise is rejected": under({ onSpanEnd: (() => Promise.reject(new Error(hostileMegabyte))) as never }),
  "a sink that dies in its flush": under({ flush: Effect.die(new Error(hostileMegabyte)) }),
  "a sink with a hostile name": under({ onSpanEnd: () => boom("boom") }, hostileText),
  "a sink that dies in its release": released(Effect.sync(() => boom())),
  "a sink that fails with several errors": released(
    Effect.all([Effect.sync(() => boom()), Effect.sync(() => boom(hostileText))], {
      concurrency: "unbounded",
      discard: true
    })
  ),
  "an effect of a sink that fails": Effect.provide(
    work,
    Telemetry.layerSinkScoped(Telemetry.sinkFromEffect({ onSpanEnd: () => Effect.fail(hostileMegabyte) }))
  ),
  "a filter that throws": Effect.provide(work, FilteredTelemetry.layer(TestTelemetry.layer, () => boom())),
  "a sampler whose `keep` throws": Effect.provide(
    work,
    SampledTelemetry.tail(TestTelemetry.layer, { keep: () => boom() })
  ),
  "a sink that throws at traces that were held": Effect.provide(
    work,
    SampledTelemetry.tail(Telemetry.layerSink({ name: "own", onSpanEnd: () => boom() }), { ratio: 1 })
  ),
  "a measurement with a hostile name": Effect.provide(
    Telemetry.emitMetric(hostileMegabyte, Number.NaN),
    TestTelemetry.layer
  ),
  "a model without a price": Effect.provide(
    costOf({ ...unpriced, model: hostileMegabyte }),
    Pricing.table([{ model: "known", input: 1, output: 1 }])
  ),
  "facts that cannot be extracted": Effect.flatMap(
    Memory,
    (memory) => memory.remember({ ...episode, runId: hostileText })
  ).pipe(
    Effect.provide(
      AutoExtract.layer({ background: false, extract: () => Effect.fail(hostileMegabyte) }).pipe(
        Layer.provide(Memory.layerInMemory)
      )
    )
  ),
  "a console whose stream throws": Effect.provide(work, ConsoleTelemetry.layer({ stream: { write: () => boom() } })),
  "a file whose disk fails": Effect.provide(refusedByDisk, broken(new Error(hostileMegabyte)))
}

describe("a warning is one line without secrets:", () => {
  for (const [what, program] of Object.entries(warned)) {
    it.live(what, () =>
      Effect.gen(function*() {
        const warnings = yield* warningsOf(program)
        expect(warnings.length).toBeGreaterThan(0)
        warnings.forEach(expectHarmless)
      }))
  }

  it.live("redacted by the rules of the sinks, from a hook and from the program", () =>
    Effect.gen(function*() {
      const rules = Layer.succeed(Redaction, Redaction.make({ values: [/ACME-\d+/] }))
      const sink = Telemetry.layerSink(
        { name: "own", onSpanEnd: () => boom("tenant ACME-1234"), flush: Effect.die("ACME-2345") },
        { onSinkError: "report" }
      )
      const program = Effect.zipRight(work, costOf({ ...unpriced, model: "ACME-3456" })).pipe(
        Effect.provide(Pricing.table([{ model: "known", input: 1, output: 1 }])),
        Effect.provide(MultiTelemetry.layer([sink, TestTelemetry.layer]).pipe(Layer.provide(rules)))
      )
      const warnings = (yield* warningsOf(program)).join("\n")
      expect(warnings.split("<redacted>").length).toBeGreaterThan(3)
      expect(warnings).not.toContain("ACME")
    }))

  it.live("and names its model once, even if the name is long", () =>
    Effect.gen(function*() {
      const models = Array.from({ length: 1000 }, (_, index) => `made up ${index}`)
      const warnings = yield* warningsOf(
        Effect.forEach([...models, ...models], (model) => costOf({ ...unpriced, model })).pipe(
          Effect.provide(Pricing.table([{ model: "known", input: 1, output: 1 }]))
        )
      )
      expect(warnings).toHaveLength(256 + 1)
    }))
})

describe("`lastError` is one line without secrets", () => {
  it.live("of a console", () =>
    Effect.gen(function*() {
      const stats = Effect.flatMap(ConsoleTelemetry, (console) => console.stats)
      const { lastError } = yield* Effect.zipRight(work, stats).pipe(
        Effect.provide(ConsoleTelemetry.layer({ stream: { write: () => boom() } })),
        Effect.provide(capturedWarnings()[1])
      )
      expectHarmless(lastError!)
    }))

  it.live("of a file, with the system's error", () =>
    Effect.gen(function*() {
      const { lastError } = yield* refusedByDisk.pipe(
        Effect.provide(broken(new Error("outside", { cause: new Error(hostileMegabyte) }))),
        Effect.provide(capturedWarnings()[1])
      )
      expect(lastError).toContain("outside")
      expectHarmless(lastError!)
    }))
})

it.live("a path that cannot be opened is quoted on one line, without secrets", () =>
  Effect.gen(function*() {
    const path = `/dev/null/\u001b[2J\u202e/https://alice:swordfish99@example.com`
    const error = yield* Effect.flip(
      Effect.scoped(Layer.build(FileTelemetry.layer(path).pipe(Layer.provide(NodeFileSystem.layer))))
    )
    expect(error).toBeInstanceOf(TelemetryOpenError)
    expect(error.path).toBe(path)
    expectHarmless(error.message)
  }))

describe("a text on one line", () => {
  it("is bounded, contains nothing to escape, and does not change when processed again", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 400 }),
      fc.array(fc.constantFrom("\u200b", "\u{e0041}", "a", "\n", "\ud800"), { maxLength: 400 }).map((all) =>
        all.join("")
      )
    )
    fc.assert(fc.property(text, fc.integer({ min: 40, max: 200 }), (value, max) => {
      const line = oneLine(value, max, Redaction.default)
      expect(line.length).toBeLessThanOrEqual(2 * max)
      expect(line).not.toMatch(
        /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/u
      )
      expect(oneLine(line, 2 * max, Redaction.default)).toBe(line)
    }))
  })

  it("counts the missing characters", () => {
    expect(oneLine("\u001b" + "x".repeat(1000), 100, Redaction.default)).toBe(`\\e${"x".repeat(99)}…[+901 chars]`)
    expect(oneLine("\u200b".repeat(1000), 60, Redaction.default)).toBe(`${"\\u200b".repeat(10)}…[+990 chars]`)
  })
})
