/**
 * The normalised form of each kind of value.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { type AttributeValue, defaultLimits, normalizeValue } from "../../src/records/attributes.js"

const normal = (value: unknown) => normalizeValue(value, defaultLimits)

const boom = () => {
  throw new Error("boom")
}

const revoked = (target: object) => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

class NotFound extends Data.TaggedError("NotFound")<{ readonly message: string }> {}

const table: ReadonlyArray<readonly [what: string, value: unknown, becomes: AttributeValue | undefined]> = [
  ["text", "hello", "hello"],
  ["empty text", "", ""],
  ["a number", 1.5, 1.5],
  ["negative zero, which JSON does not have", -0, 0],
  ["a boolean", false, false],
  ["undefined", undefined, undefined],
  ["null", null, undefined],
  ["a symbol", Symbol("s"), undefined],
  ["a function", () => 1, undefined],
  ["a promise", Promise.resolve(1), undefined],
  ["NaN", NaN, "NaN"],
  ["Infinity", Infinity, "Infinity"],
  ["-Infinity", -Infinity, "-Infinity"],
  ["a bigint", 12345678901234567890n, "12345678901234567890"],
  ["a date", new Date("2026-01-31T12:00:00.123Z"), "2026-01-31T12:00:00.123Z"],
  ["an invalid date", new Date(NaN), "Invalid Date"],
  ["an array", [1, "a", [true]], [1, "a", [true]]],
  ["an array with holes and empty values", [1, undefined, null, , () => 1, 2], [1, 2]],
  ["an object", { a: 1, b: { c: "d" } }, { a: 1, b: { c: "d" } }],
  ["an object with empty values", { a: undefined, b: null, c: () => 1, d: Symbol("s") }, {}],
  ["an object without a prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ["a map", new Map<unknown, unknown>([["a", 1], [2, "b"], [{}, "c"]]), { a: 1, 2: "b", "<object>": "c" }],
  ["a set", new Set([1, "a", null]), [1, "a"]],
  ["an error", new TypeError("no"), "TypeError: no"],
  ["an error without a message", new RangeError(), "RangeError"],
  ["a tagged error", new NotFound({ message: "gone" }), "NotFound: gone"],
  ["a typed array", new Float64Array(4), "<32 bytes>"],
  ["a buffer", Buffer.from("hello"), "<5 bytes>"],
  ["an array buffer", new ArrayBuffer(7), "<7 bytes>"],
  ["a DataView", new DataView(new ArrayBuffer(3)), "<3 bytes>"],
  ["a boxed string", Object("boxed"), "boxed"],
  ["a url", new URL("https://example.test/a"), "https://example.test/a"],
  ["an object with toJSON", { toJSON: () => ({ a: new Date(0) }) }, { a: "1970-01-01T00:00:00.000Z" }],
  ["a Redacted", Redacted.make("secret"), "<redacted>"],
  ["an object with a Redacted", { key: Redacted.make("secret"), list: [Redacted.make(1)] }, {
    key: "<redacted>",
    list: ["<redacted>"]
  }],
  ["a Some", Option.some(1), { _id: "Option", _tag: "Some", value: 1 }],
  ["a None", Option.none(), { _id: "Option", _tag: "None" }],
  ["a Some of a Redacted", Option.some(Redacted.make("s")), { _id: "Option", _tag: "Some", value: "<redacted>" }],
  ["a Right", Either.right("a"), { _id: "Either", _tag: "Right", right: "a" }],
  ["a Chunk", Chunk.of(1), { _id: "Chunk", values: [1] }],
  ["a HashMap", HashMap.make(["a", 1]), { _id: "HashMap", values: [["a", 1]] }],
  ["a lone surrogate", "a\ud83d", "a\ufffd"],
  ["a lone surrogate in a key", { "\udc00": "\ud83d\ud83d" }, { "\ufffd": "\ufffd\ufffd" }],
  ["an emoji", "😀", "😀"],
  ["a getter that throws", Object.defineProperty({ a: 1 }, "b", { enumerable: true, get: boom }), {
    a: 1,
    b: "<unserializable>"
  }],
  ["an item that throws", Object.defineProperty([1, 2], "0", { get: boom }), ["<unserializable>", 2]],
  ["a toJSON that throws", { toJSON: boom }, "<unserializable>"],
  ["a boxed string with an overridden valueOf", Object.defineProperty(new String("x"), "valueOf", { get: boom }), "x"],
  ["a proxy of a boxed number", new Proxy(new Number(1), { get: boom }), "<unserializable>"],
  ["a nested toJSON that throws", { a: 1, b: { toJSON: boom } }, { a: 1, b: "<unserializable>" }],
  ["a toJSON getter that throws", Object.defineProperty({}, "toJSON", { get: boom }), "<unserializable>"],
  ["a revoked proxy", revoked({}), "<unserializable>"],
  ["a revoked proxy of an array", revoked([]), "<unserializable>"],
  ["a proxy that throws", new Proxy({}, { ownKeys: boom }), "<unserializable>"],
  ["a proxy of an object", new Proxy({ a: 1 }, {}), { a: 1 }],
  ["a Symbol.toPrimitive that throws", { [Symbol.toPrimitive]: boom, a: 1 }, { a: 1 }],
  ["a Symbol.toStringTag that throws", Object.defineProperty({ a: 1 }, Symbol.toStringTag, { get: boom }), { a: 1 }],
  ["an object that only inherits from Date", Object.create(Date.prototype), "<unserializable>"],
  ["an error whose name is not a string", Object.assign(new Error("m"), { name: 7 }), "Error: m"]
]

describe("in attributes,", () => {
  for (const [what, value, becomes] of table) {
    it(`${what} becomes ${JSON.stringify(becomes) ?? "nothing"}`, () => {
      expect(normal(value)).toStrictEqual(becomes)
    })
  }
})

describe("an attribute value", () => {
  it("becomes <circular> where a cycle closes, but not if the same value occurs twice", () => {
    const self: Record<string, unknown> = { a: 1 }
    self["self"] = self
    self["list"] = [self, { back: self }]
    expect(normal(self)).toStrictEqual({ a: 1, self: "<circular>", list: ["<circular>", { back: "<circular>" }] })

    const shared = { b: 2 }
    expect(normal([shared, shared])).toStrictEqual([{ b: 2 }, { b: 2 }])
  })

  it("is finite even if toJSON returns its own object, or another object with a toJSON, forever", () => {
    const self = { toJSON: (): unknown => self }
    const another = (): object => ({ toJSON: another })
    expect(normal(self)).toBe("<circular>")
    expect(normal(another())).toBe("<max depth>")
  })

  it("may have keys named __proto__, constructor and toString", () => {
    const given = JSON.parse(`{"__proto__":{"polluted":true},"constructor":"c","toString":"s"}`)
    const safe = normal(given) as Record<string, AttributeValue>
    expect(Object.keys(safe)).toEqual(["__proto__", "constructor", "toString"])
    expect(Object.getPrototypeOf(safe)).toBe(Object.prototype)
    expect(JSON.stringify(safe)).toBe(`{"__proto__":{"polluted":true},"constructor":"c","toString":"s"}`)
    expect("polluted" in {}).toBe(false)
  })

  it("is copied and deep-frozen", () => {
    const given = { list: [{ a: 1 }], map: new Map([["k", { b: [2] }]]) }
    const safe = normal(given) as any
    given.list[0]!.a = 9
    given.list.push({ a: 3 })
    given.map.get("k")!.b.push(9)
    expect(safe).toStrictEqual({ list: [{ a: 1 }], map: { k: { b: [2] } } })
    for (const each of [safe, safe.list, safe.list[0], safe.map, safe.map.k, safe.map.k.b]) {
      expect(Object.isFrozen(each)).toBe(true)
    }
  })

  it("is read without calling methods that an instance overrides", () => {
    const calls: Array<string> = []
    const spy = (name: string) => () => calls.push(name)
    const map = Object.assign(new Map([["a", 1]]), { [Symbol.iterator]: spy("map"), entries: spy("entries") })
    const date = Object.assign(new Date(0), { getTime: spy("getTime"), toISOString: spy("toISOString") })
    const object = { toString: spy("toString"), valueOf: spy("valueOf"), [Symbol.toPrimitive]: spy("toPrimitive") }
    expect(normal([map, date, object])).toStrictEqual([{ a: 1 }, "1970-01-01T00:00:00.000Z", {}])
    expect(calls).toEqual([])
  })
})
