/**
 * The message of a failed expectation: it is clear without the source, states what was expected where, and shows both trees.
 */
import { describe, expect, it } from "@effect/vitest"
import type { AttributeValue, SpanNode } from "loom-telemetry"
import {
  any,
  atLeast,
  closeTo,
  containing,
  exactly,
  formatMismatches,
  matching,
  matchTree,
  mismatchOf,
  oneOf,
  times,
  type TraceExpectation,
  unordered,
  type ValueExpectation
} from "loom-telemetry/testing"
import { readFileSync } from "node:fs"
import { type Plan, record } from "./plans.js"

/** The page that shows a message. */
const page = new URL("../../docs/trace-expectations.md", import.meta.url)

const messageOf = (tree: ReadonlyArray<SpanNode>, expectation: TraceExpectation): string =>
  mismatchOf(tree, expectation)!.message

const model = (tokens_in: number): Plan => ({ name: "loom.model.stream", attributes: { model: "gpt-5", tokens_in } })

const run = record({
  name: "loom.run",
  attributes: { agent: "weather", user_id: "alice" },
  children: [
    {
      name: "loom.turn",
      attributes: { turn: 0 },
      children: [
        model(30),
        {
          name: "loom.tool",
          attributes: { tool: "weather", call_id: "c1", ok: false },
          outcome: "failure",
          exception: "no city"
        },
        { name: "loom.tool", attributes: { tool: "clock", ok: true } }
      ]
    },
    { name: "loom.turn", attributes: { turn: 1 }, children: [model(40)] }
  ]
})

describe("the message of a failed expectation", () => {
  it("states what was expected where, and shows both trees with the differing lines marked", () => {
    const message = messageOf(run, {
      name: "loom.run",
      attributes: { user_id: "alice" },
      children: [
        {
          name: "loom.turn",
          children: [
            { name: "loom.model.stream", attributes: { tokens_in: atLeast(40) } },
            { name: "loom.tool", attributes: { tool: "weather", call_id: any, ok: true }, outcome: "success" },
            { name: "loom.tool", attributes: { tool: matching(/^cl/) } }
          ]
        },
        { name: "loom.turn" },
        { name: "loom.turn", attributes: { turn: 2 } }
      ]
    })
    expect(message).toBe(`The recorded trace is not as expected: 4 differences.

1. loom.run weather > loom.turn[1] > loom.model.stream gpt-5: attribute tokens_in
   expected  <at least 40>
   recorded  30
2. loom.run weather > loom.turn[1] > loom.tool weather: attribute ok
   expected  true
   recorded  false
3. loom.run weather > loom.turn[1] > loom.tool weather: outcome
   expected  success
   recorded  failure
4. loom.run weather > loom.turn[3]: the span is missing
   expected  • loom.turn turn=2
   recorded  nothing

Expected:
       • loom.run user_id=alice
         • loom.turn
   1>      • loom.model.stream tokens_in=<at least 40>
 2-3>      • loom.tool tool=weather, call_id=<any value>, ok=true [success]
           • loom.tool tool=<matching /^cl/>
         • loom.turn
   4>    • loom.turn turn=2

Recorded:
       • loom.run user_id=alice
         • loom.turn
   1>      • loom.model.stream tokens_in=30
 2-3>      • loom.tool tool=weather, call_id=c1, ok=false [failure]
           • loom.tool tool=clock
         • loom.turn
           … 1 span that is not checked`)
  })

  it("is shown in the documentation", () => {
    const turn = record({
      name: "loom.turn",
      children: [model(30), { name: "loom.tool", attributes: { tool: "weather" }, outcome: "failure" }]
    })
    const message = messageOf(turn, {
      name: "loom.turn",
      children: [
        { name: "loom.model.stream", attributes: { tokens_in: atLeast(40) } },
        { name: "loom.tool", outcome: "success" }
      ]
    })
    expect(readFileSync(page, "utf8")).toContain(`\n${message}\n`)
  })

  it("shows spans that are unexpected, missing or misplaced, and how lists are compared", () => {
    const [a, b] = [{ name: "a" }, { name: "b", attributes: { n: 1 } }]
    const tree = record(
      { name: "root", children: [b, a, b, { name: "x", attributes: { why: "?" }, outcome: "interrupted" }] },
      { name: "other", children: [b] }
    )
    const message = messageOf(
      tree,
      containing([{
        name: "root",
        attributes: exactly({}),
        children: [a, times(3, b)]
      }, { name: "other", children: unordered(containing([{ name: "b", attributes: { n: "1" } }])) }])
    )
    expect(message).toBe(`The recorded trace is not as expected: 4 differences.

1. root > a: the span is at a different position
   expected  as child 1
   recorded  as child 2
2. root > b: the span is missing
   expected  3 times • b n=1
   recorded  2 times
3. root > x: unexpected span
   expected  nothing
   recorded  • x why="?" [interrupted]
4. other > b: attribute n
   expected  "1"
   recorded  1

Expected among others:
     • root
 1>    • a
       • b n=1
 2>    • b n=1
       • b n=1
     • other  — children in any order, among others
 4>    • b n="1"

Recorded:
     • root
       • b n=1
 1>    • a
       • b n=1
 3>    • x why="?" [interrupted]
     • other
 4>    • b n=1`)
  })

  it("shows the part of long values that differs", () => {
    const long = "x".repeat(5000)
    const [difference] = matchTree(record({ name: "s", attributes: { text: `${long}END` } }), {
      name: "s",
      attributes: { text: `${long}THE END` }
    })
    const [, expected, recorded] = formatMismatches([difference!]).split("\n")
    expect(expected).toMatch(/^ {3}expected {2}…x{60}THE END"$/)
    expect(recorded).toMatch(/^ {3}recorded {2}…x{60}END"$/)
  })

  it("treats NaN as equal to NaN, and 0 to -0, but not to strings, also inside arrays and objects", () => {
    const [{ children, span }] = record({ name: "s" }) as [SpanNode]
    const numbers = [NaN, Infinity, -Infinity, 0, -0]
    const treeOf = (value: AttributeValue): SpanNode => ({ span: { ...span, attributes: { value } }, children })
    const isExpected = (recorded: AttributeValue, value: ValueExpectation) =>
      matchTree(treeOf(recorded), { name: "s", attributes: { value } }).length === 0
    for (const recorded of numbers) {
      for (const wanted of numbers) {
        const isEqual = Object.is(recorded, wanted) || (recorded === 0 && wanted === 0)
        expect(isExpected(recorded, wanted)).toBe(isEqual)
        expect(isExpected([1, recorded], [1, wanted])).toBe(isEqual)
        expect(isExpected({ n: [recorded] }, { n: [wanted] })).toBe(isEqual)
        expect(isExpected(recorded, closeTo(wanted))).toBe(isEqual)
        expect(isExpected(recorded, oneOf("a", wanted))).toBe(isEqual)
      }
      for (const nested of [(value: AttributeValue) => value, (value: AttributeValue) => ({ n: [value] })]) {
        const text = String(recorded)
        expect(isExpected(nested(text), nested(recorded))).toBe(false)
        const difference = formatMismatches(
          matchTree(treeOf(nested(text)), { name: "s", attributes: { value: nested(recorded) } })
        )
        expect(difference).toContain(`\n   expected  ${text}\n   recorded  "${text}"`)
      }
      expect(
        formatMismatches(matchTree(treeOf(["a", String(recorded)]), { name: "s", attributes: { value: [recorded] } }))
      )
        .toContain(`\n   expected  [${String(recorded)}]\n   recorded  ["a", "${String(recorded)}"]`)
    }
  })

  it("distinguishes NaN and Infinity from the strings that records store for them", () => {
    const attributes = { n: NaN, list: [1, -Infinity], text: "NaN" }
    const tree = record({ name: "s", attributes })
    expect(formatMismatches(matchTree(tree, { name: "s", attributes }))).toBe(
      `1. s: attribute n
   expected  NaN
   recorded  "NaN" (a string, because records store NaN and Infinity as strings)
2. s: attribute list."1"
   expected  -Infinity
   recorded  "-Infinity" (a string, because records store NaN and Infinity as strings)`
    )
    expect(matchTree(tree, { name: "s", attributes: { n: "NaN", list: [1, "-Infinity"] } })).toEqual([])
    const [different] = matchTree(tree, { name: "s", attributes: { text: oneOf("a", NaN) } })
    expect(formatMismatches([different!])).toContain("expected  <one of \"a\", NaN>\n   recorded  \"NaN\" (a string")
  })

  it("shows a large tree only near differences, with their ancestors", () => {
    const children = Array.from({ length: 200 }, (_, n) => ({ name: "turn", attributes: { n } }))
    const expected = children.map((turn, n) => n === 100 ? { name: "turn", attributes: { n: -1 } } : turn)
    const message = messageOf(record({ name: "root", children }), { name: "root", children: expected })
    expect(message.split("Recorded:\n")[1]).toBe([
      "     • root",
      "       ⋮",
      "       • turn n=98",
      "       • turn n=99",
      " 1>    • turn n=100",
      "       • turn n=101",
      "       • turn n=102",
      "       ⋮"
    ].join("\n"))
  })

  it("shows the first twenty differences and counts the rest", () => {
    const children = Array.from({ length: 50 }, (_, n) => ({ name: `extra${n}` }))
    const message = messageOf(record({ name: "root", children }), { name: "root", children: [] })
    expect(message).toContain("not as expected: 50 differences.")
    expect(message).toContain("\n20. root > extra19: unexpected span\n")
    expect(message).toContain("\n… and 30 more\n")
  })

  it("states that nothing was recorded", () => {
    expect(messageOf([], { name: "root" })).toContain("Recorded:\n     nothing")
  })
})

describe("the two strings of a failed expectation", () => {
  it("differ only where something is wrong", () => {
    const { actual, expected } = mismatchOf(run, {
      name: /loom/,
      attributes: { agent: any },
      children: [
        { name: "loom.turn", children: containing([{ name: "loom.tool", attributes: { tool: /w/, ok: true } }]) },
        { name: "loom.turn", attributes: { turn: atLeast(0) } }
      ]
    })!
    expect(actual).toBe([
      "• loom.run agent=weather",
      "  • loom.turn",
      "    • loom.tool tool=weather, ok=false",
      "  • loom.turn turn=1"
    ].join("\n"))
    expect(expected).toBe(actual.replace("ok=false", "ok=true"))
  })
})
