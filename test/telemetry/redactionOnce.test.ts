/**
 * A custom `redact` is called once for each value, and every sink and every other tracer gets its result.
 */
import * as OtelTracing from "@effect/opentelemetry/Tracer"
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"
import {
  InMemoryTelemetry,
  InMemoryTelemetryLive,
  MultiTelemetry,
  Redaction,
  RunContext,
  Telemetry
} from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { inMemoryProviders } from "../otel/exported.js"
import { exportedText } from "./everySink.js"
import { foreignTracer, patchingTracer, wrappingTracer } from "./foreignTracers.js"

const place = { where: "Paris", nested: { city: ["Paris"] } }

/** Each way for a value to reach a record, and how often `redact` sees a value containing "Paris" on that way. */
const ways: ReadonlyArray<readonly [string, number, Effect.Effect<unknown, unknown>]> = [
  ["Telemetry.withSpan", 2, Telemetry.withSpan(Effect.void, "s", place)],
  ["attributes as a function", 2, Telemetry.withSpan(Effect.void, "s", () => place)],
  ["spanScoped", 2, Effect.scoped(Telemetry.spanScoped("s", place))],
  ["Effect.withSpan", 2, Effect.withSpan(Effect.void, "s", { attributes: place })],
  ["Effect.annotateSpans", 1, Effect.annotateSpans(Effect.withSpan(Effect.void, "s"), "where", "Paris")],
  [
    "annotateSpans over an attribute of the same value",
    2,
    Effect.annotateSpans(Effect.withSpan(Effect.void, "s", { attributes: { where: "Paris" } }), "where", "Paris")
  ],
  [
    "annotateSpans around Telemetry.withSpan",
    1,
    Effect.annotateSpans(Telemetry.withSpan(Effect.void, "s"), "where", "Paris")
  ],
  ["annotateCurrentSpan in an Effect span", 2, Effect.withSpan(Effect.annotateCurrentSpan(place), "s")],
  ["annotateCurrentSpan", 2, Telemetry.withSpan(Effect.annotateCurrentSpan(place), "s")],
  ["Telemetry.annotate in an Effect span", 2, Effect.withSpan(Telemetry.annotate(place), "s")],
  ["Telemetry.annotate", 2, Telemetry.withSpan(Telemetry.annotate(place), "s")],
  ["an attribute given again", 2, Telemetry.withSpan(Telemetry.annotate({ where: "Paris" }), "s", { where: "Paris" })],
  ["a log", 1, Telemetry.withSpan(Effect.log("Paris"), "s")],
  ["an attribute of a log", 1, Telemetry.withSpan(Effect.annotateLogs(Effect.log("x"), "where", "Paris"), "s")],
  [
    "the name of an event",
    1,
    Telemetry.withSpan(
      Effect.flatMap(Effect.currentSpan, (span) => Effect.sync(() => span.event("Paris", BigInt(1)))),
      "s"
    )
  ],
  [
    "a link of the region",
    1,
    Telemetry.withSpan(
      Effect.flatMap(
        Effect.currentSpan,
        (span) => Telemetry.withSpan(Effect.void, "s").pipe(Effect.linkSpans(span, { where: "Paris" }))
      ),
      "outer"
    )
  ],
  [
    "a link of an Effect span",
    1,
    Effect.withSpan(
      Effect.flatMap(
        Effect.currentSpan,
        (span) =>
          Effect.withSpan(Effect.void, "s", { links: [{ _tag: "SpanLink", span, attributes: { where: "Paris" } }] })
      ),
      "outer"
    )
  ],
  [
    "a link that is added",
    1,
    Telemetry.withSpan(
      Effect.flatMap(
        Effect.currentSpan,
        (span) => Effect.sync(() => span.addLinks([{ _tag: "SpanLink", span, attributes: { where: "Paris" } }]))
      ),
      "s"
    )
  ],
  ["a failure", 1, Telemetry.withSpan(Effect.fail("in Paris"), "s")],
  ["a failure of an Effect span", 1, Effect.withSpan(Effect.fail("in Paris"), "s")],
  ["a defect that is an object", 1, Telemetry.withSpan(Effect.die({ city: "Paris" }), "s")],
  ["a name", 1, Telemetry.withSpan(Effect.void, "Paris")],
  ["a name of an Effect span", 1, Effect.withSpan(Effect.void, "Paris")],
  ["the run", 2, Telemetry.withSpan(Effect.void, "s").pipe(RunContext.with({ userId: "Paris", sessionId: "Paris" }))],
  ["the labels of a measurement", 1, Telemetry.emitMetric("m", 1, { where: "Paris" })],
  ["the name of a measurement", 1, Telemetry.emitMetric("Paris", 1)],
  ["the run of a measurement", 1, Telemetry.emitMetric("m", 1).pipe(RunContext.with({ userId: "Paris" }))]
]

/** Adds a star after every "Paris", so that a second call is visible, and counts the calls that contain one. */
const starring = () => {
  let asked = 0
  const starred = (value: unknown): unknown =>
    typeof value === "string"
      ? value.replaceAll("Paris", "Paris*")
      : Array.isArray(value)
      ? value.map(starred)
      : typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, starred(each)]))
      : value
  const redactor = Redaction.make({
    redact: (_key, value) => {
      asked += JSON.stringify(value).includes("Paris") ? 1 : 0
      return starred(value) as typeof value
    }
  })
  return { asked: () => asked, layer: Layer.succeed(Redaction, redactor) }
}

/** Runs a program and returns everything that was recorded. */
interface Surroundings {
  readonly run: (program: Effect.Effect<unknown, unknown>, redaction: Layer.Layer<never>) => Effect.Effect<string>
}

const held = Effect.map(InMemoryTelemetry, ({ metrics, spans }) => Effect.all([spans, metrics]))

const inMemory = (sink: Layer.Layer<Telemetry | InMemoryTelemetry>): Surroundings["run"] => (program, redaction) =>
  Effect.exit(program).pipe(
    Effect.zipRight(Effect.flatten(held)),
    Effect.map((records) => JSON.stringify(records)),
    Effect.provide(Layer.provide(sink, redaction))
  )

/** Runs on top of a tracer, and also returns what the tracer received. */
const over =
  (make: () => { readonly tracer: Tracer.Tracer; readonly told: () => unknown }): Surroundings["run"] =>
  (program, redaction) =>
    Effect.suspend(() => {
      const { told, tracer } = make()
      return inMemory(InMemoryTelemetryLive)(program, redaction).pipe(
        Effect.withTracer(tracer),
        Effect.map((records) => `${records}${JSON.stringify(told())}`)
      )
    })

const keeping = () => {
  const { spans, tracer } = foreignTracer()
  const opened: Array<unknown> = []
  return {
    tracer: Tracer.make({
      context: tracer.context,
      span: (...args) => {
        opened.push(args[6]?.attributes)
        return tracer.span(...args)
      }
    }),
    told: () => [
      opened,
      spans.map(({ attributes, events, links, name, status }) => [
        name,
        [...attributes],
        events,
        links.map((link) => link.attributes),
        status._tag === "Ended" && Exit.isFailure(status.exit) ? Cause.pretty(status.exit.cause) : ""
      ])
    ]
  }
}

/** A foreign tracer on top of ours, inside the sinks' layer. */
const below = (wrap: (tracer: Tracer.Tracer) => Tracer.Tracer): Surroundings["run"] => (program, redaction) =>
  inMemory(InMemoryTelemetryLive)(
    Effect.flatMap(Effect.tracer, (ours) => Effect.withTracer(program, wrap(ours))),
    redaction
  )

const surroundings: ReadonlyArray<readonly [string, Surroundings["run"]]> = [
  ["alone", inMemory(InMemoryTelemetryLive)],
  [
    "in two sinks",
    inMemory(MultiTelemetry.layer([
      InMemoryTelemetryLive,
      Telemetry.layerSink({ name: "own", onSpanStart: () => {}, onSpanEnd: () => {}, onMetric: () => {} })
    ]))
  ],
  ["over another tracer", over(keeping)],
  [
    "over a tracer like Effect's DevTools",
    over(() => {
      const { told, tracer } = keeping()
      return { told, tracer: patchingTracer(tracer).tracer }
    })
  ],
  ["below a tracer that patches our spans", below((ours) => patchingTracer(ours).tracer)],
  ["below a tracer that wraps our spans", below(wrappingTracer)],
  ["in the OpenTelemetry sink", (program, redaction) =>
    Effect.suspend(() => {
      const providers = inMemoryProviders()
      return Effect.exit(program).pipe(
        Effect.provide(Layer.provide(OTelTelemetry.fromProviders(providers), redaction)),
        Effect.zipRight(providers.instruments),
        Effect.map((instruments) => `${exportedText(providers)}${JSON.stringify(instruments)}`)
      )
    })],
  ["over the tracer of @effect/opentelemetry", (program, redaction) =>
    Effect.gen(function*() {
      const providers = inMemoryProviders()
      const tracer = yield* OtelTracing.make.pipe(
        Effect.provideService(OtelTracing.OtelTracer, providers.tracerProvider.getTracer("test"))
      )
      const records = yield* inMemory(InMemoryTelemetryLive)(program, redaction).pipe(Effect.withTracer(tracer))
      return `${records}${exportedText(providers)}`
    })]
]

describe.each(surroundings)("a custom redact function, %s,", (_, run) => {
  it.effect.each(ways)("is called once for each value: %s", ([, times, program]) =>
    Effect.gen(function*() {
      const { asked, layer } = starring()
      const all = yield* run(program, layer)
      expect(all).toContain("Paris*")
      expect(all).not.toMatch(/Paris(?!\*)|Paris\*\*/)
      expect(asked()).toBe(times)
    }))
})

describe("an error over another tracer", () => {
  it.effect("has each of its texts redacted once", () =>
    Effect.gen(function*() {
      const asked: Array<unknown> = []
      const redactor = Redaction.make({
        redact: (key, value) => {
          if (key === "exception") {
            asked.push(value)
          }
          return typeof value === "string" ? value.replaceAll("Paris", "Paris*") : value
        }
      })
      const all = yield* over(keeping)(
        Telemetry.withSpan(Effect.die(new Error("in Paris")), "s"),
        Layer.succeed(Redaction, redactor)
      )
      expect(all).toContain("Error: in Paris*")
      expect(all).not.toMatch(/Paris(?!\*)|Paris\*\*/)
      expect(asked).toHaveLength(new Set(asked).size)
    }))
})
