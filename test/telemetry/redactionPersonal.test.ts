/**
 * Personal data in every place that can be recorded, searched for in every sink; combined with secrets, a custom `redact` and pseudonyms.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { InMemoryTelemetry, InMemoryTelemetryLive, RunContext, Telemetry } from "loom-telemetry"
import { makeTelemetry } from "loom-telemetry/promise"
import { Redaction, type RedactionOptions } from "../../src/telemetry/Redaction.js"
import { inEverySink } from "./everySink.js"

const data = [
  "ada.l@example.org",
  "+41 44 668 18 00",
  "(415) 555-0123",
  "4111 1111 1111 1111",
  "203.0.113.77",
  "2001:db8::7:1"
]

const text = `from ${data.join(", ")}.`

const span = (attributes: { readonly [key: string]: unknown }) => Telemetry.withSpan(Effect.void, "span", attributes)

class Failed extends Error {
  override readonly name = "Failed"
}

const places: { readonly [place: string]: Effect.Effect<unknown, unknown> } = {
  "an attribute": span({ note: text }),
  "the key of an attribute": Effect.forEach(data, (each) => span({ [each]: 1 })),
  "an object and a list": span({ outer: { list: [text, new Map([["key", text]])] } }),
  "content": span({ "messages": JSON.stringify([{ role: "user", parts: [{ content: text }] }]) }),
  "a later attribute of a library": Effect.annotateCurrentSpan({ note: text }).pipe(Effect.withSpan("library")),
  "a log message": Effect.log(text).pipe(Telemetry.withSpan("span")),
  "an event": Effect.flatMap(Effect.currentSpan, (current) => Effect.sync(() => current.event(text, 0n, { text })))
    .pipe(
      Telemetry.withSpan("span")
    ),
  "the name of a span": Telemetry.withSpan(Effect.void, text),
  "an error": Telemetry.withSpan(Effect.fail(new Failed(text)), "span"),
  "an error that is an object": Telemetry.withSpan(Effect.fail({ _tag: "No", text }), "span"),
  "a library's error, with its stack": Effect.withSpan(Effect.fail(new Failed(text)), "library"),
  "the cause of a log": Effect.logError("failed", Cause.die(new Error(text))).pipe(Telemetry.withSpan("span")),
  "the labels of a metric": Telemetry.emitMetric("calls", 1, { note: text }),
  "a link": Effect.flatMap(Effect.currentSpan, (current) => Effect.linkSpans(span({}), current, { text })).pipe(
    Telemetry.withSpan("span")
  ),
  "a user and a session": span({}).pipe(RunContext.with({ userId: "ada.l@example.org", sessionId: text }))
}

const seenIn = (held: string): ReadonlyArray<string> => data.filter((each) => held.includes(each))

describe("personal data", () => {
  it.scopedLive.each(Object.keys(places))("is in no sink when it is in %s", (place) =>
    Effect.gen(function*() {
      const program = Effect.provide(Effect.exit(places[place]!), Logger.remove(Logger.defaultLogger))
      const { held } = yield* inEverySink(program, Redaction.personal())
      expect(Object.entries(held).map(([sink, all]) => [sink, seenIn(all)]).filter(([, seen]) => seen!.length > 0))
        .toEqual([])
      expect(Object.values(held).join()).toContain("<redacted>")
    }))

  it.scopedLive("is recorded unless its redaction is enabled", () =>
    Effect.gen(function*() {
      const { held } = yield* inEverySink(places["an attribute"]!)
      expect(seenIn(held["memory"]!)).toEqual(data)
    }))
})

const recorded = (options: RedactionOptions, program: Effect.Effect<unknown>) =>
  Effect.gen(function*() {
    yield* program
    const [first] = yield* Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)
    return first!.attributes
  }).pipe(
    Effect.provide(InMemoryTelemetryLive.pipe(Layer.provide(Layer.succeed(Redaction, Redaction.personal(options)))))
  )

describe("rules for personal data", () => {
  it.effect("combine with the built-in rules, and with custom keys, expressions, a redact function and pseudonyms", () =>
    Effect.gen(function*() {
      const attributes = yield* recorded(
        {
          keys: ["salary"],
          values: [/\bORD-\d+\b/],
          hashUserId: "key",
          redact: (key, value) => key === "seen" ? `seen: ${String(value)}` : value
        },
        span({ password: "x", salary: 1, order: "ORD-7", seen: "to a@b.io", n: 7 }).pipe(
          RunContext.with({ userId: "a@b.io" })
        )
      )
      expect(attributes).toEqual({
        password: "<redacted>",
        salary: "<redacted>",
        order: "<redacted>",
        seen: "seen: to <redacted>",
        n: 7,
        user_id: expect.stringMatching(/^u_[0-9a-f]{32}$/)
      })
    }))

  it.effect("apply without the built-in rules", () =>
    Effect.gen(function*() {
      expect(yield* recorded({ defaults: false }, span({ password: "x", note: "a@b.io" }))).toEqual({
        password: "x",
        note: "<redacted>"
      })
    }))

  it.effect("hide a card number given as a number, and no other number", () =>
    Effect.gen(function*() {
      const given = {
        card: 4111111111111111,
        list: [4111111111111111, { card: 4111111111111111n }],
        id: 4111111111111112,
        at: 1722938400123
      }
      expect(yield* recorded({}, span(given))).toEqual({
        card: "<redacted>",
        list: ["<redacted>", { card: "<redacted>" }],
        id: 4111111111111112,
        at: 1722938400123
      })
    }))

  it("apply without Effect", async () => {
    const telemetry = await makeTelemetry(InMemoryTelemetryLive, { redaction: Redaction.personal() })
    telemetry.withSpan("s", { to: "a@b.io" }, () => undefined)
    const [first] = await telemetry.runPromise(Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans))
    await telemetry.close()
    expect(first!.attributes).toEqual({ to: "<redacted>" })
  })
})
