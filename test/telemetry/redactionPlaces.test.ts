/**
 * Secrets in every place that can be recorded, searched for in every sink.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { RunContext, Telemetry } from "loom-telemetry"
import { Redaction } from "../../src/telemetry/Redaction.js"
import { inEverySink, onTheWire } from "./everySink.js"
import { Failed, leaks, type Planted, planted } from "./planted.js"

/** A span with these attributes. */
const span = (attributes: { readonly [key: string]: unknown }) => Telemetry.withSpan(Effect.void, "span", attributes)

/** Ways for a secret to get into a record. */
const places: { readonly [place: string]: (secret: Planted) => Effect.Effect<unknown, unknown> } = {
  "an attribute": ({ key, value }) => span({ [key]: value }),
  "an attribute of a function": ({ key, value }) => Telemetry.withSpan(Effect.void, "span", () => ({ [key]: value })),
  "a text attribute": ({ text }) => span({ note: text }),
  "the key of an attribute": ({ text }) => span({ [text]: 1 }),
  "an object": ({ key, value }) => span({ outer: { inner: { [key]: value } } }),
  "an array": ({ key, text, value }) => span({ list: [[text], { [key]: value }] }),
  "a map": ({ key, value }) => span({ map: new Map([["inner", new Map([[key, value]])]]) }),
  "the key of a map": ({ text }) => span({ map: new Map([[text, 1]]) }),
  "a set": ({ key, text, value }) => span({ set: new Set([text, { [key]: value }]) }),
  "an error in an attribute": ({ text }) => span({ problem: new Error(text, { cause: text }) }),
  "toJSON": ({ key, value }) => span({ made: { toJSON: () => ({ [key]: value }) } }),
  "a URL object": () => span({ link: new URL("https://who:planted-q1@a.test/?code=planted-q1#a=planted-f2") }),
  "redacted": ({ secret }) => span({ note: Redacted.make(secret) }),
  "a later attribute": ({ key, value }) => Telemetry.annotate({ [key]: value }).pipe(Telemetry.withSpan("span")),
  "a scoped span": ({ key, value }) => Effect.scoped(Telemetry.spanScoped("span", { [key]: value })),
  "a stream's span": ({ key, value }) =>
    Stream.runDrain(Telemetry.withSpanStream(Stream.make(1), "span", { [key]: value })),
  "an attribute of a library": ({ key, value }) =>
    Effect.withSpan(Effect.void, "library", { attributes: { [key]: value } }),
  "a later attribute of a library": ({ key, value }) =>
    Effect.annotateCurrentSpan({ [key]: value }).pipe(Effect.withSpan("library")),
  "an attribute of a region": ({ key, value }) => Effect.annotateSpans(span({}), key, value),
  "a log message": ({ text }) => Effect.log(text).pipe(Telemetry.withSpan("span")),
  "a log of an object": ({ key, value }) => Effect.log({ [key]: value }).pipe(Telemetry.withSpan("span")),
  "the annotation of a log": ({ key, value }) =>
    Effect.log("said").pipe(Effect.annotateLogs(key, value), Telemetry.withSpan("span")),
  "the cause of a log": ({ text }) =>
    Effect.logError("failed", Cause.die(new Error(text))).pipe(Telemetry.withSpan("span")),
  "an event": ({ key, text, value }) =>
    Effect.flatMap(Effect.currentSpan, (current) => Effect.sync(() => current.event(text, 0n, { [key]: value }))).pipe(
      Telemetry.withSpan("span")
    ),
  "the name of a span": ({ text }) => Telemetry.withSpan(Effect.void, text),
  "the name of a library's span": ({ text }) => Effect.withSpan(Effect.void, text),
  "an error": ({ text }) => Telemetry.withSpan(Effect.fail(new Failed(text)), "span"),
  "the name of an error": ({ text }) =>
    Telemetry.withSpan(Effect.fail(Object.assign(new Failed("no"), { name: text })), "span"),
  "an error that is a text": ({ text }) => Telemetry.withSpan(Effect.fail(text), "span"),
  "an error that is an object": ({ key, value }) =>
    Telemetry.withSpan(Effect.fail({ _tag: "No", [key]: value }), "span"),
  "a defect": ({ text }) => Telemetry.withSpan(Effect.die(new Error(text)), "span"),
  "a library's error, with its stack": ({ text }) => Effect.withSpan(Effect.fail(new Failed(text)), "library"),
  "the name of a metric": ({ text }) => Telemetry.emitMetric(text, 1),
  "an attribute of a metric": ({ key, text, value }) => Telemetry.emitMetric("calls", 1, { [key]: value, note: text }),
  "a link": ({ key, value }) =>
    Effect.flatMap(Effect.currentSpan, (current) => Effect.linkSpans(span({}), current, { [key]: value })).pipe(
      Telemetry.withSpan("span")
    ),
  "the current session": ({ text }) => span({}).pipe(RunContext.with({ sessionId: text, userId: text })),
  "a library's span in the current session": ({ text }) =>
    Effect.withSpan(Effect.void, "library").pipe(RunContext.with({ sessionId: text, userId: text }))
}

/** Log lines go only to the spans. */
const everything = (secrets: ReadonlyArray<Planted>) => (place: string): Effect.Effect<void> =>
  Effect.forEach(secrets, (secret) => Effect.exit(places[place]!(secret)), { discard: true }).pipe(
    Effect.provide(Logger.remove(Logger.defaultLogger))
  )

describe("thirty or more secrets", () => {
  it("are at least thirty", () => {
    expect(planted.length).toBeGreaterThanOrEqual(30)
    expect(new Set(planted.map(({ secret }) => secret)).size).toBe(planted.length)
  })

  it.scopedLive.each(Object.keys(places))("are in no sink if each is in %s", (place) =>
    Effect.gen(function*() {
      const { held } = yield* inEverySink(everything(planted)(place))
      const found = Object.entries(held).map(([sink, text]) => [sink, leaks(text)])
      expect(found.filter(([, secrets]) => secrets!.length > 0)).toEqual([])
      expect(Object.values(held).join()).toContain("<redacted>")
    }))

  it.scopedLive("are not sent to a collector, wherever they are", () =>
    Effect.gen(function*() {
      const wire = yield* onTheWire(Effect.forEach(Object.keys(places), everything(planted)))
      expect(wire).toContain("<redacted>")
      expect(leaks(wire)).toEqual([])
    }), 60_000)

  it.scopedLive("are all found without redaction", () =>
    Effect.gen(function*() {
      for (const place of ["an attribute", "an error", "a log message", "an attribute of a metric", "a link"]) {
        const { held } = yield* inEverySink(everything(planted)(place), Redaction.none)
        expect(leaks(held["memory"]!)).toHaveLength(planted.length)
        expect(leaks(held["file"]!)).toHaveLength(planted.length)
      }
    }))

  it.scopedLive("do not change the program's value, error or defect", () =>
    Effect.gen(function*() {
      const error = Object.assign(new Error("password=hunter2"), { password: "hunter2" })
      const value = { password: "hunter2" }
      const outcomes = yield* Effect.forEach(
        [Effect.succeed(value), Effect.fail(error), Effect.die(error)],
        (body) => Effect.map(inEverySink(Telemetry.withSpan(body, "span", value)), ({ exit }) => exit)
      )
      const [succeeded, ...failures] = outcomes.map((exit) => Exit.isSuccess(exit) ? exit.value : exit.cause)
      expect(succeeded).toBe(value)
      expect(value).toEqual({ password: "hunter2" })
      for (const [index, tag] of ["Fail", "Die"].entries()) {
        const cause = failures[index] as Cause.Cause<unknown>
        expect(cause._tag).toBe(tag)
        expect(Cause.squash(cause)).toMatchObject({ message: "password=hunter2", password: "hunter2" })
      }
    }))
})
