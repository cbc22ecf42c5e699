/**
 * Files of other producers, made by running them (test/producers), compared with expectations written by hand from what each program did.
 */
import { describe, expect, it } from "@effect/vitest"
import { entriesOf, TraceSummary, TraceTree, usageOfForest } from "loom-telemetry/readers"
import { readFileSync } from "node:fs"

/** What a file should say. */
interface Expected {
  /** Each span with a role, before its children: role, agent or model or tool, tokens in → out (cached), what failed. */
  readonly spans: ReadonlyArray<string>
  /** Tokens in → out, cached, dollars, in all. */
  readonly total: string
  /** Tokens in by agent, user and session. */
  readonly agents: object
  readonly users: object
  readonly sessions: object
}

const none = "(none)"

/** The agent of both versions of the Vercel AI SDK. */
const vercel: Expected["spans"] = [
  "run adder 250→30 (40)",
  "model gpt-5 100→10 (40) tool-calls",
  "tool add c1",
  "tool broken c2 FAILED Error: disk on fire",
  "model gpt-5 150→20 (0) stop"
]

const twice = { total: "250→30 40 cached", agents: { adder: 250 } }

const loomflow: Expected["spans"] = [
  "run adder",
  "turn",
  "model scripted 100→10 tool_use",
  "tool add c1",
  "turn",
  "model scripted 120→12 tool_use",
  "tool broken c2 FAILED",
  "turn",
  "model scripted 150→20 stop",
  "run",
  "turn",
  "model scripted 30→5 stop"
]

const table: { readonly [file: string]: Expected } = {
  // Version 7 writes neither the user nor the session.
  "vercel-7": {
    ...twice,
    spans: vercel.flatMap((span) => span.startsWith("model") ? ["turn", span] : [span]),
    users: { [none]: 250 },
    sessions: { [none]: 250 }
  },
  "vercel-6": { ...twice, spans: vercel, users: { alice: 250 }, sessions: { "chat-1": 250 } },
  mastra: {
    ...twice,
    spans: [
      "run adder",
      ...vercel.slice(1).flatMap((span) => span.startsWith("model") ? ["turn", span] : [span])
    ],
    users: { alice: 250 },
    sessions: { "chat-1": 250 }
  },
  openinference: {
    spans: [
      "model gpt-5-2025-08-07 100→10 (40) tool_calls",
      "model gpt-5-2025-08-07 100→10 (40) stop"
    ],
    total: "200→20 80 cached",
    agents: { [none]: 200 },
    users: { alice: 200 },
    sessions: { "chat-1": 200 }
  },
  "openai-agents": {
    spans: [
      "run Agent workflow",
      "run adder",
      "model gpt-5-2025-08-07 100→10 (40) stop",
      "tool add",
      "tool broken FAILED Error running tool (non-fatal)",
      "model gpt-5-2025-08-07 150→20 (0) stop"
    ],
    ...twice,
    users: { [none]: 250 },
    sessions: { [none]: 250 }
  },
  langfuse: {
    spans: [
      "run adder",
      "model gpt-5-2025-08-07 100→10 (40)",
      "model claude-opus-4-1 80→7 (30) $0.003",
      "tool broken FAILED disk on fire"
    ],
    total: "180→17 70 cached $0.003",
    agents: { adder: 180 },
    users: { alice: 180 },
    sessions: { "chat-1": 180 }
  },
  logfire: {
    spans: ["run adder 100→10 (40)", "model gpt-5 100→10 (40) stop"],
    total: "100→10 40 cached",
    agents: { adder: 100 },
    users: { alice: 100 },
    sessions: { [none]: 100 }
  },
  effect: {
    spans: ["model gpt-5 100→10 stop"],
    total: "100→10 0 cached",
    agents: { [none]: 100 },
    users: { alice: 100 },
    sessions: { "chat-1": 100 }
  },
  // 0.11 names no agent and marks a failed tool only in its metric, which names no span.
  "loomflow-0.11": {
    spans: loomflow.map((span) => span.replace(" adder", "").replace(" FAILED", "")),
    total: "400→47 0 cached $0.0065",
    agents: { [none]: 400 },
    users: { [none]: 400 },
    sessions: { "chat-1": 370, "chat-2": 30 }
  },
  // Two services; a line of metrics and one of logs, which are not read.
  collector: {
    spans: [
      "run adder",
      "model gpt-5 100→10 (40) tool_calls",
      "tool add c1",
      "tool broken c2 FAILED TypeError: disk on fire",
      "model gpt-5 150→20 stop",
      "model gpt-5-mini 30→5 $0.002"
    ],
    total: "280→35 40 cached $0.002",
    agents: { adder: 250, [none]: 30 },
    users: { alice: 250, bob: 30 },
    sessions: { "chat-1": 250, "chat-2": 30 }
  },
  "loomflow-0.20": {
    spans: loomflow,
    total: "400→47 0 cached $0.0065",
    agents: { adder: 370, [none]: 30 },
    users: { [none]: 400 },
    sessions: { "chat-1": 370, "chat-2": 30 }
  }
}

const bytesOf = (file: string): Uint8Array => readFileSync(new URL(`golden/${file}.jsonl`, import.meta.url))

const shown = (...parts: ReadonlyArray<unknown>): string =>
  parts.filter((part) => part !== undefined && part !== "").join(" ")

const spanText = (node: TraceTree.TraceNode): string => {
  const { attributes: of, role } = node.meaning
  const cached = of["cached_tokens_in"] === undefined ? "" : ` (${String(of["cached_tokens_in"])})`
  const usage = of["tokens_in"] === undefined ? "" : `${String(of["tokens_in"])}→${String(of["tokens_out"])}${cached}`
  const reason = node.exception?.split(": {")[0] ?? of["error"]
  return shown(
    role,
    role === "run"
      ? of["agent"]
      : role === "model"
      ? of["model"]
      : role === "tool"
      ? shown(of["tool"], of["call_id"])
      : "",
    usage,
    of["cost_usd"] === undefined ? "" : `$${String(of["cost_usd"])}`,
    role === "model" ? of["finish_reason"] : "",
    TraceTree.hasFailed(node) ? shown("FAILED", reason) : ""
  )
}

const read = (file: string): Expected => {
  const entries = entriesOf(bytesOf(file))
  expect(entries.filter(({ kind }) => kind === "bad")).toEqual([])
  const forest = TraceTree.fromEntries(entries)
  const summary = TraceSummary.of(entries.flatMap((entry) => entry.kind === "record" ? [entry.record] : []))
  expect(usageOfForest(forest).total).toEqual(summary.usage)
  const { cachedTokensIn, costUsd, tokensIn, tokensOut } = summary.usage
  const by = (dimension: TraceSummary.Dimension) =>
    Object.fromEntries(
      summary.by[dimension].filter(({ usage }) => usage.tokensIn > 0).map((
        { label, usage }
      ) => [label ?? none, usage.tokensIn])
    )
  return {
    spans: [...TraceTree.nodes(forest.traces.flatMap(({ roots }) => roots))].map(({ node }) => node)
      .filter(({ meaning }) => meaning.role !== undefined).map(spanText),
    total: shown(
      `${tokensIn}→${tokensOut}`,
      `${cachedTokensIn} cached`,
      costUsd === null ? "" : `$${Number(costUsd.toFixed(6))}`
    ),
    agents: by("agent"),
    users: by("user"),
    sessions: by("session")
  }
}

describe("a file of another producer", () => {
  it.each(Object.keys(table))("is read as its producer meant it: %s", (file) => {
    expect(read(file)).toEqual(table[file])
  })
})
