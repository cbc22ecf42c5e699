import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as Tracer from "effect/Tracer"
import { InMemoryTelemetry, NoTelemetryLive, Telemetry } from "loom-telemetry"
import { TestTelemetry } from "loom-telemetry/testing"
import { outline } from "../contract/subject.js"
import { ForeignSpan, foreignTracer, patchingTracer, wrappingTracer } from "./foreignTracers.js"

const unit = (name: string) => Telemetry.withSpan(Effect.void, name)
const recorded = Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)
const stillOpen = Effect.flatMap(InMemoryTelemetry, (memory) => memory.open)

/** The records of our sink for a program that runs on top of this tracer. */
const over = <A, E>(tracer: Tracer.Tracer, program: Effect.Effect<A, E>) =>
  Effect.zipRight(program, recorded).pipe(Effect.provide(TestTelemetry.layer), Effect.withTracer(tracer))

/** The records if the tracer is installed on top of ours; it receives the tracer below. */
const under = <A, E>(make: (below: Tracer.Tracer) => Tracer.Tracer, program: Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    yield* Effect.withTracer(program, make(yield* Effect.tracer))
    expect(yield* stillOpen).toEqual([])
    return yield* recorded
  }).pipe(Effect.provide(TestTelemetry.layer))

describe("links that name no span", () => {
  const external = Tracer.externalSpan({ traceId: "a".repeat(32), spanId: "b".repeat(16) })
  const valid = { _tag: "SpanLink", span: external, attributes: {} } as const
  const links: ReadonlyArray<unknown> = [
    null,
    5,
    {},
    { _tag: "SpanLink", span: null, attributes: {} },
    { traceId: "x", spanId: "y" },
    {
      get span() {
        throw new Error("no")
      }
    },
    valid
  ]

  it.effect("are left out, and the program goes on", () =>
    Effect.gen(function*() {
      const addLinks = Effect.flatMap(Effect.orDie(Effect.currentSpan), (span) =>
        Effect.sync(() => span.addLinks(links as ReadonlyArray<Tracer.SpanLink>)))
      yield* Effect.withSpan(Effect.void, "native", { links: links as ReadonlyArray<Tracer.SpanLink> })
      yield* Telemetry.withSpan(Effect.void, "ours", {}, { links: links as ReadonlyArray<Tracer.SpanLink> })
      yield* Telemetry.withSpan(addLinks, "added")
      yield* Effect.withSpan(Effect.void, "no list", { links: { length: 1 } as never })
      expect((yield* recorded).map((span) => [span.name, span.links.length])).toEqual([
        ["native", 1],
        ["ours", 1],
        ["added", 1],
        ["no list", 0]
      ])
      expect(yield* stillOpen).toEqual([])
    }).pipe(Effect.provide(TestTelemetry.layer)))
})

describe("over another tracer", () => {
  it.effect("lets that tracer create all spans, ours and the libraries', unchanged", () =>
    Effect.gen(function*() {
      const { spans, tracer } = foreignTracer()
      const current = Effect.orDie(Effect.currentSpan)
      const seen: Array<Tracer.Span> = []
      const look = Effect.map(current, (span) => void seen.push(span))
      yield* over(
        tracer,
        Effect.gen(function*() {
          yield* look.pipe(Effect.withSpan("library"), Effect.tap(look), Telemetry.withSpan("ours"))
          yield* Effect.scoped(Effect.map(Telemetry.spanScoped("scoped"), (span) => void seen.push(span)))
        })
      )
      expect(spans.map((span) => span.name)).toEqual(["ours", "library", "scoped"])
      expect(seen).toHaveLength(3)
      expect(seen[0]).toBe(spans[1])
      expect(seen[1]).toBe(spans[0])
      expect(seen[2]).toBe(spans[2])
      expect(seen.every((span) => span instanceof ForeignSpan)).toBe(true)
    }))

  it.effect("records its ids", () =>
    Effect.gen(function*() {
      const { tracer } = foreignTracer()
      const [inner, library, outer] = yield* over(
        tracer,
        unit("inner").pipe(Effect.withSpan("library"), Telemetry.withSpan("outer"))
      )
      const traceId = "f".repeat(32)
      expect(outer).toMatchObject({ name: "outer", traceId, spanId: "f000000000000001", parentSpanId: null })
      expect(library).toMatchObject({ traceId, spanId: "f000000000000002", parentSpanId: "f000000000000001" })
      expect(inner).toMatchObject({ traceId, spanId: "f000000000000003", parentSpanId: "f000000000000002" })
    }))

  it.effect("passes attributes, events, links and the end to both", () =>
    Effect.gen(function*() {
      const { spans, tracer } = foreignTracer()
      const body = Effect.gen(function*() {
        const other = yield* Effect.orDie(Effect.currentParentSpan)
        yield* Telemetry.annotate({ late: 1 })
        yield* Effect.annotateCurrentSpan("native", "yes")
        yield* Effect.log("said")
        yield* Effect.linkSpanCurrent(other)
        return yield* Effect.fail("no")
      })
      const [record] = yield* over(tracer, Effect.exit(Telemetry.withSpan(body, "body", { early: true })))
      const [span] = spans
      expect(Object.fromEntries(span!.attributes)).toEqual({ early: true, late: 1, native: "yes" })
      expect(record!.attributes).toEqual({ early: true, late: 1, native: "yes" })
      expect(span!.events).toEqual(["said"])
      expect(record!.events.map((event) => event.name)).toEqual(["said"])
      expect(span!.links).toHaveLength(1)
      expect(record!.links).toHaveLength(1)
      expect(span!.ends).toBe(1)
      expect(span!.status).toMatchObject({ _tag: "Ended", exit: { _tag: "Failure" } })
      expect(record!.outcome).toBe("failure")
    }))

  it.effect("does not disturb the body if reading attributes throws", () =>
    Effect.gen(function*() {
      const { spans, tracer } = foreignTracer()
      const hostile = {
        get trap(): string {
          throw new Error("trap")
        }
      }
      const [record] = yield* over(tracer, Telemetry.withSpan(Effect.void, "body", hostile))
      expect(record).toMatchObject({ outcome: "success", attributes: { trap: "<unserializable>" } })
      expect(spans[0]!.attributes.get("trap")).toBe("<unserializable>")
    }))

  it.effect("runs the fiber with its context function", () =>
    Effect.gen(function*() {
      const { contexts, tracer } = foreignTracer()
      yield* over(tracer, unit("body"))
      expect(contexts()).toBeGreaterThan(0)
    }))
})

describe("under another tracer", () => {
  it.effect("records each span once if the tracer patches our spans in place, and the tracer sees each start and end", () =>
    Effect.gen(function*() {
      const patching: Array<ReturnType<typeof patchingTracer>> = []
      const spans = yield* under(
        (below) => {
          patching.push(patchingTracer(below))
          return patching[0]!.tracer
        },
        Effect.scoped(Effect.gen(function*() {
          yield* Telemetry.spanScoped("scoped")
          yield* unit("inner").pipe(Effect.withSpan("library"), Telemetry.withSpan("outer"))
        }))
      )
      expect(outline(spans)).toEqual(["outer", "  library", "    inner", "scoped"])
      expect(patching[0]!.begun).toEqual(["scoped", "outer", "library", "inner"])
      expect(patching[0]!.ended).toEqual(["inner", "library", "outer", "scoped"])
    }))

  it.effect("records each span once if the tracer wraps our spans", () =>
    Effect.gen(function*() {
      const spans = yield* under(
        wrappingTracer,
        Telemetry.annotate({ late: 1 }).pipe(
          Telemetry.withSpan("inner"),
          Effect.withSpan("library"),
          Telemetry.withSpan("outer", { early: 1 })
        )
      )
      expect(outline(spans)).toEqual(["outer", "  library", "    inner"])
      expect(spans.map((span) => span.attributes)).toEqual([{ late: 1 }, {}, { early: 1 }])
    }))

  it.effect("records only our own spans, with its ids, if the tracer does not call ours", () =>
    Effect.gen(function*() {
      const foreign = foreignTracer()
      const spans = yield* under(
        () => foreign.tracer,
        Effect.withSpan(unit("inner"), "library").pipe(
          Telemetry.withSpan("outer")
        )
      )
      expect(spans.map((span) => span.name)).toEqual(["inner", "outer"])
      expect(foreign.spans.map((span) => [span.name, span.ends])).toEqual([["outer", 1], ["library", 1], ["inner", 1]])
      expect(spans.map((span) => span.spanId)).toEqual([foreign.spans[2]!.spanId, foreign.spans[0]!.spanId])
    }))
})

describe("NoTelemetryLive", () => {
  it.effect("changes nothing over another tracer", () =>
    Effect.gen(function*() {
      const { spans, tracer } = foreignTracer()
      const annotate = (value: string) => Effect.annotateCurrentSpan("at", value)
      yield* Effect.gen(function*() {
        expect(yield* Effect.tracer).toBe(tracer)
        yield* annotate("effect").pipe(Telemetry.withSpan("ours"), Effect.withSpan("around effect"))
        yield* Stream.fromEffect(annotate("stream")).pipe(
          Telemetry.withSpanStream("ours"),
          Stream.runDrain,
          Effect.withSpan("around stream")
        )
        yield* Telemetry.spanScoped("ours").pipe(
          Effect.flatMap((span) => Effect.withParentSpan(Effect.withSpan(Effect.void, "inside"), span)),
          Effect.scoped,
          Effect.withSpan("around scope")
        )
      }).pipe(Effect.provide(NoTelemetryLive), Effect.withTracer(tracer))
      expect(spans.map((span) => span.name)).toEqual(["around effect", "around stream", "around scope", "inside"])
      expect(spans[0]!.attributes.get("at")).toBe("effect")
      expect(spans[1]!.attributes.get("at")).toBe("stream")
      expect(spans[3]!.parent).toMatchObject({ value: { spanId: spans[2]!.spanId } })
    }))

  it.effect("restores another tracer inside a telemetry over it", () =>
    Effect.gen(function*() {
      const { spans, tracer } = foreignTracer()
      const silent = Effect.withSpan(Effect.void, "library").pipe(Effect.provide(NoTelemetryLive))
      const records = yield* over(tracer, Effect.zipRight(silent, unit("seen")))
      expect(spans.map((span) => span.name)).toEqual(["library", "seen"])
      expect(outline(records)).toEqual(["seen"])
    }))
})

it.effect("a span without timing has its real start time, and no invented duration", () =>
  Effect.gen(function*() {
    yield* TestClock.setTime(1_700_000_000_000)
    const body = Effect.withSpan(TestClock.adjust("1 second"), "library")
    const [span] = yield* Effect.zipRight(body, recorded).pipe(
      Effect.provide(TestTelemetry.layer),
      Effect.withTracerTiming(false)
    )
    expect(span).toMatchObject({ startedAt: new Date(1_700_000_000_000), durationMs: 0 })
  }))

describe("parents from outside", () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c"
  const spanId = "b7ad6b7169203331"
  const external = (ids: { readonly traceId: string; readonly spanId: string }) => Tracer.externalSpan(ids)

  /** The records of one of our spans and one of a library, both below this parent. */
  const below = (parent: Tracer.AnySpan) =>
    Effect.all([unit("ours"), Effect.withSpan(Effect.void, "library"), Effect.scoped(Telemetry.spanScoped("scoped"))])
      .pipe(
        Effect.withParentSpan(parent),
        Effect.zipRight(recorded),
        Effect.provide(InMemoryTelemetry.layer())
      )

  it.effect("are continued if they are external and have valid ids", () =>
    Effect.gen(function*() {
      for (const span of yield* below(external({ traceId, spanId }))) {
        expect(span).toMatchObject({ traceId, parentSpanId: spanId })
      }
    }))

  it.effect.each([
    { what: "an all-zero trace id", traceId: "0".repeat(32), spanId },
    { what: "an all-zero span id", traceId, spanId: "0".repeat(16) },
    { what: "a trace id that is not hexadecimal", traceId: "z".repeat(32), spanId },
    { what: "a span id that is not hexadecimal", traceId, spanId: "not-an-id-really" },
    { what: "upper-case ids", traceId: traceId.toUpperCase(), spanId },
    { what: "short ids", traceId: "abc", spanId: "def" },
    { what: "long ids", traceId: `${traceId}00`, spanId: `${spanId}00` },
    { what: "empty ids", traceId: "", spanId: "" },
    { what: "ids with a line break", traceId: `${traceId.slice(1)}\n`, spanId }
  ])("an external parent with $what is not continued", (ids) =>
    Effect.gen(function*() {
      const spans = yield* below(external(ids))
      expect(spans).toHaveLength(3)
      for (const span of spans) {
        expect(span.parentSpanId).toBeNull()
        expect(span.traceId).not.toBe(ids.traceId)
        expect(span.traceId).toMatch(/^[0-9a-f]{32}$/)
      }
    }))

  it.effect("are not native spans from outside the layer", () =>
    Effect.gen(function*() {
      const program = Effect.all([unit("ours"), Effect.withSpan(unit("inside"), "library")])
      const spans = yield* Effect.zipRight(program, recorded).pipe(
        Effect.provide(InMemoryTelemetry.layer()),
        Effect.withSpan("native"),
        Effect.withSpan("outermost native")
      )
      expect(outline(spans)).toEqual(["library", "  inside", "ours"])
      expect(spans.filter((span) => span.parentSpanId === null).map((span) => span.name)).toEqual(["ours", "library"])
    }))

  it.effect("are found behind native spans", () =>
    Effect.gen(function*() {
      const spans = yield* Effect.zipRight(unit("ours"), recorded).pipe(
        Effect.provide(InMemoryTelemetry.layer()),
        Effect.withSpan("native"),
        Effect.withParentSpan(external({ traceId, spanId }))
      )
      expect(spans[0]).toMatchObject({ traceId, parentSpanId: spanId })
    }))
})
