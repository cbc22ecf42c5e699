/**
 * Usage that is written more than once counts once: by wrappers around a call, and by a span that is written again while its call is running.
 */
import { describe, expect, it } from "@effect/vitest"
import { entriesOf, Findings, TraceSummary, TraceTree, usageOfForest } from "loom-telemetry/readers"
import { decodeFacts, type Facts } from "../../src/records/wire/facts.js"
import { span } from "./lines.js"

/** Tokens in, tokens out and dollars, as the summary and the trees count them. */
const counted = (lines: ReadonlyArray<string>) => {
  const text = `${lines.join("\n")}\n`
  const summary = TraceSummary.of(lines.map((line, at) => decodeFacts(line, at + 1) as Facts)).usage
  const trees = usageOfForest(TraceTree.fromEntries(entriesOf(text))).total
  return [summary, trees].map(({ costUsd, tokensIn, tokensOut }) => [tokensIn, tokensOut, costUsd])
}

const twice = (usage: ReadonlyArray<number | null>) => [usage, usage]

const ours = (tokens_in: number, tokens_out: number, cost_usd?: number) => ({
  tokens_in,
  tokens_out,
  ...(cost_usd !== undefined && { cost_usd })
})
const genai = (tokens: number, out: number) => ({
  "gen_ai.operation.name": "chat",
  "gen_ai.usage.input_tokens": tokens,
  "gen_ai.usage.output_tokens": out
})
const inference = (tokens: number, out: number) => ({
  "openinference.span.kind": "LLM",
  "llm.token_count.prompt": tokens,
  "llm.token_count.completion": out
})

const call = (id: number, parent: number | null, attributes: object, name = "loom.model.complete") =>
  span({ id, parent, name, attributes: { ...attributes } })

const permutations = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  all.length < 2
    ? [all]
    : all.flatMap((each, at) => permutations(all.filter((_, other) => other !== at)).map((rest) => [each, ...rest]))

describe("a model span around others", () => {
  const cases: { readonly [what: string]: readonly [ReadonlyArray<string>, ReadonlyArray<number | null>] } = {
    "with the same usage": [[call(2, 1, ours(100, 10)), call(1, null, ours(100, 10))], [100, 10, null]],
    "with the same usage and cost": [[call(2, 1, ours(100, 10, 0.5)), call(1, null, ours(100, 10, 0.5))], [
      100,
      10,
      0.5
    ]],
    "three deep": [
      [call(3, 2, ours(100, 10)), call(2, 1, ours(100, 10)), call(1, null, ours(100, 10))],
      [100, 10, null]
    ],
    "with another span between": [
      [call(3, 2, ours(100, 10)), span({ id: 2, parent: 1, name: "http" }), call(1, null, ours(100, 10))],
      [100, 10, null]
    ],
    "in the names of two other producers": [
      [call(2, 1, genai(100, 10), "chat gpt-5"), call(1, null, inference(100, 10), "ChatOpenAI")],
      [100, 10, null]
    ],
    "without an operation name": [
      [
        call(2, 1, genai(100, 10), "generate_content"),
        call(
          1,
          null,
          { ...genai(100, 10), "gen_ai.operation.name": undefined, "gen_ai.request.model": "m" },
          "call_llm"
        )
      ],
      [100, 10, null]
    ],
    "as a chain with the totals": [
      [
        call(2, 1, genai(100, 10), "llm"),
        call(1, null, { ...genai(100, 10), "langsmith.span.kind": "chain" }, "graph")
      ],
      [100, 10, null]
    ],
    "as a run with the sum under its own attribute name": [
      [
        call(2, 1, genai(100, 10), "chat"),
        call(3, 1, genai(150, 20), "chat"),
        call(1, null, { agent_name: "a", model_name: "m", "gen_ai.aggregated_usage.input_tokens": 250 }, "agent run")
      ],
      [250, 30, null]
    ],
    "with another price": [
      [call(2, 1, ours(100, 10, 0.5)), call(1, null, ours(100, 10, 0.7))],
      [100, 10, 0.5]
    ],
    "without the cached input of its call": [
      [
        call(2, 1, { ...ours(100, 10), cached_tokens_in: 40 }),
        call(1, null, { ...ours(100, 10), cached_tokens_in: 0 })
      ],
      [100, 10, null]
    ],
    "that counts cached input, which the other one counts apart": [
      [
        call(2, 1, { ...ours(100, 10), cached_tokens_in: 40 }),
        call(1, null, { ...ours(145, 10), cached_tokens_in: 40 })
      ],
      [145, 10, null]
    ],
    "that counts cached input apart": [
      [
        call(2, 1, { ...ours(145, 10), cached_tokens_in: 40 }),
        call(1, null, { ...ours(100, 10), cached_tokens_in: 40 })
      ],
      [145, 10, null]
    ],
    "with the sum of two calls": [
      [call(2, 1, ours(60, 4)), call(3, 1, ours(40, 6)), call(1, null, ours(100, 10))],
      [100, 10, null]
    ],
    "without usage of its own": [[call(2, 1, ours(100, 10)), call(1, null, {})], [100, 10, null]],
    "with usage where the inner one has none": [[call(2, 1, {}), call(1, null, ours(100, 10))], [100, 10, null]],
    "with only the cost, and the tokens inside": [
      [call(2, 1, ours(100, 10)), call(1, null, { cost_usd: 0.5 })],
      [100, 10, 0.5]
    ],
    "with different usage, as a call of its own": [
      [call(2, 1, ours(100, 10)), call(1, null, ours(70, 7))],
      [170, 17, null]
    ]
  }

  it.each(Object.entries(cases))("counts once, in any order of the lines: %s", (_, [lines, expected]) => {
    for (const order of permutations(lines)) {
      expect(counted(order)).toEqual(twice(expected))
    }
  })
})

describe("a span that was written again", () => {
  const growing = (...tokens: ReadonlyArray<number>) => tokens.map((each) => call(1, null, ours(100, each)))
  const run = span({ id: 9, name: "loom.run", attributes: { agent: "a" } })

  it.each<readonly [string, ReadonlyArray<string>, ReadonlyArray<number | null>, updated: number, duplicates: number]>([
    ["with growing tokens", growing(1, 5, 10), [100, 10, null], 2, 0],
    ["with shrinking tokens", growing(10, 5), [100, 5, null], 1, 0],
    ["with tokens only the last time", [call(1, null, {}), ...growing(10)], [100, 10, null], 1, 0],
    [
      "with a cost only the last time",
      [call(1, null, ours(100, 10)), call(1, null, ours(100, 10, 0.5))],
      [100, 10, 0.5],
      1,
      0
    ],
    ["without tokens the second time", [...growing(10), call(1, null, {})], [100, 10, null], 0, 1],
    ["unchanged", growing(10, 10), [100, 10, null], 0, 1],
    ["with other spans between", [growing(1)[0]!, run, growing(10)[0]!], [100, 10, null], 1, 0],
    [
      "in another producer's names",
      [call(1, null, genai(100, 1), "chat"), call(1, null, genai(100, 10), "chat")],
      [100, 10, null],
      1,
      0
    ]
  ])("counts with its last usage and is reported: %s", (_, lines, expected, updated, duplicates) => {
    expect(counted(lines)).toEqual(twice(expected))
    const { findings } = Findings.of(entriesOf(`${lines.join("\n")}\n`))
    const countOf = (kind: string) => findings.find((each) => each.kind === kind)?.count ?? 0
    expect([countOf("updated-span"), countOf("duplicate-span")]).toEqual([updated, duplicates])
  })
})

describe("integers that a number cannot hold", () => {
  const large = ["9007199254740993", "-9007199254740993", "18446744073709551615", "123456789012345678901234567890"]
  const withAttribute = (text: string) => span({ id: 1, attributes: { large: "HERE" } }).replace("\"HERE\"", text)
  const attributeOf = (line: string) => {
    const [entry] = entriesOf(`${line}\n`)
    return entry?.kind === "record" && entry.record.kind === "span" ? entry.record.span.attributes["large"] : entry
  }

  it.each(large)("keep their digits, even in lists and objects: %s", (digits) => {
    expect(attributeOf(withAttribute(digits))).toBe(digits)
    expect(attributeOf(withAttribute(`[1,${digits}]`))).toEqual([1, digits])
    expect(attributeOf(withAttribute(`{"a":{"b":${digits}}}`))).toEqual({ a: { b: digits } })
  })

  it.each(["9007199254740991", "9007199254740992", "-9007199254740992", "1e300", "0.1", "12345678901234567.5"])(
    "leave other numbers unchanged: %s",
    (digits) => expect(attributeOf(withAttribute(digits))).toBe(Number(digits))
  )

  it("stay as they are inside texts", () => {
    expect(attributeOf(withAttribute("\"a 9007199254740993, \\\"9007199254740993\\\"\""))).toBe(
      "a 9007199254740993, \"9007199254740993\""
    )
  })
})
