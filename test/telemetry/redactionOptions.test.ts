/**
 * Custom rules, pseudonyms of users, and which redaction a sink uses.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import fc from "fast-check"
import { InMemoryTelemetry, InMemoryTelemetryLive, MultiTelemetry, RunContext, Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { createHash, createHmac } from "node:crypto"
import { hmacSha256, sha256 } from "../../src/records/sha256.js"
import { Redaction, type RedactionOptions } from "../../src/telemetry/Redaction.js"
import { inMemoryProviders } from "../otel/exported.js"

/** The records of the memory sink for a program with these rules. */
const recorded = <A, E>(options: RedactionOptions, program: Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    const exit = yield* Effect.exit(program)
    const memory = yield* InMemoryTelemetry
    return { exit, spans: yield* memory.spans, metrics: yield* memory.metrics }
  }).pipe(Effect.provide(InMemoryTelemetryLive.pipe(Layer.provide(Layer.succeed(Redaction, Redaction.make(options))))))

/** The recorded attributes of a span opened with these. */
const attributes = (options: RedactionOptions, given: { readonly [key: string]: unknown }) =>
  Effect.map(recorded(options, Telemetry.withSpan(Effect.void, "s", given)), ({ spans }) => spans[0]!.attributes)

describe("custom redaction rules", () => {
  it.effect("hide keys by name and by regular expression, in texts too", () =>
    Effect.gen(function*() {
      const keys = ["Salary", "employee.iban", /^internal\./gi]
      expect(
        yield* attributes({ keys }, {
          salary: 1,
          "person.salary": 1,
          salaryBand: "A",
          nested: { employee_iban: "x", iban: "y" },
          "internal.a": 1,
          "Internal.b": 2,
          note: "salary=100, {\"salary\": 100}",
          password: "x"
        })
      ).toEqual({
        salary: "<redacted>",
        "person.salary": "<redacted>",
        salaryBand: "A",
        nested: { employee_iban: "<redacted>", iban: "y" },
        "internal.a": "<redacted>",
        "Internal.b": "<redacted>",
        note: "salary=<redacted>, {\"salary\": \"<redacted>\"}",
        password: "<redacted>"
      })
    }))

  it.effect("apply to short texts, and to a value that is already recorded", () =>
    Effect.gen(function*() {
      expect(yield* attributes({ values: [/\b\d{4}\b/] }, { pin: "1234", t: "pin 1234" })).toEqual({
        pin: "<redacted>",
        t: "pin <redacted>"
      })
      const other: Record<string, string> = { alice: "bob", bob: "carol" }
      const redact: RedactionOptions["redact"] = (_, value) => typeof value === "string" ? other[value] ?? value : value
      const given = Telemetry.annotate({ who: "bob" }).pipe(Telemetry.withSpan("s", { who: "alice" }))
      expect((yield* recorded({ redact }, given)).spans[0]!.attributes).toEqual({ who: "carol" })
    }))

  it.effect("hide matches of a regular expression, whatever its lastIndex, and leave its lastIndex unchanged", () =>
    Effect.gen(function*() {
      const values = [/\b\d{3}-\d{2}-\d{4}\b/g, /EMP\d+/y, /x*/]
      values[0]!.lastIndex = 5
      for (let time = 0; time < 3; time++) {
        expect(
          yield* attributes({ values }, { a: "123-45-6789 and 987-65-4321", b: ["the EMP42"], "k 123-45-6789": 1 })
        )
          .toEqual({ a: "<redacted> and <redacted>", b: ["the <redacted>"], "k <redacted>": 1 })
      }
      expect(values[0]!.lastIndex).toBe(5)
    }))

  it.effect("allow keys, but still hide values that look like secrets", () =>
    Effect.gen(function*() {
      const allowKeys = ["token", /page$/, "url.query"]
      expect(
        yield* attributes({ allowKeys }, {
          token: "the",
          password: "x",
          logprobs: [{ token: "a" }],
          note: "token=x1",
          link: "https://h.test/?page=2&q=1",
          "url.query": "a=b",
          "x.token": "sk-proj-abcdefgh12345678"
        })
      ).toEqual({
        token: "the",
        password: "<redacted>",
        logprobs: [{ token: "a" }],
        note: "token=x1",
        link: "https://h.test/?page=2&q=<redacted>",
        "url.query": "a=b",
        "x.token": "<redacted>"
      })
    }))

  it.effect("decide whether a password on a command line is hidden", () =>
    Effect.gen(function*() {
      const given = { command: "curl -u alice:wonder1 h.test" }
      const hidden = { command: "curl -u alice:<redacted> h.test" }
      expect(yield* attributes({}, given)).toEqual(hidden)
      expect(yield* attributes({ defaults: false, keys: ["password"] }, given)).toEqual(hidden)
      expect(yield* attributes({ defaults: false, keys: ["salary"] }, given)).toEqual(given)
      expect(yield* attributes({ allowKeys: ["password"] }, given)).toEqual(given)
    }))

  it.effect("work without the built-in ones", () =>
    Effect.gen(function*() {
      const given = {
        password: "x",
        salary: 1,
        note: "sk-proj-abcdefgh12345678 https://a:b@h/?q=1",
        r: Redacted.make("x")
      }
      expect(yield* attributes({ defaults: false, keys: ["salary"] }, given)).toEqual({
        ...given,
        salary: "<redacted>",
        r: "<redacted>"
      })
    }))

  it.effect("call redact last for everything, with the value to record and its place", () =>
    Effect.gen(function*() {
      const asked: Array<readonly [string, unknown, string]> = []
      const { metrics, spans } = yield* recorded(
        {
          redact: (key, value, place) => {
            asked.push([key, value, place])
            return key === "gone" ? undefined : key === "count" ? { n: [1, undefined] } as never : value
          }
        },
        Effect.logInfo("hello").pipe(
          Effect.zipRight(Telemetry.emitMetric("m", 1, { password: "x" })),
          Effect.zipRight(Effect.fail("token=x1")),
          Telemetry.withSpan("s", { gone: 1, count: 2, password: "x", at: new Date(0) })
        )
      )
      expect(spans[0]!.attributes).toEqual({
        count: { n: [1] },
        password: "<redacted>",
        at: "1970-01-01T00:00:00.000Z"
      })
      expect(metrics[0]!.attributes).toEqual({ password: "<redacted>" })
      expect(asked).toContainEqual(["name", "s", "name"])
      expect(asked).toContainEqual(["gone", 1, "span"])
      expect(asked).toContainEqual(["password", "<redacted>", "metric"])
      expect(asked).toContainEqual(["effect.logLevel", "INFO", "event"])
      expect(asked).toContainEqual(["exception", "token=<redacted>", "exception"])
    }))

  it.effect("hide a value if redact throws on it, without other effects", () =>
    Effect.gen(function*() {
      const redact = () => {
        throw new Error("boom")
      }
      const { exit, spans } = yield* recorded({ redact }, Effect.fail("no").pipe(Telemetry.withSpan("s", { a: 1 })))
      expect(exit).toMatchObject({ _tag: "Failure", cause: { error: "no" } })
      expect(spans[0]).toMatchObject({ name: "<redacted>", attributes: { a: "<redacted>" }, exception: "<redacted>" })
    }))

  it.effect("normalise whatever redact returns", () =>
    Effect.gen(function*() {
      const redact = (key: string) =>
        key === "name" ? 7 as never : { toJSON: () => ({ password: "x", s: "\ud800" }) } as never
      const { spans } = yield* recorded({ redact }, Telemetry.withSpan(Effect.void, "s", { a: 1 }))
      expect(spans[0]).toMatchObject({ name: "<redacted>", attributes: { a: { password: "<redacted>", s: "\ufffd" } } })
    }))
})

const pseudonym = (key: string, user: string): string =>
  `u_${createHmac("sha256", key).update(user).digest("hex").slice(0, 32)}`

describe("pseudonyms of users", () => {
  const alice = pseudonym("pepper", "alice")

  it.effect("are the same on spans, library spans, metrics and in OpenTelemetry; the program keeps the user", () =>
    Effect.gen(function*() {
      const providers = inMemoryProviders()
      const program = Effect.gen(function*() {
        yield* Telemetry.emitMetric("calls", 1)
        yield* Effect.withSpan(Effect.void, "library")
        yield* Telemetry.withSpan(Effect.void, "given", {
          user_id: "alice",
          "enduser.id": "alice",
          superuser_id: "alice"
        })
        return (yield* RunContext).userId
      }).pipe(Telemetry.withSpan("ours"), RunContext.with({ userId: "alice", sessionId: "s-1" }))
      const redaction = Redaction.make({ hashUserId: Redacted.make("pepper") })
      const memory = yield* Effect.zip(program, InMemoryTelemetry).pipe(
        Effect.provide(
          MultiTelemetry.layer([InMemoryTelemetryLive, OTelTelemetry.fromProviders(providers)]).pipe(
            Layer.provide(Layer.succeed(Redaction, redaction))
          )
        )
      )
      expect(memory[0]).toBe("alice")
      const spans = yield* memory[1].spans
      expect(spans.map(({ attributes: { user_id } }) => user_id)).toEqual([undefined, alice, alice])
      expect(spans[1]!.attributes).toMatchObject({ "enduser.id": alice, superuser_id: "alice" })
      expect((yield* memory[1].metrics)[0]!.attributes).toEqual({ user_id: alice })
      expect(providers.spans().map((span) => span.attributes["user.id"])).toEqual([alice, alice, alice])
      expect(JSON.stringify(yield* providers.instruments)).not.toContain("\"alice\"")
    }))

  it.effect("are the same in every process with the same key, and differ with another key", () =>
    Effect.gen(function*() {
      expect(yield* attributes({ hashUserId: "pepper" }, { user_id: "alice", nested: { userId: 42 } })).toEqual({
        user_id: alice,
        nested: { userId: pseudonym("pepper", "42") }
      })
      expect(yield* attributes({ hashUserId: "salt" }, { user_id: "alice" })).toEqual({
        user_id: pseudonym("salt", "alice")
      })
      expect(yield* attributes({ hashUserId: "pepper" }, { user_id: { name: "alice" } })).toEqual({
        user_id: "<redacted>"
      })
    }))

  it.effect("use a random key by default, as long as the redaction lives", () =>
    Effect.gen(function*() {
      for (const hashUserId of [true, "", Redacted.make("")]) {
        const redaction = Redaction.make({ hashUserId })
        const [one, two] = [redaction.user("alice"), redaction.user("alice")]
        expect(one).toMatch(/^u_[0-9a-f]{32}$/)
        expect(two).toBe(one)
        expect(Redaction.make({ hashUserId }).user("alice")).not.toBe(one)
      }
    }))

  it("are computed with HMAC-SHA-256", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 200 }), (message, key) => {
      expect(Buffer.from(sha256(message)).toString("hex")).toBe(createHash("sha256").update(message).digest("hex"))
      expect(Buffer.from(hmacSha256(key, message)).toString("hex")).toBe(
        createHmac("sha256", key).update(message).digest("hex")
      )
    }))
  })
})

describe("the redaction of a sink", () => {
  const program = Telemetry.withSpan(Effect.void, "s", { password: "x" })
  const shown = (layer: Layer.Layer<Telemetry | InMemoryTelemetry>) =>
    Effect.zipRight(program, Effect.flatMap(InMemoryTelemetry, ({ spans }) => spans)).pipe(
      Effect.provide(layer),
      Effect.map((spans) => spans[0]!.attributes["password"])
    )
  const none = Layer.succeed(Redaction, Redaction.none)

  it.effect("is the built-in one, the one provided to its layer, or none", () =>
    Effect.gen(function*() {
      expect(yield* shown(InMemoryTelemetryLive)).toBe("<redacted>")
      expect(yield* shown(InMemoryTelemetryLive.pipe(Layer.provide(none)))).toBe("x")
      expect(yield* shown(InMemoryTelemetryLive).pipe(Effect.provideService(Redaction, Redaction.none))).toBe("x")
    }))

  it.effect("comes from the layer around a fan-out, not from one of the fan-out's sinks", () =>
    Effect.gen(function*() {
      expect(yield* shown(MultiTelemetry.layer([InMemoryTelemetryLive.pipe(Layer.provide(none))]))).toBe("<redacted>")
      expect(yield* shown(MultiTelemetry.layer([InMemoryTelemetryLive]).pipe(Layer.provide(none)))).toBe("x")
    }))
})
