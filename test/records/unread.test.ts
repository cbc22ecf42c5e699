/**
 * Attributes that do not fit into a record are counted, not read: an object may have any number of properties, each with a slow getter.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { RunContext, Telemetry, TelemetryLimits } from "loom-telemetry"
import { TestTelemetry } from "loom-telemetry/testing"
import { defaultLimits, normalizeValue } from "../../src/records/attributes.js"
import { foreignTracer } from "../telemetry/foreignTracers.js"

const many = 2000

/** Attributes that are never dropped, whatever their position. */
const reserved = { user_id: "alice", session_id: "s-1" }

/** An object with many getters, the reserved ones last, that counts how often they are called. */
const counted = (valueOf: (index: number) => unknown = (index) => index) => {
  const object: Record<string, unknown> = {}
  let reads = 0
  const add = (key: string, value: () => unknown) =>
    Object.defineProperty(object, key, {
      enumerable: true,
      get: () => {
        reads++
        return value()
      }
    })
  Array.from({ length: many }, (_, index) => add(`key${index}`, () => valueOf(index)))
  Object.entries(reserved).forEach(([key, value]) => add(key, () => value))
  return { object, reads: () => reads }
}

/** The same object, behind a proxy, and as an instance of a class. */
const disguises: ReadonlyArray<readonly [string, (object: Record<string, unknown>) => Record<string, unknown>]> = [
  ["an object", (object) => object],
  ["a proxy", (object) => new Proxy(object, {})],
  ["an instance of a class", (object) => Object.create({}, Object.getOwnPropertyDescriptors(object))]
]

const given = (keys: number) => Object.fromEntries(Array.from({ length: keys }, (_, index) => [`key${index}`, index]))

/** What is recorded for this many attributes and the reserved ones. */
const kept = (limit: number) => ({ ...given(limit), ...reserved, "loom.dropped_attributes": many - limit })

const limits = TelemetryLimits.default
const bound = limits.attributes + Object.keys(reserved).length

/** The records of a program. */
const recorded = <A, E>(program: Effect.Effect<A, E>, layer = TestTelemetry.layer) =>
  Effect.gen(function*() {
    yield* program
    const test = yield* TestTelemetry
    return { spans: yield* test.spans, metrics: yield* test.metrics }
  }).pipe(Effect.provide(layer))

describe("attributes beyond the limit", () => {
  for (const [what, disguised] of disguises) {
    it.effect(`of a span are not read, except those that are never dropped: ${what}`, () =>
      Effect.gen(function*() {
        const { object, reads } = counted()
        const { spans: [span] } = yield* recorded(Telemetry.withSpan(Effect.void, "s", disguised(object)))
        expect(span!.attributes).toStrictEqual(kept(limits.attributes))
        expect(reads()).toBe(bound)
      }))

    it.effect(`of a measurement are not read, except those that are never dropped: ${what}`, () =>
      Effect.gen(function*() {
        const { object, reads } = counted()
        const { metrics: [metric] } = yield* recorded(Telemetry.emitMetric("m", 1, disguised(object)))
        expect(metric!.attributes).toStrictEqual(kept(limits.attributes))
        expect(reads()).toBe(bound)
      }))
  }

  it.effect("are not read if they are added later, except those that replace others", () =>
    Effect.gen(function*() {
      const { object, reads } = counted()
      const program = Telemetry.withSpan(Telemetry.annotate(object), "s", { key1999: "old", own: true })
      const { spans: [span] } = yield* recorded(program)
      expect(span!.attributes).toStrictEqual({
        key1999: 1999,
        own: true,
        ...given(limits.attributes - 2),
        ...reserved,
        "loom.dropped_attributes": many - limits.attributes + 1
      })
      expect(reads()).toBe(bound - 1)
    }))

  it.effect("of events and links are not read", () =>
    Effect.gen(function*() {
      const event = counted()
      const link = counted()
      const program = Effect.gen(function*() {
        const span = yield* Effect.orDie(Effect.currentSpan)
        span.event("e", 1n, event.object)
        span.addLinks([{ _tag: "SpanLink", span, attributes: link.object }])
      })
      const { spans: [span] } = yield* recorded(Telemetry.withSpan(program, "s"))
      expect(span!.events[0]!.attributes).toStrictEqual(kept(limits.attributes))
      expect(span!.links[0]!.attributes).toStrictEqual(kept(limits.attributes))
      expect([event.reads(), link.reads()]).toEqual([bound, bound])
    }))

  it.effect("of a library's span are read only by Effect", () =>
    Effect.gen(function*() {
      const { object, reads } = counted()
      const { spans: [span] } = yield* recorded(Effect.withSpan(Effect.void, "s", { attributes: object }))
      expect(span!.attributes).toStrictEqual(kept(limits.attributes))
      expect(reads() - Object.keys(object).length).toBe(bound)
    }))

  it.effect("are neither read nor passed on over another tracer", () =>
    Effect.gen(function*() {
      const opened = counted()
      const later = counted()
      const { spans, tracer } = foreignTracer()
      const program = Telemetry.withSpan(Telemetry.annotate(later.object), "s", opened.object)
      const { spans: [span] } = yield* recorded(program).pipe(Effect.withTracer(tracer))
      expect(span!.attributes).toStrictEqual({
        ...kept(limits.attributes),
        "loom.dropped_attributes": 2 * (many - limits.attributes)
      })
      expect(spans[0]!.attributes.size).toBe(bound + 1)
      expect([opened.reads(), later.reads()]).toEqual([bound, bound])
    }))

  it.effect("do not make room for the run's user if the user is already set", () =>
    Effect.gen(function*() {
      const { object, reads } = counted()
      const program = RunContext.with({ userId: "bob" })(Telemetry.withSpan(Effect.void, "s", object))
      const { spans: [span] } = yield* recorded(program)
      expect(span!.attributes).toStrictEqual(kept(limits.attributes))
      expect(reads()).toBe(bound)
    }))

  it.effect("do not count if they are empty, but at most as many are read as a value may have items", () =>
    Effect.gen(function*() {
      const { object, reads } = counted((index) => index < 500 ? undefined : index)
      const { spans: [span] } = yield* recorded(Telemetry.withSpan(Effect.void, "s", object))
      expect(Object.keys(span!.attributes)).toEqual([
        ...Array.from({ length: limits.attributes }, (_, index) => `key${500 + index}`),
        ...Object.keys(reserved),
        "loom.dropped_attributes"
      ])
      const nothing = counted(() => undefined)
      const { spans: [empty] } = yield* recorded(Telemetry.withSpan(Effect.void, "s", nothing.object))
      expect(empty!.attributes).toStrictEqual({ ...reserved, "loom.dropped_attributes": many - limits.items })
      expect(reads()).toBe(500 + bound)
      expect(nothing.reads()).toBe(limits.items + Object.keys(reserved).length)
    }))

  it.effect("can replace others even if their keys are too long", () =>
    Effect.gen(function*() {
      const long = "k".repeat(300)
      const program = Telemetry.withSpan(Telemetry.annotate({ other: 1, [long]: "new" }), "s", { [long]: "old" })
      const few = TestTelemetry.layer.pipe(Layer.provide(Layer.succeed(TelemetryLimits, { ...limits, attributes: 1 })))
      const { spans: [span] } = yield* recorded(program, few)
      expect(span!.attributes).toStrictEqual({
        [`${"k".repeat(256)}…[+44 chars]`]: "new",
        "loom.dropped_attributes": 1
      })
    }))
})

describe("the part of a value beyond its limits", () => {
  it("is not read: properties, elements, entries", () => {
    const { object, reads } = counted()
    const safe = normalizeValue(object, defaultLimits) as Record<string, unknown>
    expect(safe["…"]).toBe(`…[+${many + 2 - defaultLimits.items} keys]`)
    expect(reads()).toBe(defaultLimits.items)

    let elements = 0
    const list = new Proxy([], {
      get: (_, key) => key === "length" ? 1_000_000 : key === "toJSON" ? undefined : elements++
    })
    expect(normalizeValue(list, defaultLimits)).toHaveLength(defaultLimits.items + 1)
    expect(elements).toBe(defaultLimits.items)
  })
})
