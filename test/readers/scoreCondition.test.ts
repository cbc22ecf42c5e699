import { describe, expect, it } from "vitest"
import { scoreCondition } from "../../src/readers/scoreCondition.js"
import type { ScoreData } from "../../src/records/ScoreData.js"

const score = (name: string, value: number | null, label: string | null = null): ScoreData => ({
  name,
  value,
  label,
  explanation: null,
  source: "code",
  traceId: "1".repeat(32),
  spanId: null,
  attributes: {},
  time: BigInt(0)
})

const meets = (text: string, value: number | null, label: string | null = null): boolean => {
  const condition = scoreCondition(text)
  if (typeof condition === "string") {
    throw new Error(condition)
  }
  expect(condition.meets(score("another", value, label))).toBe(false)
  return condition.meets(score(condition.name, value, label))
}

describe("a condition on scores", () => {
  it.each([
    ["a", null, "x", true],
    ["a<0.5", 0.4, null, true],
    [" a  <  0.5 ", 0.4, null, true],
    ["a b = pass", 0, "pass", true],
    ["a = 0.2 .. 0.4", 0.3, null, true],
    ["a ", null, "x", true],
    ["a<0.5", 0.5, null, false],
    ["a<=0.5", 0.5, null, true],
    ["a>-1", -0.5, null, true],
    ["a=1", 1, "up", true],
    ["a!=1", 1, null, false],
    ["a<0.5", null, "low", false],
    ["a=pass", 0, "pass", true],
    ["a=pass", 1, null, false],
    ["a!=pass", 1, "fail", true],
    ["a=0.2..0.4", 0.2, null, true],
    ["a=0.2..0.4", 0.4, null, true],
    ["a=0.2..0.4", 0.41, null, false],
    ["a=-2..-1", -1.5, null, true],
    ["a=1e-7..1", 1e-7, null, true],
    ["a=0.2..0.4", null, "0.2..0.4", false],
    ["a=x..y", null, "x..y", true],
    ["a=1..2..3", null, "1..2..3", true],
    ["a=1..", null, "1..", true]
  ])("%s for value %s and label %s is %s", (text, value, label, expected) => {
    expect(meets(text, value, label)).toBe(expected)
  })

  it.each(["", "<1", "a<", "a>x", "a<=1..2"])("explains what was expected instead of %j", (text) => {
    expect(typeof scoreCondition(text)).toBe("string")
  })
})
