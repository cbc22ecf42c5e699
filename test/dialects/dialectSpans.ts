/**
 * One recorded span of each kind, with every attribute it can have. The golden tests show what the dialects add to these spans.
 */
import { type Dialect, type DialectSpan, errorType } from "../../src/dialects/Dialect.js"

const base = {
  outcome: "success",
  errorType: undefined,
  // 2026-01-02T03:04:05.678Z
  start: BigInt("1767323045678000000"),
  sessionId: "s-1",
  userId: "alice"
} as const

const span = (name: string, attributes: DialectSpan["attributes"]): DialectSpan => ({ ...base, name, attributes })

export const run = span("loom.run", {
  run_id: "run_01JGFJJZ00000000000000000A",
  agent: "helper",
  architecture: "supervisor",
  model: "claude-opus-4",
  provider: "anthropic",
  max_turns: 8,
  turns: 2,
  tokens_in: 132,
  tokens_out: 24,
  cost_usd: 0.5,
  input: "What is 1 + 2?",
  output: "It is 3"
})

export const turn = span("loom.turn", { turn: 0 })

export const model = span("loom.model.stream", {
  model: "claude-opus-4",
  provider: "anthropic",
  response_model: "claude-opus-4-20250514",
  streaming: true,
  tokens_in: 100,
  tokens_out: 20,
  cached_tokens_in: 60,
  cache_creation_tokens_in: 30,
  reasoning_tokens_out: 5,
  retries: 1,
  cost_usd: 0.25,
  ttft_ms: 250.5,
  finish_reason: "tool-calls",
  system_instructions: "Be brief.",
  input_messages: JSON.stringify([{ role: "user", content: [{ type: "text", text: "1 + 2?" }] }]),
  output_messages: JSON.stringify([{
    role: "assistant",
    content: [{ type: "tool-call", id: "c1", name: "add", params: { a: 1, b: 2 } }]
  }])
})

export const tool = span("loom.tool", {
  tool: "add",
  call_id: "c1",
  ok: true,
  duration_ms: 12,
  arguments: "{\"a\":1,\"b\":2}",
  result: "3"
})

export const workflow = span("loom.workflow", { workflow: "review", pattern: "chain" })

export const step = span("loom.workflow.step", { step: 1, node: "draft", pattern: "chain" })

export const library = span("http.client GET", { "http.request.method": "GET" })

export const everySpan: ReadonlyArray<DialectSpan> = [run, turn, model, tool, workflow, step, library]

/** The same span with another outcome. */
export const ending = (
  of: DialectSpan,
  outcome: DialectSpan["outcome"],
  exception: string | null = null
): DialectSpan => ({ ...of, outcome, errorType: errorType({ ...of, outcome, exception }) })

export const failed = (of: DialectSpan, exception: string | null = "RangeError: out of range"): DialectSpan =>
  ending(of, "failure", exception)

export const interrupted = (of: DialectSpan): DialectSpan => ending(of, "interrupted")

/** The same span without session and user. */
export const anonymous = (of: DialectSpan): DialectSpan => ({ ...of, sessionId: undefined, userId: undefined })

/** The attributes that these dialects add to a span. */
export const addedBy = (...dialects: ReadonlyArray<Dialect>) => (span: DialectSpan): DialectSpan["attributes"] => {
  const added: { [key: string]: DialectSpan["attributes"][string] } = {}
  for (const dialect of dialects) {
    dialect(span, (key, value) => {
      if (value !== undefined) {
        added[key] = value
      }
    })
  }
  return added
}
