/**
 * OpenAI. GPT-5, per million tokens: input 1.25, cache read 0.125, output 10. A web search costs a cent.
 */
import { refuses } from "../answers.js"
import { openai } from "../vendors.js"
import { brokenOff, everyVendors, plainCall, reasoning, type VendorTruth } from "./everyVendor.js"
import { answer, casesOf, type ExpectedCall, perMillion, streamed } from "./scenario.js"

const truth: VendorTruth = {
  prices: [1.25, 10],
  // It always reports these, even if they are 0.
  said: { cached: 0, reasoning: 0, tier: "default" },
  limit: { name: "max_output_tokens", stop: "max_output_tokens", cutsCalls: true },
  madeUp: { in: 30, out: 8 },
  again: [refuses(429, { "retry-after": "3" }), refuses(503)],
  down: 500,
  someText: { pieces: 6, ways: streamed },
  unpriced: "homemade"
}

const { said } = truth
const plain = plainCall(truth)

const usage = {
  input_tokens: 1000,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 100,
  output_tokens_details: { reasoning_tokens: 64 },
  total_tokens: 1100
}

const failedWithUsage: ExpectedCall = {
  ...said,
  in: 1000,
  out: 100,
  reasoning: 64,
  usd: perMillion(1000 * 1.25 + 100 * 10),
  finish: "error"
}

export const openaiScenarios = casesOf(openai, [
  ...everyVendors(truth),
  reasoning(truth),
  {
    name: "read from the cache",
    replies: [answer({ usage: { input: 12, cacheRead: 1024, output: 4 } })],
    calls: [{ ...plain, in: 1036, cached: 1024, usd: perMillion(12 * 1.25 + 1024 * 0.125 + 4 * 10) }]
  },
  {
    name: "cut off by the content filter",
    replies: [answer({ stop: "content_filter" })],
    calls: [{ ...plain, finish: "content-filter" }],
    run: { finishReason: "content-filter", output: "Five." }
  },
  {
    name: "a refusal",
    ways: ["generateText"],
    replies: [{ kind: "answer", refusal: "I cannot.", usage: { input: 12, output: 4 } }],
    calls: [{ ...plain, finish: "refusal" }]
  },
  {
    name: "a web search",
    tools: "search",
    replies: [answer({ search: { query: "2 + 3", url: "https://sums.example", title: "Sums" } })],
    calls: [{ ...plain, ran: ["OpenAiWebSearch"], usd: perMillion(12 * 1.25 + 4 * 10) + 0.01 }],
    run: { output: "Five.", turns: 1 }
  },
  {
    name: "response.failed after some text, with usage",
    ways: streamed,
    replies: [answer({ reported: usage, error: { after: 6, type: "failed" } })],
    calls: [{ ...failedWithUsage, failed: true }],
    except: { streamText: [failedWithUsage] },
    run: { _tag: "AgentError", tokensIn: 1000, tokensOut: 100 }
  },
  {
    name: "response.failed after some text, without usage",
    ways: streamed,
    replies: [answer({ error: { after: 6, type: "failed" } })],
    calls: [{ ...brokenOff, tier: "default", failed: true }],
    except: { streamText: [{ ...brokenOff, tier: "default" }] },
    run: { _tag: "AgentError" }
  },
  {
    name: "response.failed before any text",
    ways: ["agent"],
    replies: [answer({ error: { after: 2, type: "failed" } }), answer()],
    calls: [{ ...plain, retries: 1 }]
  },
  {
    name: "a compatible server that leaves usage out",
    replies: [answer({ reported: null })],
    calls: [{ finish: "stop", tier: "default", estimated: true }],
    run: { tokensIn: 0, tokensOut: 0, costUsd: null, unmeasuredCalls: 1, output: "Five." }
  },
  {
    name: "the flex tier, whose price is unknown",
    replies: [answer({ tier: "flex" })],
    calls: [{ ...said, in: 12, out: 4, finish: "stop", tier: "flex" }],
    run: { costUsd: null, unpricedCalls: 1 }
  },
  {
    name: "the priority tier, whose price is unknown",
    replies: [answer({ tier: "priority" })],
    calls: [{ ...said, in: 12, out: 4, finish: "stop", tier: "priority" }],
    run: { costUsd: null, unpricedCalls: 1 }
  },
  {
    name: "a deployment's name",
    model: "my-deployment",
    replies: [answer({ model: "gpt-4o-2024-08-06", usage: { input: 1000, output: 100 } })],
    calls: [{ ...plain, in: 1000, out: 100, usd: 0.0035 }]
  }
])
