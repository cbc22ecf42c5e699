import { describe, expect, it } from "@effect/vitest"
import { entriesOf, Findings } from "loom-telemetry/readers"
import { readdirSync, readFileSync } from "node:fs"
import { file, span } from "./lines.js"

const found = (...lines: ReadonlyArray<string>) =>
  Findings.of(entriesOf(file(...lines))).findings.map(({ count, examples, kind, lines }) => ({
    kind,
    count,
    lines,
    examples
  }))

type Values = { readonly [key: string]: unknown }

/** A run of these steps, one after the other, each a millisecond. */
const run = (
  steps: ReadonlyArray<Values>,
  result: { readonly attributes?: Values; readonly outcome?: string } = {}
) => [
  ...steps.map((attributes, index) => {
    const { outcome = "success", ...rest } = attributes
    return span({
      name: "gen_ai.operation.name" in attributes
        ? "execute_tool f"
        : "model" in attributes
        ? "loom.model.stream"
        : "loom.tool",
      id: index + 2,
      parent: 1,
      start: index * 2,
      attributes: "tool" in attributes ? { ok: outcome === "success", ...rest } : rest,
      outcome: String(outcome)
    })
  }),
  span({
    name: "loom.run",
    id: 1,
    ms: steps.length * 2,
    ...result,
    attributes: { agent: "helper", architecture: "agent", ...result.attributes }
  })
]

const model = (costUsd: number, more: Values = {}) => ({ model: "m", tokens_in: 1000, cost_usd: costUsd, ...more })
const tool = (digest: string, more: Values = {}) => ({ tool: "search", arguments_digest: digest, ...more })
const id = (hex: string) => `00000000/${hex.padStart(16, "0")}`

const failed = { outcome: "failure" }

describe("a healthy run", () => {
  const healthy: { readonly [name: string]: ReadonlyArray<string> } = {
    "answers at once": run([model(1)]),
    "calls a tool, and pays more for the answer": run([model(0.1), tool("a"), model(5)]),
    "calls a tool twice": run([model(1), tool("a"), model(1), tool("a"), model(1)]),
    "calls a tool with other arguments each time": run([..."abcdef"].flatMap((each) => [model(1), tool(each)])),
    "calls other tools with the same arguments": run(
      ["x", "y", "z"].flatMap((each) => [model(1), tool("a", { tool: each })])
    ),
    "calls a tool without known arguments": run(
      Array.from({ length: 5 }, () => [model(1), { tool: "now" }]).flat()
    ),
    "recovers from a failed tool": run([model(1), tool("a", failed), model(1), tool("b"), model(1)]),
    "answers although its only tool failed": run([model(1), tool("a", failed), model(9)]),
    "has a growing prompt, of which the same part is cached": run([
      model(1, { tokens_in: 1100, cached_tokens_in: 1024 }),
      tool("a"),
      model(1, { tokens_in: 20_000, cached_tokens_in: 1024 })
    ]),
    "compacts its prompt": run([
      model(1, { tokens_in: 100_000, cached_tokens_in: 90_000 }),
      tool("a"),
      model(1, { tokens_in: 5000, cached_tokens_in: 0 })
    ]),
    "asks another model": run([
      model(1, { cached_tokens_in: 900 }),
      tool("a"),
      model(1, { model: "n", cached_tokens_in: 0 })
    ]),
    "has no known cost": run([{ model: "m" }, tool("a"), { model: "m" }, { model: "m" }])
  }

  it.each(Object.entries(healthy))("has no finding if it %s", (_, lines) => {
    expect(found(...lines)).toEqual([])
  })

  it("has no finding in the files of any producer", () => {
    const folder = new URL("golden/", import.meta.url)
    const kinds = ["repeated-tool-call", "cost-after-last-step", "cached-share-fell"]
    for (const name of readdirSync(folder).filter((each) => /\.jsonl?$/.test(each))) {
      const { findings } = Findings.of(entriesOf(readFileSync(new URL(name, folder))))
      expect(findings.filter(({ kind }) => kinds.includes(kind)), name).toEqual([])
    }
  })
})

describe("the same tool call three times in a run", () => {
  it("is found by the digest, with the cost of the model calls that repeated it", () => {
    expect(found(...run([model(1), tool("a"), model(2), tool("a"), model(4), tool("b"), tool("a"), model(8)]))).toEqual(
      [
        {
          kind: "repeated-tool-call",
          count: 1,
          lines: [7],
          examples: [`${id("8")} search of helper: 3 calls; the model calls that repeated it: $6.00`]
        }
      ]
    )
  })

  it("is found by recorded arguments, also under another producer's names", () => {
    const call = {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "f",
      "gen_ai.tool.call.arguments": "{}"
    }
    const ours = { tool: "f", arguments: "{\"q\":1}" }
    expect(found(...run([model(1), ours, ours, ours, model(1)]))).toMatchObject([{ kind: "repeated-tool-call" }])
    expect(found(...run([model(1), call, call, call, model(1)]))).toMatchObject([{ kind: "repeated-tool-call" }])
  })

  it("is not found if the calls are in different runs", () => {
    const once = (trace: number) => [
      span({ trace, name: "loom.tool", id: 2, parent: 1, attributes: { ok: true, ...tool("a") } }),
      span({ trace, name: "loom.run", id: 1, ms: 2, attributes: { agent: "a" } })
    ]
    expect(found(...once(1), ...once(2), ...once(3))).toEqual([])
  })
})

describe("cost after the last useful step", () => {
  it.each<[string, ReadonlyArray<Values>, object, string]>([
    [
      "tools that fail",
      [model(1), tool("a"), model(1), tool("b", failed), model(3), tool("c", failed), model(1)],
      {},
      "$4.00 of $6.00"
    ],
    ["a run that fails", [model(1), tool("a"), model(3)], { outcome: "failure" }, "$3.00 of $4.00"],
    [
      "a run that a budget ends",
      [model(1), tool("a"), model(3)],
      { attributes: { interrupted_reason: "budget" } },
      "$3.00 of $4.00"
    ],
    [
      "a failed run whose tools all fail",
      [model(1), tool("a", failed), model(3)],
      { outcome: "failure" },
      "$4.00 of $4.00"
    ]
  ])("is found in %s", (_, steps, result, money) => {
    expect(found(...run(steps, result))).toEqual([
      { kind: "cost-after-last-step", count: 1, lines: [steps.length + 1], examples: [`${id("1")} helper: ${money}`] }
    ])
  })

  it("counts a call that wraps another once", () => {
    const [inner, ...rest] = run([model(1), tool("a"), model(3)], { outcome: "failure" })
    const wrapper = span({ name: "loom.model.stream", id: 20, parent: 1, attributes: model(1) })
    const moved = inner!.replace(/"parent_span_id":"0{15}1"/, "\"parent_span_id\":\"0000000000000014\"")
    expect(found(moved, wrapper, ...rest)).toMatchObject([{ examples: [`${id("1")} helper: $3.00 of $4.00`] }])
  })
})

describe("a drop of the cached share", () => {
  it("is found with both shares and costs", () => {
    expect(found(...run([
      model(1, { tokens_in: 10_000, cached_tokens_in: 9000 }),
      tool("a"),
      model(4, { tokens_in: 11_000, cached_tokens_in: 0 })
    ]))).toEqual([
      {
        kind: "cached-share-fell",
        count: 1,
        lines: [3],
        examples: [`${id("4")} m of helper: 90% cached before, now 0%; $1.00 before, now $4.00`]
      }
    ])
  })
})
