/**
 * Which promises get a rejection handler, and what is left alone.
 */
import { describe, expect, it } from "@effect/vitest"
import { runInNewContext } from "node:vm"
import { catchRejection, handled } from "../../src/records/promises.js"
import { allKinds, World } from "../properties/thenables.js"
import { unhandledIn } from "../properties/unhandled.js"

class Sub<A> extends Promise<A> {
  static made = 0
  constructor(run: ConstructorParameters<typeof Promise<A>>[0]) {
    super(run)
    Sub.made++
  }
}

/** The reasons that the handler receives. */
const reasonsOf = async (make: () => unknown): Promise<ReadonlyArray<unknown>> => {
  const reasons: Array<unknown> = []
  expect(await unhandledIn(() => void catchRejection(make(), (reason) => reasons.push(reason)))).toEqual([])
  return reasons
}

describe("the handler for a rejection", () => {
  for (
    const [what, make] of [
      ["a promise", () => Promise.reject("no")],
      ["a promise of a subclass", () => Sub.reject("no")],
      ["a promise of another realm", () => runInNewContext("Promise.reject('no')")],
      ["a promise without a prototype", () => Object.setPrototypeOf(Promise.reject("no"), null)],
      ["a frozen promise", () => Object.freeze(Promise.reject("no"))]
    ] satisfies ReadonlyArray<readonly [string, () => unknown]>
  ) {
    it(`receives the reason from ${what}`, async () => {
      expect(await reasonsOf(make)).toEqual(["no"])
    })
  }

  it("is attached without calling methods of a subclass, and leaves the promise unchanged", async () => {
    const promise = Sub.reject("no")
    const { made } = Sub
    // Node adds keys of its own if asynchronous contexts are in use.
    const keys = Reflect.ownKeys(promise)
    expect(await reasonsOf(() => promise)).toEqual(["no"])
    expect(Sub.made).toBe(made)
    expect(Reflect.ownKeys(promise)).toEqual(keys)
    expect(promise.constructor).toBe(Sub)

    const own = Object.defineProperty(Promise.reject("no"), "constructor", { configurable: true, value: Sub })
    const before = Object.getOwnPropertyDescriptor(own, "constructor")
    expect(await reasonsOf(() => own)).toEqual(["no"])
    expect(Object.getOwnPropertyDescriptor(own, "constructor")).toEqual(before)
  })

  it("does not affect a program's own handlers", async () => {
    const promise = Promise.reject(new Error("no"))
    handled(promise)
    await expect(promise).rejects.toThrow("no")
  })

  it("never throws and never starts work, whether or not it can be attached", async () => {
    for (const kind of allKinds) {
      const world = new World()
      const unhandled = await unhandledIn(() => {
        const value = world.one(kind)
        expect(handled(value)).toBe(value)
        world.rejectAll()
      })
      expect([kind, unhandled, world.begun]).toEqual([kind, [], []])
    }
  })

  it("is attached only to promises", () => {
    for (const value of [Promise.resolve(), Sub.resolve(), new Proxy(Promise.resolve(), {})]) {
      expect(catchRejection(value)).toBe(true)
    }
    const { proxy, revoke } = Proxy.revocable(Promise.resolve(), {})
    revoke()
    for (const value of [undefined, null, 1, "then", {}, [], { then: () => {} }, () => Promise.resolve(), proxy]) {
      expect(catchRejection(value)).toBe(false)
    }
  })
})
