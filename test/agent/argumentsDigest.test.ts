import { describe, expect, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import { argumentsDigest } from "../../src/agent/tools/argumentsDigest.js"

describe("the digest of a tool call's arguments", () => {
  it.each<[unknown, unknown]>([
    [{ a: 1, b: { c: [1, 2], d: null } }, { b: { d: null, c: [1, 2] }, a: 1 }],
    [[], []],
    ["x", "x"],
    [undefined, undefined],
    [{ text: "a".repeat(1_000_000) }, { text: "a".repeat(1_000_000) }]
  ])("is the same for equal arguments", (one, other) => {
    expect(argumentsDigest(one)).toMatch(/^[0-9a-f]{12}$/)
    expect(argumentsDigest(other)).toBe(argumentsDigest(one))
  })

  it.each<[unknown, unknown]>([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { a: "1" }],
    [[1, 2], [2, 1]],
    [{ a: { b: 1 } }, { a: 1, b: 1 }],
    [null, {}]
  ])("differs for %j and %j", (one, other) => {
    expect(argumentsDigest(one)).not.toBe(argumentsDigest(other))
  })

  it("cannot be found by hashing guesses", () => {
    const json = JSON.stringify({ phone: "+49 30 1" })
    const guessed = createHash("sha256").update(json).digest("hex")
    expect(guessed).not.toContain(argumentsDigest(JSON.parse(json)))
  })

  it("is absent for values that are not JSON", () => {
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    expect(argumentsDigest(cyclic)).toBeUndefined()
    expect(argumentsDigest({ a: 1n })).toBeUndefined()
  })
})
