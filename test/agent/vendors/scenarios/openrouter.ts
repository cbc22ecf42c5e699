/**
 * OpenRouter, which reports the cost of a call. If it does not: Claude Sonnet 4.5, per million tokens: input 3, output 15, cache read 0.30, cache
 * write 3.75.
 */
import { refuses } from "../answers.js"
import { openRouter } from "../vendors.js"
import { cachesOfClaude, everyVendors, plainCall, reasoning, type VendorTruth } from "./everyVendor.js"
import { answer, casesOf, type ExpectedCall, perMillion, streamed } from "./scenario.js"

const truth: VendorTruth = {
  prices: [3, 15],
  // It reports these, even if they are 0.
  said: { cached: 0, written: 0, reasoning: 0 },
  limit: { name: "max_tokens", stop: "length", cutsCalls: false },
  madeUp: { in: 30, out: 8 },
  again: [refuses(429, { "retry-after": "3" }), refuses(502)],
  down: 502,
  someText: { pieces: 3, ways: streamed },
  unpriced: "someone/homemade"
}

const plain = plainCall(truth)

const counts = { prompt_tokens: 12, completion_tokens: 4, total_tokens: 16 }

const counted: ExpectedCall = { in: 12, out: 4, finish: "stop", source: "vendor" }

export const openRouterScenarios = casesOf(openRouter, [
  ...everyVendors(truth),
  reasoning(truth),
  {
    name: "the vendor's cost",
    replies: [answer({ reported: { ...counts, cost: 0.00042 } })],
    calls: [{ ...counted, usd: 0.00042 }],
    run: { costUsd: 0.00042 }
  },
  {
    name: "a key of the user's own",
    replies: [answer({ reported: { ...counts, cost: 0, cost_details: { upstream_inference_cost: 0.0360795 } } })],
    calls: [{ ...counted, usd: 0.0360795 }],
    run: { costUsd: 0.0360795 }
  },
  {
    name: "a key of the user's own, with OpenRouter's fee",
    replies: [answer({ reported: { ...counts, cost: 0.95, cost_details: { upstream_inference_cost: 19 } } })],
    calls: [{ ...counted, usd: 19.95 }]
  },
  {
    name: "OpenRouter's own key, with the upstream cost",
    replies: [answer({ reported: { ...counts, cost: 0.00042, cost_details: { upstream_inference_cost: 0.00042 } } })],
    calls: [{ ...counted, usd: 0.00042 }]
  },
  {
    name: "a free model",
    model: "meta-llama/llama-3.3-70b-instruct:free",
    replies: [answer({ reported: { ...counts, cost: 0, cost_details: { upstream_inference_cost: null } } })],
    calls: [{ ...counted, usd: 0 }],
    run: { costUsd: 0, unpricedCalls: 0 }
  },
  ...cachesOfClaude(plain),
  {
    name: "cut off by the content filter",
    replies: [answer({ stop: "content_filter" })],
    calls: [{ ...plain, finish: "content-filter" }],
    run: { finishReason: "content-filter" }
  },
  {
    name: "a web search, which is part of the cost",
    replies: [answer({
      search: { query: "2 + 3", url: "https://sums.example", title: "Sums" },
      reported: { ...counts, cost: 0.02042 }
    })],
    calls: [{ ...counted, usd: 0.02042 }]
  },
  {
    name: "no usage",
    // In a stream, its layer never ends an answer without usage.
    ways: ["generateText"],
    replies: [answer({ reported: null })],
    calls: [{ finish: "stop", estimated: true }]
  },
  {
    name: "a model that the router chose",
    model: "openrouter/auto",
    replies: [answer({ model: "openai/gpt-5", usage: { input: 1000, output: 100 } })],
    calls: [{ ...plain, in: 1000, out: 100, usd: perMillion(1000 * 1.25 + 100 * 10) }]
  }
])
