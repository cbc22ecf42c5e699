/**
 * What another tracer receives: attributes, events, links and exits without secrets. The program's own exit is unchanged.
 */
import * as OtelTracing from "@effect/opentelemetry/Tracer"
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Tracer from "effect/Tracer"
import { InMemoryTelemetryLive, Telemetry } from "loom-telemetry"
import { Redaction } from "../../src/telemetry/Redaction.js"
import { foreignExit } from "../../src/telemetry/tracing/foreign/foreignExit.js"
import { inMemoryProviders } from "../otel/exported.js"
import { exportedText } from "./everySink.js"
import { foreignTracer } from "./foreignTracers.js"
import { Failed, leaks, planted } from "./planted.js"

const rules = {
  limits: { attributes: 8, valueLength: 8192, depth: 8, items: 64, events: 8 },
  redactor: Redaction.default
}

/** Every call on a span, with every secret in every place. */
const program = Effect.forEach(planted, ({ key, text, value }) =>
  Effect.gen(function*() {
    const current = yield* Effect.currentSpan
    yield* Effect.annotateCurrentSpan({ [key]: value, list: [{ [key]: value }] })
    yield* Telemetry.annotate({ [key]: value, note: text })
    yield* Effect.log(text).pipe(Effect.annotateLogs(key, value))
    yield* Effect.linkSpans(Effect.withSpan(Effect.void, text, { attributes: { [key]: value } }), current, {
      [key]: value
    })
    yield* Effect.sync(() => current.addLinks([{ _tag: "SpanLink", span: current, attributes: { [key]: value } }]))
    yield* Effect.exit(Effect.withSpan(Effect.fail(new Failed(text, { cause: new Failed(text) })), "fails"))
    yield* Effect.exit(Effect.withSpan(Effect.die({ [key]: value }), "dies"))
    return yield* Effect.fail(text)
  }).pipe(
    Effect.withSpan(text, { attributes: { [key]: value } }),
    Telemetry.withSpan(text, { [key]: value }),
    Effect.exit
  ))

const under = (tracer: Tracer.Tracer) =>
  program.pipe(
    Effect.provide(InMemoryTelemetryLive),
    Effect.withTracer(tracer),
    Effect.provide(Logger.remove(Logger.defaultLogger))
  )

describe("another tracer", () => {
  it.effect("exports no secret if it is OpenTelemetry's, and exports the rest", () =>
    Effect.gen(function*() {
      const providers = inMemoryProviders()
      const tracer = yield* OtelTracing.make.pipe(
        Effect.provideService(OtelTracing.OtelTracer, providers.tracerProvider.getTracer("test"))
      )
      yield* under(tracer)
      const text = exportedText(providers)
      expect(providers.spans()).toHaveLength(planted.length * 5)
      expect(text).toContain("it says <redacted> and goes on")
      expect(text).toContain("\"exception.stacktrace\":\"Error: it says <redacted> and goes on")
      expect(leaks(text)).toEqual([])
    }))

  it.effect("receives no secret in names, options, links or exits", () =>
    Effect.gen(function*() {
      const told: Array<unknown> = []
      const { spans, tracer } = foreignTracer()
      yield* under(Tracer.make({
        context: tracer.context,
        span: (...args) => {
          told.push(args[0], args[3].map((link) => link.attributes), args[6]?.attributes)
          return tracer.span(...args)
        }
      }))
      const exits = spans.map(({ status }) =>
        status._tag === "Ended" && Exit.isFailure(status.exit)
          ? [Cause.pretty(status.exit.cause, { renderErrorCause: true }), JSON.stringify(status.exit)]
          : []
      )
      const attributes = spans.map((span) => [...span.attributes])
      const links = spans.map((span) => span.links.map((link) => link.attributes))
      expect(leaks(JSON.stringify([told, exits, attributes, links, spans.map(({ events }) => events)]))).toEqual([])
      expect(spans).toHaveLength(planted.length * 5)
    }))

  it.effect("gets the program's own exit if there is nothing to hide", () =>
    Effect.gen(function*() {
      const { spans, tracer } = foreignTracer()
      const error = new Error("no such city")
      const exit = yield* Effect.fail(error).pipe(
        Effect.withSpan("fails"),
        Effect.provide(Layer.merge(InMemoryTelemetryLive, Layer.empty)),
        Effect.withTracer(tracer),
        Effect.exit
      )
      expect(spans[0]!.status).toMatchObject({ exit })
      expect(Exit.isFailure(exit)).toBe(true)
    }))
})

class Refused extends Data.TaggedError("Refused")<{ readonly password: string; readonly message: string }> {}

const shownOf = (exit: Exit.Exit<unknown, unknown>): unknown => {
  const shown = foreignExit(exit, rules)
  return Exit.isFailure(shown) ? Cause.squash(shown.cause) : undefined
}

describe("an exit for another tracer", () => {
  it("is the same object if it contains no secret", () => {
    for (
      const exit of [
        Exit.succeed("password=hunter2"),
        Exit.fail("no"),
        Exit.fail({ _tag: "No", city: "Bern" }),
        Exit.die(new TypeError("no", { cause: new Error("because") })),
        Exit.interrupt({ _tag: "None" } as never)
      ]
    ) {
      expect(foreignExit(exit, rules)).toBe(exit)
    }
  })

  it("has an error of the same name and message without the secret, and without its members", () => {
    const error = new Refused({ password: "hunter2", message: "refused: password=hunter2" })
    const shown = shownOf(Exit.fail(error))
    expect(shown).toBeInstanceOf(Error)
    expect(shown).toMatchObject({ name: "Refused", message: "refused: password=<redacted>" })
    expect(shown).not.toHaveProperty("password")
    expect(error.password).toBe("hunter2")
  })

  it("hides a secret that is only in a member, or only in a cause of a cause", () => {
    expect(shownOf(Exit.fail(new Refused({ password: "hunter2", message: "refused" })))).not.toHaveProperty("password")
    const deep = new Error("a", { cause: new Error("b", { cause: "api_key=hunter2" }) })
    expect(Cause.pretty(Cause.fail(shownOf(Exit.die(deep))), { renderErrorCause: true })).not.toContain("hunter2")
  })

  it("keeps its structure: what failed, what died, what was interrupted", () => {
    const cause = Cause.parallel(
      Cause.sequential(Cause.fail("password=x1"), Cause.die("fine")),
      Cause.interrupt({ _tag: "None" } as never)
    )
    const shown = foreignExit(Exit.failCause(cause), rules)
    expect(shown).toEqual(Exit.failCause(Cause.parallel(
      Cause.sequential(Cause.fail("password=<redacted>"), Cause.die("fine")),
      Cause.interrupt({ _tag: "None" } as never)
    )))
  })

  it("tolerates errors that throw when they are read", () => {
    const hostile = Object.defineProperty(new Error("x"), "message", {
      get: () => {
        throw new Error("boom")
      }
    })
    const cyclic = new Error("password=x1")
    cyclic.cause = cyclic
    expect(shownOf(Exit.fail(hostile))).toBe("<redacted>")
    expect(shownOf(Exit.die(cyclic))).toMatchObject({ message: "password=<redacted>" })
    expect(shownOf(Exit.fail(Proxy.revocable({}, {}).proxy))).toEqual({})
  })
})
