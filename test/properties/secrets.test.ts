/**
 * Ten thousand programs with hostile attributes and secrets, from five seeds, with every sink at once: no sink shows a secret, the file has complete lines,
 * the console has no control characters, and the program ends as without telemetry.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Runtime from "effect/Runtime"
import * as Scope from "effect/Scope"
import fc from "fast-check"
import { InMemoryTelemetry, Telemetry } from "loom-telemetry"
import { Redaction } from "../../src/telemetry/Redaction.js"
import { heldBy, heldInTheEnd, makeSinks, type Sinks } from "../telemetry/everySink.js"
import { Failed, leaks, planted } from "../telemetry/planted.js"
import { buildObject, hostileAttributes, hostileText, planted as wrapped, type Recipe } from "./hostile.js"

/** A value that contains a secret, and its key. */
type Entry = readonly [key: string, value: Recipe]

const plain = (value: string): Recipe => ({ make: "plain", value })

const secretEntry: fc.Arbitrary<Entry> = fc.tuple(fc.constantFrom(...planted), hostileText, hostileText).map(
  ([{ key, text, value }, before, after]) =>
    typeof value === "string" && key !== "note"
      ? [key, plain(value)]
      // The surrounding text can be anything that does not touch the secret.
      : [before, plain(`${before.replace(/["\\]/g, "")} ${text} ${after}`)]
)

type Level = "array" | "set" | "object" | "map" | "error"

/** Adds one level around an entry. */
const around = ([key, recipe]: Entry, noise: Recipe, kind: Level): Entry => {
  switch (kind) {
    case "array":
    case "set":
      return ["list", { make: kind, items: [noise, { make: "object", entries: [[key, recipe]] }] }]
    case "object":
    case "map":
      return ["inner", { make: kind, entries: [["noise", noise], [key, recipe]] }]
    case "error":
      return recipe.make === "plain" && key !== "note"
        ? ["failed", { make: "object", entries: [[key, recipe], ["noise", noise]] }]
        : ["failed", { make: "error", name: "Failed", message: recipe.make === "plain" ? String(recipe.value) : "no" }]
  }
}

const noise: fc.Arbitrary<Recipe> = fc.oneof(
  hostileText.map(plain),
  fc.constantFrom("cycle", "throwing getter", "revoked proxy", "redacted", "option of redacted").map((
    name
  ): Recipe => ({
    make: "special",
    name: name as never
  }))
)

/** A secret at a random depth. */
const plantedDeep: fc.Arbitrary<Entry> = fc.tuple(
  secretEntry,
  fc.array(fc.tuple(noise, fc.constantFrom<Level>("array", "set", "object", "map", "error")), {
    maxLength: 6
  })
).map(([entry, levels]) => levels.reduce<Entry>((inner, [each, kind]) => around(inner, each, kind), entry))

const programs = fc.record({
  before: hostileAttributes,
  secrets: fc.array(plantedDeep, { minLength: 1, maxLength: 3 }),
  place: fc.constantFrom(
    "a span",
    "an open span",
    "a metric",
    "a score",
    "a score's words",
    "a library's span",
    "a library's open span",
    "a link",
    "an event"
  ),
  said: fc.constantFrom(...planted).map(({ text }) => text),
  ending: fc.constantFrom("success", "failure", "defect")
})

type Attributes = Record<string, unknown>

type Program = typeof programs extends fc.Arbitrary<infer A> ? A : never

const result = { password: "the program's own" }

const ended = (recipe: Program): Effect.Effect<typeof result, Error> =>
  recipe.ending === "success"
    ? Effect.succeed(result)
    : recipe.ending === "failure"
    ? Effect.fail(new Failed(recipe.said))
    : Effect.die(new Error(recipe.said))

/** The exit as data. */
const endOf = (exit: Exit.Exit<unknown, Error>): unknown =>
  Exit.isSuccess(exit) ? exit.value : [exit.cause._tag, String(Cause.squash(exit.cause))]

/** The places where attributes can be set. */
const places: { readonly [place: string]: (attributes: Attributes, said: string) => Effect.Effect<unknown> } = {
  "a span": (attributes) => Telemetry.withSpan(Effect.void, "span", attributes),
  "an open span": (attributes) => Telemetry.annotate(attributes),
  "a metric": (attributes) => Telemetry.emitMetric("calls", 1, attributes),
  "a score": (attributes) => Telemetry.score("quality", { value: 1, attributes }),
  "a score's words": (attributes, said) =>
    Telemetry.score(`judged by ${said}`, { label: said, explanation: `It says ${said}.`, attributes }),
  "a library's span": (attributes) => Effect.withSpan(Effect.void, "library", { attributes }),
  "a library's open span": (attributes) => Effect.annotateCurrentSpan(attributes).pipe(Effect.withSpan("library")),
  "a link": (attributes) =>
    Effect.flatMap(
      Effect.orDie(Effect.currentSpan),
      (span) => Effect.linkSpans(Effect.withSpan(Effect.void, "linked"), span, attributes)
    ),
  "an event": (attributes) =>
    Effect.flatMap(Effect.orDie(Effect.currentSpan), (span) => Effect.sync(() => span.event("event", 0n, attributes)))
}

const emitting = (recipe: Program): Effect.Effect<typeof result, Error> =>
  Effect.gen(function*() {
    yield* places[recipe.place]!(buildObject([...recipe.before, ...recipe.secrets]), recipe.said)
    yield* Effect.log(recipe.said)
    yield* Effect.withSpan(Effect.void, recipe.said)
    return yield* ended(recipe)
  }).pipe(Telemetry.withSpan("work"))

const isTerminal = /[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]/u

const linesOf = (text: string): ReadonlyArray<string> => text.split("\n").slice(0, -1)

const expectHarmless = (held: { readonly [sink: string]: string }): void => {
  for (const [sink, text] of Object.entries(held)) {
    expect([sink, leaks(text), text.includes(wrapped)]).toEqual([sink, [], false])
  }
  expect(held["live"]! + held["tree"]!).not.toMatch(isTerminal)
}

const forget = (sinks: Sinks): void => {
  for (const held of [sinks.live, sinks.tree, sinks.custom]) {
    held.length = 0
  }
  sinks.providers.exporter.reset()
}

const runs = 2000

describe("hostile attributes with secrets", () => {
  it.scopedLive.each([1, 20, 300, 4000, 50_000])(
    "leak no secret in 2,000 programs, seed %i",
    (seed) =>
      Effect.gen(function*() {
        const sinks = yield* makeSinks(Redaction.default)
        const scope = yield* Scope.make()
        const runtime = yield* Layer.toRuntime(Layer.merge(sinks.layer, Logger.remove(Logger.defaultLogger))).pipe(
          Scope.extend(scope)
        )
        const memory = Context.get(runtime.context, InMemoryTelemetry)
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(programs, async (recipe) => {
              const exit = await Runtime.runPromiseExit(runtime)(emitting(recipe))
              const bare = Effect.runSyncExit(ended(recipe))
              expect(endOf(exit)).toEqual(endOf(bare))
              expectHarmless(await Effect.runPromise(heldBy(sinks, memory)))
              forget(sinks)
              await Effect.runPromise(memory.clear)
            }),
            { seed, numRuns: runs }
          )
        )
        yield* Scope.close(scope, Exit.void)
        const { file, instruments } = yield* heldInTheEnd(sinks)
        expect(linesOf(file).length).toBeGreaterThanOrEqual(runs * 2)
        for (const line of linesOf(file)) {
          expect(JSON.parse(line)).toMatchObject({ kind: expect.stringMatching(/^(span|metric|score)$/) })
        }
        expect(leaks(file + instruments)).toEqual([])
      }),
    300_000
  )
})
