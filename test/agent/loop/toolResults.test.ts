/**
 * Results of tools reach the model as plain data, whatever the tool returns, and the run continues.
 */
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import * as Schema from "effect/Schema"
import { Agent } from "loom-telemetry/agent"
import { resultsGiven } from "../arithmetic.js"
import { attributeOf, flaws } from "../recorded.js"
import { call, calls, text, ways } from "./everyWay.js"

const Silent = Tool.make("work", { description: "Works" })
const Free = Tool.make("work", { description: "Works", success: Schema.Any })

const silent = Toolkit.make(Silent)
const free = Toolkit.make(Free)

const cycle: { self?: unknown } = {}
cycle.self = { deeper: [cycle] }

const throwing = {
  get secret() {
    throw new Error("no")
  }
}

class Counter {
  count = 1
  readonly #secret = 2
  get more() {
    return this.#secret
  }
}

class Unreadable extends Error {
  override get message(): string {
    throw new Error("no")
  }
}

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const deep = () => {
  let value: unknown = "end"
  for (let depth = 0; depth < 100_000; depth++) {
    value = [value]
  }
  return value
}

describe.each(ways)("a tool's result %s", (name, ask) => {
  const returning = (value: () => unknown) =>
    ask(Agent.make({ name: "worker", instructions: "", toolkit: free }), [calls(call("c1", "work")), text("Done.")])
      .pipe(Effect.provide(free.toLayer({ work: () => Effect.sync(value) })))

  it.effect("that is undefined is an empty result", () =>
    Effect.gen(function*() {
      const agent = Agent.make({ name: "worker", instructions: "", toolkit: silent })
      const run = yield* ask(agent, [calls(call("c1", "work")), text("Done.")]).pipe(
        Effect.provide(silent.toLayer({ work: () => Effect.void }))
      )
      const { messages, output } = yield* run.exit
      expect(output).toBe("Done.")
      expect(resultsGiven(messages)).toEqual([{ id: "c1", result: {}, isFailure: false }])
      expect(flaws(run)).toEqual([])
    }))

  it.effect.each<readonly [what: string, value: () => unknown, why: string]>([
    ["a bigint", () => 1n, "it contains a bigint"],
    ["a bigint inside", () => ({ rows: [{ id: 1n }] }), "it contains a bigint"],
    ["a cycle", () => cycle, "it contains itself"],
    ["a function", () => () => 1, "it is a function"],
    ["a symbol", () => Symbol("s"), "it is a symbol"],
    ["bytes", () => ({ image: new Uint8Array(4) }), "it contains bytes; encode them as text"],
    ["a buffer", () => Buffer.from("bytes"), "it contains bytes; encode them as text"],
    ["a getter that throws", () => throwing, "it could not be read"],
    ["a toJSON that throws", () => ({ toJSON: () => JSON.parse("{") }), "it could not be read"],
    ["a revoked proxy", revoked, "it could not be read"],
    ["very deep nesting", deep, "it could not be read"],
    ["a boxed bigint", () => ({ id: Object(1n) as unknown }), "it contains a bigint"],
    ["a promise", () => ({ later: Promise.resolve(1) }), "it contains a promise; wait for it in the tool"],
    [
      "a promise that is rejected",
      () => Promise.reject(new Error("late")),
      "it contains a promise; wait for it in the tool"
    ],
    ["a map of objects", () => new Map([[{}, 1]]), "it contains a map whose keys are not text"],
    ["a map that contains itself", () => {
      const map = new Map<string, unknown>()
      return map.set("self", [map])
    }, "it contains itself"]
  ])("that cannot be sent becomes an error for the model: %s", ([, value, why]) =>
    Effect.gen(function*() {
      const run = yield* returning(value)
      const { messages, output } = yield* run.exit
      expect(output).toBe("Done.")
      expect(resultsGiven(messages)).toEqual([
        { id: "c1", result: `The tool "work" ran, but its result cannot be sent: ${why}`, isFailure: true }
      ])
      const worker = name === "in a supervisor's worker" ? [true, false] : [false]
      expect(attributeOf(run, "loom.tool", "ok")).toEqual(worker)
      expect(attributeOf(run, "loom.tool", "error").at(-1)).toBe(
        "ToolCallError: the result cannot be sent to a model"
      )
    }))

  it.effect.each<readonly [what: string, value: () => unknown]>([
    ["a text", () => "a\ud800b"],
    ["null", () => null],
    ["data", () => ({ a: [1, { b: true, c: null }], d: "e" })],
    ["the same object twice", () => [cycle.self, cycle.self].map(() => ({ twice: 1 }))],
    ["dates, numbers without a value, and what JSON leaves out", () => ({
      at: new Date(0),
      nan: NaN,
      f: () => 1,
      u: undefined,
      list: [undefined, Symbol("s")],
      boxed: Object("text") as unknown
    })],
    ["keys such as __proto__", () => JSON.parse("{\"__proto__\":{\"a\":1},\"constructor\":2}") as unknown],
    ["an instance of a class", () => new Counter()],
    ["an invalid date, a URL", () => [new Date(NaN), new URL("https://moths.example/")]],
    ["a text of ten megabytes", () => "word ".repeat(2_000_000)]
  ])("that can be sent is sent as JSON would: %s", ([, value]) =>
    Effect.gen(function*() {
      const { messages } = yield* (yield* returning(value)).exit
      const [{ isFailure, result } = { isFailure: true, result: undefined }] = resultsGiven(messages)
      expect(isFailure).toBe(false)
      expect(JSON.stringify(result)).toBe(JSON.stringify(value()))
    }))

  it.effect.each<readonly [what: string, value: () => unknown, sent: unknown]>([
    ["a map", () => new Map<unknown, unknown>([["a", 1], [2, [new Set([3])]]]), { a: 1, 2: [[3]] }],
    ["a set", () => ({ all: new Set(["a", undefined, NaN]) }), { all: ["a", null, null] }],
    ["an error", () => ({ why: new TypeError("no moth") }), { why: "TypeError: no moth" }]
  ])("that JSON would empty is sent with its contents: %s", ([, value, sent]) =>
    Effect.gen(function*() {
      const { messages } = yield* (yield* returning(value)).exit
      expect(resultsGiven(messages)).toEqual([{ id: "c1", result: sent, isFailure: false }])
    }))

  it.effect.each<readonly [what: string, failing: () => Effect.Effect<never, unknown>, told: string]>([
    ["nothing", () => Effect.fail(undefined), "undefined"],
    ["a symbol", () => Effect.fail(Symbol("s")), "Symbol(s)"],
    ["a bigint", () => Effect.fail(1n), "1"],
    ["a cycle", () => Effect.fail(cycle), "<circular>"],
    ["an object that cannot be read", () => Effect.fail(throwing), "<unserializable>"],
    ["an error that cannot be read", () => Effect.die(new Unreadable()), "<unserializable>"],
    ["an object without a prototype", () => Effect.die(Object.create(null)), "{}"],
    ["a revoked proxy", () => Effect.fail(revoked()), "revoked"],
    [
      "an error and an interruption",
      () => Effect.failCause(Cause.parallel(Cause.fail("no moth"), Cause.interrupt(FiberId.none))),
      "no moth"
    ],
    ["no cause at all", () => Effect.failCause(Cause.empty), ""],
    ["a text of ten megabytes", () => Effect.fail("x".repeat(10_000_000)), "chars]"]
  ])("that is a failure is reported to the model: %s", ([, failing, told]) =>
    Effect.gen(function*() {
      const run = yield* ask(Agent.make({ name: "worker", instructions: "", toolkit: free }), [
        calls(call("c1", "work")),
        text("Done.")
      ]).pipe(Effect.provide(free.toLayer({ work: () => failing() as Effect.Effect<never> })))
      const { messages, output } = yield* run.exit
      expect(output).toBe("Done.")
      expect(resultsGiven(messages)).toMatchObject([{ id: "c1", isFailure: true }])
      expect(String(resultsGiven(messages)[0]!.result)).toContain(told)
      expect(String(resultsGiven(messages)[0]!.result).length).toBeLessThan(10_000)
      expect(attributeOf(run, "loom.tool", "ok").at(-1)).toBe(false)
      expect(flaws(run)).toEqual([])
    }))

  it.effect("is a copy from when the tool returned it", () =>
    Effect.gen(function*() {
      const rows = [1]
      const run = yield* returning(() => rows)
      rows.push(2)
      expect(resultsGiven((yield* run.exit).messages)[0]).toMatchObject({ result: [1] })
    }))
})
