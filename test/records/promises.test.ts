/**
 * Which promises get a handler, and what is left alone.
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

/** What the handler is told of the rejections of these. */
const toldOf = async (make: () => unknown): Promise<ReadonlyArray<unknown>> => {
  const told: Array<unknown> = []
  expect(await unhandledIn(() => void catchRejection(make(), (reason) => told.push(reason)))).toEqual([])
  return told
}

describe("the handler of a rejection", () => {
  for (
    const [what, make] of [
      ["a promise", () => Promise.reject("no")],
      ["a promise of a subclass", () => Sub.reject("no")],
      ["a promise of another realm", () => runInNewContext("Promise.reject('no')")],
      ["a promise without a prototype", () => Object.setPrototypeOf(Promise.reject("no"), null)],
      ["a frozen promise", () => Object.freeze(Promise.reject("no"))]
    ] satisfies ReadonlyArray<readonly [string, () => unknown]>
  ) {
    it(`is told of the reason by ${what}`, async () => {
      expect(await toldOf(make)).toEqual(["no"])
    })
  }

  it("is attached without a call of what a subclass defines, and leaves the promise as it was", async () => {
    const promise = Sub.reject("no")
    const { made } = Sub
    expect(await toldOf(() => promise)).toEqual(["no"])
    expect(Sub.made).toBe(made)
    expect(Reflect.ownKeys(promise)).toEqual([])
    expect(promise.constructor).toBe(Sub)

    const own = Object.defineProperty(Promise.reject("no"), "constructor", { configurable: true, value: Sub })
    const before = Object.getOwnPropertyDescriptor(own, "constructor")
    expect(await toldOf(() => own)).toEqual(["no"])
    expect(Object.getOwnPropertyDescriptor(own, "constructor")).toEqual(before)
  })

  it("leaves a program's own handlers as they are", async () => {
    const promise = Promise.reject(new Error("no"))
    handled(promise)
    await expect(promise).rejects.toThrow("no")
  })

  it("is attached or not, but never throws, and begins nothing", async () => {
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

  it("says what is a promise", () => {
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
