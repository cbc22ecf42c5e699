/**
 * Recipes for rejected promises and other thenables: plain data that fast-check can print and shrink. Each is built inside the property, because a
 * promise created earlier would be unhandled before it is used.
 */
import fc from "fast-check"
import { runInNewContext } from "node:vm"

/** The reason of all rejections. */
class Rejection extends Error {
  override readonly name = "Rejection"
}

/** What was built: pending promises, and calls that must not happen. */
export interface Built {
  /** Rejects the pending promises. */
  readonly rejectAll: () => void
  /** The number of rejected promises. */
  readonly promises: () => number
  /** Thenables other than promises that were started, as a query would be. */
  readonly begun: ReadonlyArray<string>
}

type Make = (world: World) => unknown

const boom = (): never => {
  throw new Rejection("boom")
}

class Sub<A> extends Promise<A> {}

/** Its `then` throws when it is called. */
class Throwing<A> extends Promise<A> {
  override then(): never {
    return boom()
  }
  static override get [Symbol.species](): PromiseConstructor {
    return boom()
  }
}

/** Every promise derived from it is rejected too. */
class Multiplying<A> extends Promise<A> {
  constructor(run: (resolve: (value: A | PromiseLike<A>) => void, reject: (reason: unknown) => void) => void) {
    super((resolve, reject) => {
      run(resolve, reject)
      reject(new Rejection("another one"))
    })
  }
}

/** Rejected promises of another realm. */
const elsewhere: () => unknown = runInNewContext("() => Promise.reject(new Error('another realm'))")

/** A query as in knex, mongoose and drizzle: calling `then` runs it. */
class Query {
  constructor(private readonly world: World) {}
  then(_done: unknown, failed: (reason: unknown) => void): Promise<never> {
    this.world.begun.push("query")
    failed(new Rejection("no such table"))
    return Promise.reject(new Rejection("no such table"))
  }
}

/** A proxy that binds the methods of a promise. */
const bound = <A>(promise: Promise<A>): Promise<A> =>
  new Proxy(promise, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key)
      return typeof value === "function" ? value.bind(target) : value
    }
  })

const promisingError = (): Error => {
  const error = new Error("x")
  // The stack is created from the name and the message when it is first read.
  void error.stack
  const get = async () => boom()
  return Object.defineProperties(error, {
    name: { get },
    message: { get },
    stack: { get },
    cause: { get },
    code: { enumerable: true, get }
  })
}

const kinds = {
  "at once": (world) => world.rejected(),
  "later": (world) => world.later(),
  "an async function's": async () => boom(),
  "of a subclass": () => Sub.reject(new Rejection("sub")),
  "of a subclass that throws": () => Throwing.reject(new Rejection("throwing")),
  "of a subclass whose promises are all rejected": () => Multiplying.reject(new Rejection("multiplying")),
  "of a subclass, frozen": () => Object.freeze(Sub.reject(new Rejection("frozen"))),
  "a frozen one": (world) => Object.freeze(world.rejected()),
  "with its own `then`": (world) => Object.assign(world.rejected(), { then: boom }),
  "with a `then` that throws when it is read": (world) =>
    Object.defineProperty(world.rejected(), "then", { get: boom }),
  "with a constructor that throws": (world) =>
    Object.defineProperty(world.rejected(), "constructor", { configurable: true, get: boom }),
  "with a constructor that always throws": (world) =>
    Object.setPrototypeOf(
      world.rejected(),
      Object.defineProperty(Object.create(Promise.prototype), "constructor", {
        get: boom
      })
    ),
  "of another realm": elsewhere,
  "without a prototype": (world) => Object.setPrototypeOf(world.rejected(), null),
  "with the prototype of a date": (world) => Object.setPrototypeOf(world.rejected(), Date.prototype),
  "behind a proxy that binds": (world) => bound(world.rejected()),
  "kept, behind a proxy": () => new Proxy(Promise.resolve(1), {}),
  "behind a proxy that gives one for `then`": (world) =>
    new Proxy(Promise.resolve(1), { get: () => async () => boom(), has: () => world.begun.length < 0 }),
  "a thenable that rejects": (world) => ({
    then: (_done: unknown, failed: (reason: unknown) => void) => {
      world.begun.push("thenable")
      failed(new Rejection("thenable"))
      return world.rejected()
    }
  }),
  "a thenable that throws": (world) => ({
    then: () => {
      world.begun.push("throwing thenable")
      return boom()
    }
  }),
  "a thenable whose `then` throws when it is read": () => Object.defineProperty({}, "then", { get: boom }),
  "a query": (world) => new Query(world),
  "a query behind a proxy": (world) => new Proxy(new Query(world), {}),
  "a remote stub": () => new Proxy({}, { get: async () => boom() }),
  "a remote stub of a list": () => new Proxy([], { get: async () => boom() }),
  "an async toJSON": () => ({ toJSON: async () => boom() }),
  "a toJSON that is a promise": (world) => Object.defineProperty({}, "toJSON", { get: () => world.rejected() }),
  "a toJSON behind a toJSON": () => ({ toJSON: () => ({ toJSON: async () => boom() }) }),
  "a boxed text": () => Object.assign(Object("boxed"), { valueOf: async () => boom() }),
  "bytes of a promised length": () =>
    Object.defineProperty(new Uint8Array(2), "byteLength", { get: async () => boom() }),
  "an error with promises for members": () => promisingError(),
  "an error of a model": () => new Proxy({ "~@effect/ai/AiError": true }, { get: async () => boom() }),
  "a function": (world) =>
    Object.assign(() => 1, { then: () => world.begun.push("function"), toString: async () => boom() })
} satisfies Record<string, Make>

/** A thenable, or a value that returns one when it is read. */
export type Kind = keyof typeof kinds

export const allKinds = Object.keys(kinds) as ReadonlyArray<Kind>

/** How to build a value that contains thenables. */
export type Thenable =
  | { readonly make: "one" | "cause"; readonly kind: Kind }
  | { readonly make: "deep"; readonly levels: number; readonly kind: Kind }
  | { readonly make: "array" | "set" | "keys" | "getters"; readonly of: ReadonlyArray<Thenable> }
  | { readonly make: "object" | "map" | "pairs"; readonly of: ReadonlyArray<readonly [string, Thenable]> }

/** Builds the values of recipes, and counts the promises. */
export class World implements Built {
  readonly begun: Array<string> = []
  private readonly waiting: Array<() => void> = []
  private made = 0

  /** A rejected promise. */
  rejected(): Promise<never> {
    this.made++
    return Promise.reject(new Rejection("at once"))
  }

  /** A promise that `rejectAll` rejects. */
  later(): Promise<never> {
    this.made++
    return new Promise((_, reject) => this.waiting.push(() => reject(new Rejection("later"))))
  }

  promises(): number {
    return this.made
  }

  rejectAll(): void {
    this.waiting.splice(0).forEach((reject) => reject())
  }

  one(kind: Kind): unknown {
    return kinds[kind](this)
  }

  build(recipe: Thenable): unknown {
    switch (recipe.make) {
      case "one":
        return this.one(recipe.kind)
      case "cause":
        return new Error("x", { cause: new Error("y", { cause: this.one(recipe.kind) }) })
      case "deep":
        return Array.from({ length: recipe.levels }).reduce((inner) => [inner], this.one(recipe.kind))
      case "array":
        return recipe.of.map((each) => this.build(each))
      case "set":
        return new Set(recipe.of.map((each) => this.build(each)))
      case "keys":
        return new Map(recipe.of.map((each) => [this.build(each), this.build(each)]))
      case "getters":
        return this.getters(recipe.of)
      case "object":
        return Object.fromEntries(recipe.of.map(([key, each]) => [key, this.build(each)]))
      case "map":
        return new Map(recipe.of.map(([key, each]) => [key, this.build(each)]))
      case "pairs":
        return recipe.of.map(([key, each]) => this.pair(key, each))
    }
  }

  /** An object with lazy values, as of an ORM relation, and a last one that throws. */
  getters(recipes: ReadonlyArray<Thenable>): Record<string, unknown> {
    const out: Record<string, unknown> = {}
    recipes.forEach((each, index) =>
      Object.defineProperty(out, `relation${index}`, { enumerable: true, get: () => this.build(each) })
    )
    return Object.defineProperty(out, "last", { enumerable: true, get: boom })
  }

  private pair(key: string, recipe: Thenable): ReadonlyArray<unknown> {
    return Object.defineProperty([key, undefined], 1, { enumerable: true, get: () => this.build(recipe) })
  }
}

const kind = fc.constantFrom(...allKinds)

/** A thenable for any place, even one that is not inspected. */
const one: fc.Arbitrary<Thenable> = fc.record({ make: fc.constant("one" as const), kind })

const leaf: fc.Arbitrary<Thenable> = fc.oneof(
  { weight: 6, arbitrary: one },
  { weight: 1, arbitrary: fc.record({ make: fc.constant("cause" as const), kind }) },
  { weight: 1, arbitrary: fc.record({ make: fc.constant("deep" as const), levels: fc.constantFrom(1, 2), kind }) }
)

/** Keys of inspected values, some of them with their own rules. */
const key = fc.constantFrom("value", "user_id", "url.query", "then", "name", "__proto__")

const nest = (inner: fc.Arbitrary<Thenable>): fc.Arbitrary<Thenable> =>
  fc.oneof(
    inner,
    fc.record({
      make: fc.constantFrom("array" as const, "set" as const, "getters" as const),
      of: fc.array(inner, { minLength: 1, maxLength: 3 })
    }),
    fc.record({ make: fc.constant("keys" as const), of: fc.array(one, { minLength: 1, maxLength: 3 }) }),
    fc.record({
      make: fc.constantFrom("object" as const, "map" as const, "pairs" as const),
      of: fc.uniqueArray(fc.tuple(key, inner), { minLength: 1, maxLength: 3, selector: ([name]) => name })
    })
  )

/** A value that is inspected, with thenables up to two levels deep. */
export const thenable: fc.Arbitrary<Thenable> = nest(nest(leaf))
