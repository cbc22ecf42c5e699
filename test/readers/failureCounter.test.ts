/**
 * Failures are grouped where they started, in any order of records and in bounded memory.
 */
import { describe, expect, it } from "@effect/vitest"
import { FailureCounter } from "../../src/readers/errors/FailureCounter.js"
import { takeFacts } from "../../src/readers/lineFacts.js"
import { span } from "./lines.js"

const groupsOf = (lines: ReadonlyArray<string>, maxHeld?: number) => {
  const counter = new FailureCounter(maxHeld)
  lines.forEach((text, index) =>
    takeFacts({ text, line: index + 1, offset: 0, torn: false, overlong: 0 }, {
      add: (facts, line) => counter.add(facts, line),
      bad: () => expect.unreachable()
    })
  )
  return counter.groups().map(({ count, label, spans }) => `${count} × ${label} at ${spans[0]?.line}`)
}

const failed = { outcome: "failure", exception: "Error: no" }

describe("FailureCounter", () => {
  const [inner, outer] = [
    span({ id: 2, parent: 1, name: "inner", ...failed }),
    span({ id: 1, name: "outer", ...failed })
  ]

  it("counts a failure where it started, whichever record comes first", () => {
    expect(groupsOf([inner, outer])).toEqual(["1 × inner at 1"])
    expect(groupsOf([outer, inner])).toEqual(["1 × inner at 2"])
  })

  it("loses no failure of spans that are their own ancestors", () => {
    expect(groupsOf([span({ id: 1, parent: 1, name: "self", ...failed })])).toEqual(["1 × self at 1"])
    const circle = [span({ id: 1, parent: 2, ...failed }), span({ id: 2, parent: 1, ...failed })]
    expect(groupsOf(circle)).toHaveLength(1)
  })

  it("counts all failures when it holds only a few of them", () => {
    const many = Array.from({ length: 500 }, (_, trace) => [
      span({ trace, id: 2, parent: 1, name: "inner", ...failed }),
      span({ trace, id: 1, name: "outer", ...failed })
    ]).flat()
    expect(groupsOf(many, 20)).toEqual(["500 × inner at 1"])
  })
})
