/**
 * Gemini. 2.5 Pro, per million tokens: input 1.25, cache read 0.125, output and thoughts 10. For prompts above 200,000 tokens: 2.5, 0.25, 15.
 */
import { refuses } from "../answers.js"
import { gemini } from "../vendors.js"
import { closesAfter, everyVendors, plainCall, unknown, type VendorTruth } from "./everyVendor.js"
import { answer, casesOf, perMillion, streamed } from "./scenario.js"

const truth: VendorTruth = {
  prices: [1.25, 10],
  limit: { name: "maxOutputTokens", stop: "MAX_TOKENS", cutsCalls: false },
  madeUp: unknown,
  again: [refuses(429, { "retry-after": "3" }), refuses(503)],
  down: 503,
  someText: { pieces: 1, ways: ["agent"] },
  unpriced: "homemade",
  unpricedWays: streamed
}

const plain = plainCall(truth)

export const geminiScenarios = casesOf(gemini, [
  ...everyVendors(truth),
  closesAfter(1),
  {
    name: "read from the cache",
    replies: [answer({ usage: { input: 12, cacheRead: 4000, output: 4 } })],
    calls: [{ ...plain, in: 4012, cached: 4000, usd: perMillion(12 * 1.25 + 4000 * 0.125 + 4 * 10) }]
  },
  {
    name: "thoughts",
    replies: [answer({
      thinking: { text: "I add.", signature: "c2ln" },
      reported: { promptTokenCount: 15, candidatesTokenCount: 359, thoughtsTokenCount: 661, totalTokenCount: 1035 }
    })],
    calls: [{ ...plain, in: 15, out: 1020, reasoning: 661, usd: 0.01021875 }],
    run: { output: "Five.", tokensOut: 1020 }
  },
  {
    name: "a prompt above 200,000 tokens",
    replies: [answer({ usage: { input: 200_000, cacheRead: 50_000, output: 1000 } })],
    calls: [{
      ...plain,
      in: 250_000,
      cached: 50_000,
      out: 1000,
      usd: perMillion(200_000 * 2.5 + 50_000 * 0.25 + 1000 * 15)
    }]
  },
  {
    name: "cut off while it thinks",
    replies: [{
      kind: "answer",
      usage: { input: 0, output: 0 },
      reported: { promptTokenCount: 12, thoughtsTokenCount: 500, totalTokenCount: 512 },
      stop: "MAX_TOKENS"
    }],
    calls: [{ ...plain, out: 500, reasoning: 500, usd: perMillion(12 * 1.25 + 500 * 10), finish: "length" }],
    run: { finishReason: "length", output: "" }
  },
  ...["SAFETY", "RECITATION", "PROHIBITED_CONTENT"].map((stop) => ({
    name: `filtered: ${stop}`,
    replies: [answer({ stop })],
    calls: [{ ...plain, finish: "content-filter" }],
    run: { finishReason: "content-filter" }
  })),
  {
    name: "a malformed function call",
    replies: [answer({ stop: "MALFORMED_FUNCTION_CALL" })],
    calls: [{ ...plain, finish: "error" }],
    run: { finishReason: "error" }
  },
  {
    name: "code that Google ran",
    tools: "code",
    replies: [answer({
      ranCode: { code: "print(2 + 3)", output: "5\n" },
      reported: {
        promptTokenCount: 12,
        toolUsePromptTokenCount: 100,
        candidatesTokenCount: 40,
        totalTokenCount: 152
      }
    })],
    // What its own tools add to the prompt is billed as input.
    calls: [{ ...plain, in: 112, out: 40, usd: perMillion(112 * 1.25 + 40 * 10), ran: ["GoogleCodeExecution"] }],
    run: { output: "Five.", turns: 1 }
  },
  {
    name: "no usage",
    replies: [answer({ reported: null })],
    calls: [{ finish: "stop", estimated: true }],
    run: { tokensIn: 0, tokensOut: 0, costUsd: null, unmeasuredCalls: 1, output: "Five." }
  },
  {
    name: "an alias that the answer resolves",
    model: "tuned-at-home",
    // In a stream, its layer does not pass on the model that answered.
    ways: ["generateText"],
    replies: [answer({ model: "gemini-2.5-flash" })],
    calls: [{ ...plain, usd: perMillion(12 * 0.3 + 4 * 2.5) }]
  }
])
