/**
 * Recipes for attribute values that are hard to record: plain data that fast-check can print and shrink. The value itself is built inside the
 * property, because fast-check would throw on a revoked proxy.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import fc from "fast-check"

/** A text that no sink may show; every `redacted` value contains it. */
export const planted = "sk-planted-7f3a9c"

/** Values without parameters, by name. */
const builders = {
  "undefined": () => undefined,
  "null": () => null,
  "NaN": () => NaN,
  "Infinity": () => Infinity,
  "-Infinity": () => -Infinity,
  "-0": () => -0,
  "bigint": () => 12345678901234567890n,
  "symbol": () => Symbol("s"),
  "function": () => () => "called",
  "promise": () => Promise.resolve(1),
  "date": () => new Date(1234567890123),
  "invalid date": () => new Date(NaN),
  "date with its own methods": () => Object.assign(new Date(0), { toISOString: () => ({}), getTime: () => "soon" }),
  "date without a date": () => Object.create(Date.prototype),
  "regular expression": () => /x/g,
  "url": () => new URL("https://example.test/a?b=c"),
  "bytes": () => new Uint8Array(12),
  "buffer": () => new ArrayBuffer(3),
  "bytes with their own length": () => Object.defineProperty(new Uint8Array(2), "byteLength", { value: "2\n2" }),
  "cycle": () => cycle(),
  "cyclic array": () => cyclicArray(),
  "revoked proxy": () => revoked({}),
  "revoked array proxy": () => revoked([]),
  "proxy that throws": () => new Proxy({}, throwingHandler),
  "proxy with a lying length": () => new Proxy([1], { get: (_, key) => key === "length" ? 2 ** 31 : key }),
  "throwing getter": () => Object.defineProperty({ fine: 1 }, "bad", { enumerable: true, get: boom }),
  "throwing item": () => Object.defineProperty([1, 2], "0", { enumerable: true, get: boom }),
  "throwing toJSON": () => ({ toJSON: boom }),
  "async toJSON that throws": () => ({ toJSON: async () => boom() }),
  "async getter that throws": () =>
    Object.defineProperty({ fine: 1 }, "bad", { enumerable: true, get: async () => boom() }),
  "remote stub that throws": () => new Proxy({}, { get: async () => boom() }),
  "toJSON that returns itself": () => returnsItself(),
  "endless toJSON": () => withoutEnd(),
  "throwing toPrimitive": () => ({ [Symbol.toPrimitive]: boom, toString: boom, valueOf: boom }),
  "throwing symbol properties": () => Object.defineProperty({}, Symbol.toStringTag, { get: boom }),
  "endless map": () =>
    Object.defineProperties(new Map(), { [Symbol.iterator]: { value: endless }, size: { value: "?" } }),
  "set that throws": () => Object.assign(new Set([1]), { [Symbol.iterator]: boom }),
  "error with throwing members": () => errorThatThrows(),
  "error with other members": () => Object.assign(new Error("x"), { name: 7, message: { a: 1 } }),
  "redacted": () => Redacted.make(planted),
  "option of redacted": () => Option.some(Redacted.make(planted)),
  "hash map": () => HashMap.make(["a", 1], ["b", 2]),
  "null prototype": () => Object.assign(Object.create(null), { a: 1 }),
  "boxed": () => Object("boxed text"),
  "sparse": () => [, 1, , 2]
} satisfies Record<string, () => unknown>

/** How to build a value. */
export type Recipe =
  | { readonly make: "plain"; readonly value: string | number | boolean }
  | { readonly make: "special"; readonly name: keyof typeof builders }
  | { readonly make: "long"; readonly unit: string; readonly times: number }
  | { readonly make: "error"; readonly name: string; readonly message: string }
  | { readonly make: "deep"; readonly levels: number }
  | { readonly make: "array" | "set"; readonly items: ReadonlyArray<Recipe> }
  | { readonly make: "object" | "map"; readonly entries: ReadonlyArray<readonly [string, Recipe]> }

/** Attributes, as recipes by key. */
export type AttributesRecipe = ReadonlyArray<readonly [string, Recipe]>

export const build = (recipe: Recipe): unknown => {
  switch (recipe.make) {
    case "plain":
      return recipe.value
    case "special":
      return builders[recipe.name]()
    case "long":
      return recipe.unit.repeat(recipe.times)
    case "error":
      return Object.assign(new Error(recipe.message), { name: recipe.name, cause: new Error(recipe.message) })
    case "deep":
      return deep(recipe.levels)
    case "array":
      return recipe.items.map(build)
    case "set":
      return new Set(recipe.items.map(build))
    case "object":
      return buildObject(recipe.entries)
    case "map":
      return new Map(recipe.entries.map(([key, each]) => [key, build(each)]))
  }
}

/** Builds attributes. Every key is data, even `__proto__`. */
export const buildObject = (entries: AttributesRecipe): Record<string, unknown> => {
  const out: Record<string, unknown> = {}
  for (const [key, recipe] of entries) {
    Object.defineProperty(out, key, { value: build(recipe), enumerable: true, configurable: true, writable: true })
  }
  return out
}

const boom = (): never => {
  throw new Error("boom")
}

const throwingMembers = { name: { get: boom }, message: { get: boom }, stack: { get: boom } }

const errorThatThrows = (): Error => {
  const error = new Error("x")
  // The stack is created from the name and the message when it is first read.
  void error.stack
  return Object.defineProperties(error, throwingMembers)
}

const throwingHandler: ProxyHandler<object> = { get: boom, has: boom, ownKeys: boom, getPrototypeOf: boom }

const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

const cycle = (): object => {
  const self: Record<string, unknown> = { a: 1 }
  self["self"] = self
  return self
}

const cyclicArray = (): object => {
  const self: Array<unknown> = []
  self.push(self, [self])
  return self
}

const returnsItself = (): object => {
  const self = { toJSON: (): unknown => self }
  return self
}

const withoutEnd = (): object => ({ toJSON: withoutEnd })

function* endless() {
  for (let index = 0;; index++) {
    yield [`k${index}`, index]
  }
}

const deep = (levels: number): unknown => {
  let value: unknown = "bottom"
  for (let level = 0; level < levels; level++) {
    value = level % 2 === 0 ? [value] : { inner: value }
  }
  return value
}

/** Text with everything that could break a terminal, a line or JSON. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.array(
    fc.constantFrom(
      ..."\u0000\u0007\b\t\n\v\f\r\u001b\u007f\u0085\u009b\u00a0\u061c\u200b\u200e\u200f\u2028\u2029\u202e\u2060\u2066\u2069\ufeff\ufff9",
      "\ud83d",
      "\udc00",
      "\u{e0041}",
      "😀",
      "\u001b[2J",
      "\u001b]0;title\u0007",
      ", ok=true",
      "\" ",
      "\\",
      "\\\"",
      "=",
      ",",
      " ",
      " [ERROR: x]",
      "\n• forged (1.0ms)",
      "…[+5 chars]",
      "…",
      "a"
    ),
    { maxLength: 12 }
  ).map((parts) => parts.join("")),
  fc.constantFrom(
    "",
    "__proto__",
    "constructor",
    "toString",
    "kind",
    "trace_id",
    "user_id",
    "loom.dropped_attributes",
    "0",
    "-1"
  )
)

/** Keys of attributes, objects and maps. A truncated object describes the rest under the key `…`. */
const hostileKey = hostileText.map((key) => key === "…" ? "..." : key)

const leaf: fc.Arbitrary<Recipe> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      make: fc.constant("plain" as const),
      value: fc.oneof(hostileText, fc.double(), fc.maxSafeInteger(), fc.boolean())
    })
  },
  {
    weight: 4,
    arbitrary: fc.record({
      make: fc.constant("special" as const),
      name: fc.constantFrom(...Object.keys(builders) as ReadonlyArray<keyof typeof builders>)
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({
      make: fc.constant("long" as const),
      unit: fc.constantFrom("x", "é", "😀", "\ud83d", "\n"),
      times: fc.integer({ min: 4000, max: 20_000 })
    })
  },
  { weight: 1, arbitrary: fc.record({ make: fc.constant("error" as const), name: hostileText, message: hostileText }) },
  {
    weight: 1,
    arbitrary: fc.record({ make: fc.constant("deep" as const), levels: fc.constantFrom(1, 7, 8, 9, 10_000) })
  }
)

const nest = (inner: fc.Arbitrary<Recipe>): fc.Arbitrary<Recipe> =>
  fc.oneof(
    leaf,
    fc.record({
      make: fc.constantFrom("array" as const, "set" as const),
      items: fc.array(inner, { maxLength: 4 })
    }),
    fc.record({
      make: fc.constantFrom("object" as const, "map" as const),
      entries: fc.array(fc.tuple(hostileKey, inner), { maxLength: 4 })
    })
  )

/** Any value, up to three levels deep by recipe and ten thousand by `deep`. */
export const hostileValue: fc.Arbitrary<Recipe> = nest(nest(nest(leaf)))

/** Attributes of a span or metric. */
export const hostileAttributes: fc.Arbitrary<AttributesRecipe> = fc.array(fc.tuple(hostileKey, hostileValue), {
  maxLength: 8
})
