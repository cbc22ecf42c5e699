/**
 * Traces with content, as this package records it: a supervisor, its worker, a tool that failed, an image, code, a long text.
 */
import { fileOf, lineOf, type SampleSpan } from "./samples.js"

const json = (value: unknown): string => JSON.stringify(value)

const text = (text: string) => ({ type: "text", text })
const call = (id: string, name: string, params: unknown) => ({ type: "tool-call", id, name, params })
const result = (id: string, name: string, result: unknown, isFailure = false) => ({
  type: "tool-result",
  id,
  name,
  result,
  isFailure
})

export const systemPrompt = `You are on call for the checkout service. Find the cause before you suggest a fix.\n${
  "Never restart a database. ".repeat(80)
}`

/** A model's answer in Markdown. */
export const answer = [
  "## Cause",
  "",
  "Release **4.12.0** cut the pool from `40` to `4`:",
  "",
  "```diff",
  "- max: 40",
  "+ max: 4",
  "```",
  "",
  "| release | p95 |",
  "| --- | --- |",
  "| 4.11.3 | 310 ms |",
  "| 4.12.0 | 640 ms |",
  "",
  "1. Roll back to 4.11.3.",
  "2. Add an alert on `pool_wait_seconds`."
].join("\n")

const prompt = [
  { role: "system", content: systemPrompt },
  {
    role: "user",
    content: [
      text("Why did checkout slow down? The graph is attached."),
      {
        type: "file",
        mediaType: "image/png",
        fileName: "latency.png",
        data: { kind: "image", media_type: "image/png", size: 48_213, digest: "sha256:5f2c" }
      }
    ]
  }
]

const asked = {
  role: "assistant",
  content: [
    { type: "reasoning", text: "The graph rises at 14:02, the time of a deploy. The logs should say which." },
    text("I will look at the deploy and at the logs."),
    call("c1", "read_diff", { release: "4.12.0", paths: ["config/pool.yaml"] }),
    call("c2", "delegate", { worker: "logs", instructions: "What do the logs say after 14:02?" })
  ]
}

const results = {
  role: "tool",
  content: [
    result("c1", "read_diff", { files: [{ path: "config/pool.yaml", diff: "- max: 40\n+ max: 4" }] }),
    result("c2", "delegate", "The pool was exhausted: `waited 300 ms`.")
  ]
}

const followUp = { role: "user", content: "Thanks. Who approved it?" }
const last = { role: "assistant", content: [text("The record does not say.")] }

const spans: ReadonlyArray<SampleSpan> = [
  {
    id: 1,
    name: "loom.run",
    start: 0,
    end: 9000,
    attributes: { agent: "on-call", user_id: "alice", session_id: "incident" }
  },
  { id: 2, parent: 1, name: "loom.turn", start: 1, end: 5000, attributes: { turn: 0 } },
  {
    id: 3,
    parent: 2,
    name: "loom.model.stream",
    start: 2,
    end: 2100,
    attributes: {
      model: "claude-opus-4-5",
      tokens_in: 2310,
      tokens_out: 210,
      cost_usd: 0.0168,
      input_messages: json(prompt),
      output_messages: json([asked])
    }
  },
  {
    id: 4,
    parent: 2,
    name: "loom.tool",
    start: 2101,
    end: 2700,
    attributes: { tool: "read_diff", call_id: "c1", ok: true, arguments: json({ release: "4.12.0" }) }
  },
  {
    id: 5,
    parent: 2,
    name: "loom.tool",
    start: 2101,
    end: 4900,
    attributes: { tool: "delegate", worker: "logs", call_id: "c2", ok: true }
  },
  { id: 6, parent: 5, name: "loom.run", start: 2102, end: 4899, attributes: { agent: "logs" } },
  { id: 7, parent: 6, name: "loom.turn", start: 2103, end: 4800, attributes: { turn: 0 } },
  {
    id: 8,
    parent: 7,
    name: "loom.model.stream",
    start: 2104,
    end: 3000,
    attributes: {
      model: "gpt-5-mini",
      tokens_in: 1610,
      tokens_out: 120,
      cost_usd: 0.0006,
      input_messages: json([{ role: "user", content: "What do the logs say after 14:02?" }]),
      output_messages: json([{ role: "assistant", content: [call("l1", "search_logs", { query: "*" })] }])
    }
  },
  {
    id: 9,
    parent: 7,
    name: "loom.tool",
    start: 3001,
    end: 4700,
    outcome: "failure",
    exception: "TooWide: 41,000,000 lines match",
    attributes: {
      tool: "search_logs",
      call_id: "l1",
      ok: false,
      arguments: json({ query: "*" }),
      result: "the query is too wide: 41,000,000 lines match"
    }
  },
  { id: 10, parent: 1, name: "loom.turn", start: 5001, end: 7000, attributes: { turn: 1 } },
  {
    id: 11,
    parent: 10,
    name: "loom.model.stream",
    start: 5002,
    end: 6900,
    attributes: {
      model: "claude-opus-4-5",
      tokens_in: 3120,
      tokens_out: 260,
      cost_usd: 0.0221,
      input_messages: json([...prompt, asked, results]),
      output_messages: json([{ role: "assistant", content: [text(answer)] }])
    }
  },
  { id: 12, parent: 1, name: "loom.turn", start: 7001, end: 8900, attributes: { turn: 2 } },
  {
    id: 13,
    parent: 12,
    name: "loom.model.stream",
    start: 7002,
    end: 8800,
    attributes: {
      model: "claude-opus-4-5",
      tokens_in: 3420,
      tokens_out: 20,
      cost_usd: 0.0176,
      input_messages: json([
        ...prompt,
        "…[+2 items]",
        { role: "assistant", content: [text("## Cause…[+200 chars]")] },
        followUp
      ]),
      output_messages: json([last])
    }
  }
]

/** A file with these traces. */
export const talkFile = (): string => fileOf(spans.map(lineOf))
