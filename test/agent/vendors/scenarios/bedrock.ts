/**
 * Bedrock. Claude Sonnet 4.5 in a US region, per million tokens: input 3.30, output 16.50, cache read 0.33, cache write 4.125. Nova Pro: 0.80, 3.20.
 *
 * Bedrock sends the usage of a stream after its last event, `messageStop`. The layer has made its finish part by then, so such a call has no usage,
 * as two rows show. The others send the usage first, so that it can be tested in streams too.
 */
import { type Answer, refuses } from "../answers.js"
import { bedrock } from "../vendors.js"
import { closesAfter, everyVendors, plainCall, type VendorTruth } from "./everyVendor.js"
import { addCall, answer, type Case, casesOf, perMillion, streamed, toolAnswer } from "./scenario.js"

const truth: VendorTruth = {
  prices: [3.3, 16.5],
  always: { usageFirst: true },
  limit: { name: "maxTokens", stop: "max_tokens", cutsCalls: true },
  madeUp: { out: 8, estimated: true },
  again: [refuses(429, { "x-amzn-errortype": "ThrottlingException" }), refuses(503)],
  down: 500,
  someText: { pieces: 2, ways: ["agent"] },
  unpriced: "us.anthropic.claude-of-tomorrow-v1:0"
}

const plain = plainCall(truth)

const says = (given: Partial<Answer> = {}): Answer => answer({ usageFirst: true, ...given })

const inItsOwnOrder: ReadonlyArray<Case> = [
  {
    name: "plain, with the usage after the end",
    ways: streamed,
    replies: [answer()],
    calls: [{ finish: "stop", estimated: true }],
    run: { output: "Five.", unmeasuredCalls: 1 }
  },
  {
    name: "a tool, with the usage after the end",
    tools: "add",
    ways: streamed,
    replies: [toolAnswer([addCall]), answer()],
    calls: [{ finish: "tool-calls", estimated: true }, { finish: "stop", estimated: true }],
    run: { output: "Five.", turns: 2, unmeasuredCalls: 2 }
  }
]

export const bedrockScenarios = casesOf(bedrock, [
  ...everyVendors(truth),
  closesAfter(2),
  ...inItsOwnOrder,
  { name: "stop sequence", replies: [says({ stop: "stop_sequence" })], calls: [plain] },
  {
    name: "read from the cache and written to it",
    replies: [says({
      reported: {
        inputTokens: 5,
        outputTokens: 300,
        totalTokens: 130_513,
        cacheReadInputTokens: 128_955,
        cacheWriteInputTokens: 1253
      }
    })],
    calls: [{ ...plain, in: 130_213, cached: 128_955, written: 1253, out: 300, usd: 0.052690275 }]
  },
  {
    name: "written to the cache only",
    replies: [says({ usage: { input: 3, cacheWrite: 2000, output: 4 } })],
    calls: [{ ...plain, in: 2003, written: 2000, usd: perMillion(3 * 3.3 + 2000 * 4.125 + 4 * 16.5) }]
  },
  {
    name: "reasoning, which is not counted separately",
    replies: [says({ thinking: { text: "I add.", signature: "c2ln" }, usage: { input: 12, output: 400 } })],
    calls: [{ ...plain, out: 400, usd: perMillion(12 * 3.3 + 400 * 16.5) }]
  },
  {
    name: "another maker's model",
    model: "amazon.nova-pro-v1:0",
    replies: [says({ usage: { input: 1000, output: 100 } })],
    calls: [{ ...plain, in: 1000, out: 100, usd: perMillion(1000 * 0.8 + 100 * 3.2) }]
  },
  ...["guardrail_intervened", "content_filtered"].map((stop) => ({
    name: `filtered: ${stop}`,
    replies: [says({ stop })],
    calls: [{ ...plain, finish: "content-filter" }],
    run: { finishReason: "content-filter" }
  })),
  {
    name: "an inference profile by its ARN",
    model: "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    replies: [says()],
    calls: [plain]
  }
])
