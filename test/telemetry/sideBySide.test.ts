/**
 * Sinks provided side by side, of which only one records: a warning is logged once, when the first trace starts, with the remedy. Sinks that override
 * others on purpose trigger no warning.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it, layer as testLayer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import {
  ConsoleTelemetry,
  FileTelemetry,
  FilteredTelemetry,
  InMemoryTelemetry,
  InMemoryTelemetryLive,
  MultiTelemetry,
  NoTelemetryLive,
  SampledTelemetry,
  Telemetry
} from "loom-telemetry"
import { OTelLive, OTelTelemetry } from "loom-telemetry/otel"
import { TestTelemetry } from "loom-telemetry/testing"
import { variables } from "../otel/live.js"
import { tempFolder } from "../sinks/file/tempFile.js"
import { capturedWarnings } from "../sinks/recordingSinks.js"

const Console = ConsoleTelemetry.layer({ stream: { write: () => {} } })

/** A custom sink, and one that is slow to build. */
const own = (name: string) => Telemetry.layerSink({ name, onSpanEnd: () => {} })
const slow = (name: string) =>
  Telemetry.layerSinkScoped(Effect.as(Effect.sleep("5 millis"), { name, onSpanEnd: () => {} }))

const OTel = OTelLive.pipe(
  Layer.provide(variables({ OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none" })),
  Layer.orDie
)

const traced = Effect.void.pipe(Telemetry.withSpan("inner"), Telemetry.withSpan("outer"), Effect.repeatN(20))
const library = Effect.void.pipe(Effect.withSpan("inner"), Effect.withSpan("outer"), Effect.repeatN(20))

/** The warnings of a program. */
const saidBy = <E>(program: Effect.Effect<unknown, E>) =>
  Effect.gen(function*() {
    const [warnings, layer] = capturedWarnings()
    yield* Effect.provide(program, layer)
    return warnings
  })

const warning = (used: string, ...silent: ReadonlyArray<string>) => (all: ReadonlyArray<string>): string =>
  `Telemetry sinks were provided side by side, and "${used}" overrides the others: ` +
  `${silent.map((name) => `"${name}" receives nothing`).join(", ")}. To record in all of them, provide ` +
  `MultiTelemetry.layer([${all.join(", ")}])`

/** The provided sinks, and those that the warning names: the last one provided records. */
type Row = readonly [what: string, layer: Layer.Layer<Telemetry>, names: ReadonlyArray<string>]

const silent: ReadonlyArray<Row> = [
  ["a merge of two", Layer.merge(Console, InMemoryTelemetryLive), ["console", "memory"]],
  ["a merge of three", Layer.mergeAll(Console, own("own"), InMemoryTelemetryLive), ["console", "own", "memory"]],
  ["a merge of merges", Layer.merge(Layer.merge(Console, own("a")), Layer.merge(own("b"), own("c"))), [
    "console",
    "a",
    "b",
    "c"
  ]],
  ["OpenTelemetry next to the console", Layer.mergeAll(Console, OTel), ["console", "otel"]],
  ["the console next to OpenTelemetry", Layer.mergeAll(OTel, Console), ["otel", "console"]],
  ["two of the same kind", Layer.mergeAll(InMemoryTelemetry.layer(), InMemoryTelemetry.layer()), ["memory", "memory"]],
  ["custom sinks", Layer.mergeAll(own("a"), own("b")), ["a", "b"]],
  ["a fan-out next to a sink", Layer.mergeAll(own("a"), MultiTelemetry.layer([own("b"), own("c")])), ["a", "b", "c"]],
  ["a merge as a part of a fan-out", MultiTelemetry.layer([Layer.merge(own("a"), own("b")), own("c")]), [
    "a",
    "b",
    "c"
  ]],
  [
    "decorated sinks",
    Layer.merge(FilteredTelemetry.layer(own("a"), () => true), SampledTelemetry.head(own("b"), { ratio: 1 })),
    [
      "filtered(a)",
      "sampled(b)"
    ]
  ],
  ["one provided to the other, with both passed on", own("b").pipe(Layer.provideMerge(own("a"))), ["a", "b"]],
  ["one that others are provided to", own("c").pipe(Layer.provideMerge(Layer.merge(own("a"), own("b")))), [
    "a",
    "b",
    "c"
  ]],
  ["three in a chain", own("c").pipe(Layer.provideMerge(own("b")), Layer.provideMerge(own("a"))), ["a", "b", "c"]],
  [
    "layers of an app that hold sinks",
    Layer.mergeAll(Layer.provideMerge(Layer.succeed(Context.GenericTag<"x", 1>("x"), 1), own("a")), own("b")),
    ["a", "b"]
  ]
]

describe("a sink that receives nothing because another one is provided next to it is reported once:", () => {
  const expectSaid = ([, layer, names]: Row, program: Effect.Effect<unknown>) =>
    Effect.gen(function*() {
      const said = yield* saidBy(Effect.provide(program, layer))
      expect(said).toHaveLength(1)
      expect(said[0]).toContain(`MultiTelemetry.layer([${names.join(", ")}])`)
      expect(said[0]).toContain(`"${names[0]}" receives`)
    })

  for (const row of silent) {
    it.live(row[0], () => expectSaid(row, traced))
    it.live(`${row[0]}, for a program that knows only Effect's spans`, () => expectSaid(row, library))
  }

  it.live("a list of two", () =>
    Effect.gen(function*() {
      expect(yield* saidBy(Effect.provide(traced, [Console, InMemoryTelemetryLive]))).toEqual([
        warning("memory", "console")(["console", "memory"])
      ])
    }))

  it.live("a list of three", () =>
    Effect.gen(function*() {
      expect(yield* saidBy(Effect.provide(traced, [own("a"), own("b"), own("c")]))).toEqual([
        warning("c", "a", "b")(["a", "b", "c"])
      ])
    }))

  it.scopedLive("files that are slow to open", () =>
    Effect.gen(function*() {
      const folder = yield* tempFolder
      const [a, b] = [`${folder}/a.jsonl`, `${folder}/b.jsonl`]
      const files = Layer.mergeAll(FileTelemetry.layer(a), FileTelemetry.layer(b)).pipe(
        Layer.provide(NodeFileSystem.layer)
      )
      const said = yield* saidBy(Effect.provide(traced, files))
      expect(said).toHaveLength(1)
      expect(said[0]).toContain(`MultiTelemetry.layer([file:${a}, file:${b}])`)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.live("a sink that receives only Effect's spans because it was built later", () =>
    Effect.gen(function*() {
      for (const program of [traced, library]) {
        expect(yield* saidBy(Effect.provide(program, [slow("a"), own("b")]))).toEqual([
          warning("b", "a")(["a", "b"]).replace("receives nothing", "receives only the spans of Effect.withSpan")
        ])
      }
    }))

  it.live("a fan-out that shares a sink with the layer next to it", () =>
    Effect.gen(function*() {
      const a = own("a")
      expect(yield* saidBy(Effect.provide(traced, [MultiTelemetry.layer([a, own("b")]), a]))).toEqual([
        warning("a", "b")(["b", "a"])
      ])
    }))

  it.live("in a managed runtime", () =>
    Effect.gen(function*() {
      const [warnings, logger] = capturedWarnings()
      const runtime = ManagedRuntime.make(Layer.provideMerge(Layer.mergeAll(own("a"), own("b")), logger))
      yield* Effect.promise(() => runtime.runPromise(Effect.zipRight(traced, traced)))
      yield* runtime.disposeEffect
      expect(warnings).toEqual([warning("b", "a")(["a", "b"])])
    }))

  it.live("inside a span of an outer telemetry", () =>
    Effect.gen(function*() {
      const program = Effect.provide(traced, [own("a"), own("b")]).pipe(
        Telemetry.withSpan("around"),
        Effect.provide(own("around"))
      )
      expect(yield* saidBy(program)).toEqual([warning("b", "a")(["a", "b"])])
    }))

  it.live("also over another tracer", () =>
    Effect.gen(function*() {
      const program = Effect.provide(traced, [own("a"), own("b")])
      const theirs = OTelTelemetry.layer()
      expect(yield* saidBy(Effect.provide(program, theirs))).toEqual([warning("b", "a")(["a", "b"])])
    }))
})

/** Programs whose sinks are all used, or overridden on purpose. */
const fine: { readonly [what: string]: Effect.Effect<unknown, unknown> } = {
  "one sink": Effect.provide(traced, own("a")),
  "a fan-out": Effect.provide(traced, MultiTelemetry.layer([Console, InMemoryTelemetryLive])),
  "a fan-out in a fan-out": Effect.provide(
    traced,
    MultiTelemetry.layer([own("a"), MultiTelemetry.layer([own("b"), TestTelemetry.layer])])
  ),
  "an inner sink that overrides an outer one": traced.pipe(
    Effect.provide(own("inner")),
    Effect.zipRight(traced),
    Effect.provide(own("outer"))
  ),
  "an inner sink inside a span": traced.pipe(
    Effect.provide(own("inner")),
    Telemetry.withSpan("around"),
    Effect.provide(own("outer"))
  ),
  "an inner list around a fan-out": traced.pipe(
    Effect.provide(MultiTelemetry.layer([own("a"), own("b")])),
    Effect.provide([own("outer"), Layer.succeed(Context.GenericTag<"x", 1>("x"), 1)])
  ),
  "the same layer again": ((same) => traced.pipe(Effect.provide(same), Effect.provide(same)))(own("a")),
  "the same layer twice in a list": ((same) => Effect.provide(traced, [same, same]))(own("a")),
  "the same layer alone and in a fan-out":
    ((same) => Effect.provide(traced, [same, MultiTelemetry.layer([same, own("b")])]))(own("a")),
  "the same layer alone and decorated":
    ((same) => Effect.provide(traced, [same, FilteredTelemetry.layer(same, () => true)]))(own("a")),
  "no telemetry next to a sink": Effect.provide(Effect.zipRight(traced, library), [own("a"), NoTelemetryLive]),
  "a sink next to no telemetry": Effect.provide(Effect.zipRight(traced, library), [NoTelemetryLive, own("a")]),
  "no telemetry inside a sink": traced.pipe(Effect.provide(NoTelemetryLive), Effect.provide(own("a"))),
  "a sink inside no telemetry": traced.pipe(Effect.provide(own("a")), Effect.provide(NoTelemetryLive)),
  "no telemetry in a fan-out": Effect.provide(traced, MultiTelemetry.layer([NoTelemetryLive, own("a")])),
  "a service with a telemetry of its own": Effect.provide(traced, [
    Layer.effectDiscard(traced).pipe(Layer.provide(own("of the service"))),
    own("a")
  ]),
  "a service with a telemetry of its own that it has not used": Effect.provide(traced, [
    Layer.effect(Context.GenericTag<"x", unknown>("x"), Effect.runtime<Telemetry>()).pipe(
      Layer.provide(own("its own"))
    ),
    own("a")
  ]),
  "the context of a sink that was built earlier": Effect.flatMap(
    Layer.build(own("built before")),
    (context) => Effect.provide(traced, context)
  ).pipe(Effect.scoped, Effect.provide(own("outer"))),
  "the runtime of a sink that was built earlier": Effect.flatMap(
    Layer.toRuntime(own("built before")),
    (runtime) => Effect.provide(traced, runtime)
  ).pipe(Effect.scoped, Effect.provide(own("outer"))),
  "managed runtimes that share what they build": Effect.promise(async () => {
    const one = ManagedRuntime.make(own("one"))
    const other = ManagedRuntime.make(own("other"), one.memoMap)
    await one.runPromise(Effect.zipRight(traced, Effect.provide(traced, own("inner"))))
    await other.runPromise(traced)
    await one.runPromise(traced)
    await Promise.all([one.dispose(), other.dispose()])
  }),
  "sinks of requests side by side": Effect.forEach(
    ["a", "b", "c"],
    (name) => Effect.provide(traced, own(name)),
    { concurrency: "unbounded" }
  ).pipe(Effect.provide(own("outer")))
}

describe("no warning is logged for", () => {
  for (const [what, program] of Object.entries(fine)) {
    it.live(what, () => Effect.map(saidBy(program), (said) => expect(said).toEqual([])))
  }
})

// Nested layers of tests are built through one memo map.
const [warnings, logger] = capturedWarnings()
testLayer(Layer.merge(own("outer"), logger))("no warning is logged in nested layers of tests", (it) => {
  it.effect("for the outer one", () => Effect.map(traced, () => expect(warnings).toEqual([])))
  it.layer(own("inner"))("that override it", (inner) => {
    inner.effect("of the inner one", () => Effect.map(traced, () => expect(warnings).toEqual([])))
  })
})
