/**
 * With `exceptions: "type"`, sinks receive only the type of an exception, never its text.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { InMemoryTelemetry, InMemoryTelemetryLive, Loom, Telemetry } from "loom-telemetry"
import { Redaction } from "../../src/telemetry/Redaction.js"
import { inEverySink } from "./everySink.js"

const said = "planted words"

class Refused extends Data.TaggedError("Refused")<{ readonly message: string; readonly detail: string }> {}

const error = () => new TypeError(said, { cause: new Error(said) })

const places: { readonly [place: string]: Effect.Effect<unknown, unknown> } = {
  "an error": Telemetry.withSpan(Effect.fail(error()), "span"),
  "a tagged error": Telemetry.withSpan(Effect.fail(new Refused({ message: said, detail: said })), "span"),
  "an object": Telemetry.withSpan(Effect.fail({ _tag: "No", said }), "span"),
  "a text": Telemetry.withSpan(Effect.fail(said), "span"),
  "a name with more": Telemetry.withSpan(Effect.die(Object.assign(new Error("x"), { name: said })), "span"),
  "a defect": Telemetry.withSpan(Effect.die(error()), "span"),
  "a library's span": Effect.withSpan(Effect.fail(error()), "library"),
  "a tool": Effect.fail(error()).pipe(Loom.tool({ tool: "add", call_id: "c1" })),
  "an attribute": Telemetry.withSpan(Effect.void, "span", { problem: error(), list: [error()] }),
  "an event of another library": Effect.flatMap(
    Effect.currentSpan,
    (span) =>
      Effect.sync(() =>
        span.event("exception", 0n, {
          "exception.type": "TypeError",
          "exception.message": said,
          "exception.stacktrace": said
        })
      )
  ).pipe(Telemetry.withSpan("span")),
  "the cause of a log": Effect.logError("failed", Cause.fail(error())).pipe(Telemetry.withSpan("span"))
}

describe("the option exceptions: \"type\"", () => {
  it.scopedLive.each(Object.keys(places))("keeps the text of %s out of every sink", (place) =>
    Effect.gen(function*() {
      const program = Effect.exit(places[place]!).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))
      const { held } = yield* inEverySink(program, Redaction.make({ exceptions: "type" }))
      expect(Object.entries(held).filter(([, text]) => text.includes(said))).toEqual([])
      expect(held["memory"]).not.toContain("    at ")
    }))

  it.effect("keeps the type", () =>
    Effect.gen(function*() {
      for (
        const place of ["an error", "a tagged error", "an object", "a text", "a name with more", "a defect", "a tool"]
      ) {
        yield* Effect.exit(places[place]!)
      }
      const spans = yield* Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)
      expect(spans.map(({ exception }) => exception)).toEqual([
        "TypeError",
        "Refused",
        "No",
        "Error",
        "Error",
        "TypeError",
        "TypeError"
      ])
      expect(spans.at(-1)!.attributes["error"]).toBe("TypeError")
    }).pipe(
      Effect.provide(
        InMemoryTelemetryLive.pipe(Layer.provide(Layer.succeed(Redaction, Redaction.personal({ exceptions: "type" }))))
      )
    ))
})
