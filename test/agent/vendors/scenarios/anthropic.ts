/**
 * Anthropic. Claude Sonnet 4.5, per million tokens: input 3, output 15, cache read 0.30, cache write 3.75, for an hour 6. For prompts above 200,000
 * tokens twice that, but output 1.5 times. A web search costs a cent.
 */
import { refuses } from "../answers.js"
import { anthropic } from "../vendors.js"
import { cachesOfClaude, everyVendors, plainCall, toolCall, unknown, type VendorTruth } from "./everyVendor.js"
import { addCall, answer, casesOf, perMillion, streamed, toolAnswer } from "./scenario.js"

const truth: VendorTruth = {
  prices: [3, 15],
  // It always reports these, even if they are 0.
  said: { cached: 0, written: 0, written1h: 0, tier: "standard" },
  limit: { name: "max_tokens", stop: "max_tokens", cutsCalls: true },
  // Before the answer is rejected, its layer reports the output, but only a part of the input.
  madeUp: { out: 8, estimated: true },
  again: [refuses(429, { "retry-after": "3" }), refuses(529)],
  down: 529,
  someText: { pieces: 4, ways: streamed },
  unpriced: "claude-of-tomorrow"
}

const { said } = truth
const plain = plainCall(truth)

const calling = toolCall(truth)

export const anthropicScenarios = casesOf(anthropic, [
  ...everyVendors(truth),
  {
    name: "stop sequence",
    replies: [answer({ stop: "stop_sequence" })],
    calls: [plain]
  },
  ...cachesOfClaude(plain),
  {
    name: "written for an hour",
    replies: [answer({
      reported: {
        input_tokens: 0,
        cache_creation_input_tokens: 100_000,
        cache_read_input_tokens: 0,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 100_000 },
        output_tokens: 0,
        service_tier: "standard"
      }
    })],
    calls: [{ ...plain, in: 100_000, out: 0, written: 100_000, written1h: 100_000, usd: 0.6 }]
  },
  {
    name: "read, written for five minutes and for an hour",
    replies: [answer({ usage: { input: 7, cacheRead: 5000, cacheWrite: 3000, cacheWrite1h: 1000, output: 40 } })],
    calls: [{
      ...plain,
      in: 8007,
      cached: 5000,
      written: 3000,
      written1h: 1000,
      out: 40,
      usd: perMillion(7 * 3 + 5000 * 0.3 + 2000 * 3.75 + 1000 * 6 + 40 * 15)
    }]
  },
  {
    name: "a prompt above 200,000 tokens",
    replies: [answer({ usage: { input: 250_000, output: 1000 } })],
    calls: [{ ...plain, in: 250_000, out: 1000, usd: perMillion(250_000 * 6 + 1000 * 22.5) }]
  },
  {
    name: "thinking",
    replies: [answer({ thinking: { text: "I add.", signature: "c2ln" }, usage: { input: 12, output: 400 } })],
    calls: [{ ...plain, out: 400, usd: perMillion(12 * 3 + 400 * 15) }]
  },
  {
    name: "a refusal",
    replies: [answer({ text: "I cannot", stop: "refusal" })],
    calls: [{ ...plain, finish: "refusal" }],
    run: { finishReason: "refusal", output: "I cannot" }
  },
  {
    name: "a paused turn",
    tools: "search",
    replies: [
      answer({
        text: "I look.",
        search: { query: "2 + 3", url: "https://sums.example", title: "Sums" },
        stop: "pause_turn"
      }),
      answer()
    ],
    calls: [{ ...plain, finish: "pause", ran: ["AnthropicWebSearch"], usd: perMillion(12 * 3 + 4 * 15) + 0.01 }, plain],
    run: { finishReason: "stop", turns: 2 }
  },
  {
    name: "a web search",
    tools: "search",
    replies: [answer({ search: { query: "2 + 3", url: "https://sums.example", title: "Sums" } })],
    calls: [{ ...plain, ran: ["AnthropicWebSearch"], usd: perMillion(12 * 3 + 4 * 15) + 0.01 }],
    run: { output: "Five.", turns: 1 }
  },
  {
    name: "a web search as its package declares it",
    tools: "packagedSearch",
    ways: ["agent"],
    replies: [answer({ search: { query: "2 + 3", url: "https://sums.example", title: "Sums" } })],
    calls: [{ ...plain, ran: ["AnthropicWebSearch"], usd: perMillion(12 * 3 + 4 * 15) + 0.01 }],
    run: { output: "Five.", turns: 1 }
  },
  {
    name: "a connection that breaks after some text",
    ways: streamed,
    replies: [answer({ cut: { after: 4, how: "drop" } })],
    calls: [{ ...unknown, failed: true }],
    run: { _tag: "AgentError" }
  },
  {
    name: "a failure after a turn that was paid for",
    tools: "add",
    ways: ["agent"],
    replies: [toolAnswer([addCall]), refuses(400)],
    calls: [calling, { failed: true }],
    run: { _tag: "AgentError", turns: 2, tokensIn: 30, tokensOut: 8, costUsd: perMillion(30 * 3 + 8 * 15) }
  },
  {
    name: "the priority tier, whose price is unknown",
    replies: [answer({ tier: "priority" })],
    calls: [{ ...said, in: 12, out: 4, finish: "stop", tier: "priority" }],
    run: { costUsd: null, unpricedCalls: 1 }
  },
  {
    name: "a gateway's name for a model",
    model: "my-router",
    replies: [answer({ model: "claude-sonnet-4-5-20250929" })],
    calls: [plain]
  }
])
