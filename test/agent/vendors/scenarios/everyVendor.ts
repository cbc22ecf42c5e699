/**
 * The rows that every vendor has: the same answers, with each vendor's prices, terms and rejections.
 */
import { type Answer, type AnswerUsage, refuses } from "../answers.js"
import {
  addCall,
  addCall2,
  answer,
  type Case,
  type ExpectedCall,
  madeUpCall,
  perMillion,
  streamed,
  toolAnswer,
  type Way
} from "./scenario.js"

/** What differs between vendors in these rows. */
export interface VendorTruth {
  /** US dollars per million tokens of input and of output. */
  readonly prices: readonly [input: number, output: number]
  /** What its answers always report, even if it is 0. */
  readonly said?: ExpectedCall
  /** Added to every answer. */
  readonly always?: Partial<Answer>
  /** Its name for an answer that was cut off, and whether a tool call may be cut off too. */
  readonly limit: { readonly name: string; readonly stop: string; readonly cutsCalls: boolean }
  /** What `generateText` reports about an answer with a made-up tool. */
  readonly madeUp: ExpectedCall
  /** Two answers that ask to be tried again. */
  readonly again: readonly [ReturnType<typeof refuses>, ReturnType<typeof refuses>]
  /** The status of a vendor that is down. */
  readonly down: number
  /** After how many pieces some text has arrived, and how the model is called for it. */
  readonly someText: { readonly pieces: number; readonly ways: ReadonlyArray<Way> }
  /** A model that no price list names. */
  readonly unpriced: string
  /** How that model is called. Default: in all ways. */
  readonly unpricedWays?: ReadonlyArray<Way>
}

/** A call with unknown usage. */
export const unknown: ExpectedCall = { estimated: true }

/** `@effect/ai` passes on an error in a stream as a part, and the stream itself succeeds. */
export const brokenOff: ExpectedCall = { ...unknown, finish: "error" }

/** An ordinary call, as recorded on its span. */
export const plainCall = ({ prices: [input, output], said }: Pick<VendorTruth, "prices" | "said">): ExpectedCall => ({
  ...said,
  in: 12,
  out: 4,
  usd: perMillion(12 * input + 4 * output),
  finish: "stop"
})

/** A call whose answer calls tools. */
export const toolCall = ({ prices: [input, output], said }: Pick<VendorTruth, "prices" | "said">): ExpectedCall => ({
  ...said,
  in: 30,
  out: 8,
  usd: perMillion(30 * input + 8 * output),
  finish: "tool-calls"
})

const withTools = (truth: VendorTruth): ReadonlyArray<Case> => {
  const { always, limit, madeUp } = truth
  const plain = plainCall(truth)
  const calling = toolCall(truth)
  const says = answer(always)
  const calls = (toolCalls: NonNullable<Answer["toolCalls"]>, usage?: AnswerUsage): Answer => ({
    ...toolAnswer(toolCalls, usage),
    ...always
  })
  return [
    {
      name: "a tool",
      tools: "add",
      replies: [calls([addCall]), says],
      calls: [calling, plain],
      run: { output: "Five.", turns: 2, tokensIn: 42, tokensOut: 12 }
    },
    {
      name: "two tools at once",
      tools: "add",
      replies: [calls([addCall, addCall2]), says],
      calls: [calling, plain],
      run: { output: "Five.", turns: 2 }
    },
    {
      name: "a made-up tool",
      tools: "add",
      replies: [calls([madeUpCall]), says],
      calls: [unknown, plain],
      except: { generateText: [{ ...madeUp, failed: true }], streamText: [{ ...unknown, failed: true }] },
      run: { output: "Five.", turns: 2 }
    },
    ...(limit.cutsCalls
      ? [{
        name: `a tool call cut off by ${limit.name}`,
        tools: "add" as const,
        ways: streamed,
        replies: [{ ...calls([{ ...addCall, json: "{\"a\":2,\"b" }]), stop: limit.stop }, says],
        calls: [{ ...unknown, finish: "length" }, plain],
        except: { streamText: [{ ...unknown, failed: true as const, finish: "length" }] }
      }]
      : [])
  ]
}

const withFailures = (truth: VendorTruth): ReadonlyArray<Case> => {
  const { again, always, down, someText: { pieces, ways } } = truth
  const notRetried = { generateText: [{ failed: true }], streamText: [{ failed: true }] } as const
  return [
    {
      name: "rejected twice, then answered",
      replies: [...again, answer(always)],
      calls: [{ ...plainCall(truth), retries: 2 }],
      except: notRetried
    },
    {
      name: "down all the time",
      replies: [refuses(down), refuses(down), refuses(down)],
      calls: [{ failed: true, retries: 2 }],
      except: notRetried,
      run: { _tag: "AgentError", tokensIn: 0, tokensOut: 0, costUsd: null }
    },
    {
      name: "an error after some text",
      ways,
      replies: [answer({ error: { after: pieces, type: "overloaded" } })],
      calls: [{ ...unknown, failed: true }],
      except: { streamText: [brokenOff] },
      run: { _tag: "AgentError" }
    }
  ]
}

/** The rows, for one vendor. */
export const everyVendors = (truth: VendorTruth): ReadonlyArray<Case> => {
  const { always, limit, prices: [input, output], said, unpriced, unpricedWays } = truth
  const plain = plainCall(truth)
  return [
    { name: "plain", replies: [answer(always)], calls: [plain], run: { finishReason: "stop", output: "Five." } },
    ...withTools(truth),
    {
      name: `cut off by ${limit.name}`,
      replies: [answer({ ...always, stop: limit.stop })],
      calls: [{ ...plain, finish: "length" }],
      run: { finishReason: "length", output: "Five." }
    },
    ...withFailures(truth),
    {
      name: "an answer of two newlines",
      replies: [answer({ ...always, text: "\n\n", usage: { input: 12, output: 1 } })],
      calls: [{ ...plain, out: 1, usd: perMillion(12 * input + output) }],
      run: { finishReason: "stop" }
    },
    {
      name: "a model without a price",
      model: unpriced,
      ...(unpricedWays && { ways: unpricedWays }),
      replies: [answer(always)],
      calls: [{ ...said, in: 12, out: 4, finish: "stop" }],
      run: { costUsd: null, unpricedCalls: 1, unmeasuredCalls: 0 }
    }
  ]
}

/** A stream that closes without an end, after this many pieces. Only the agent notices. */
export const closesAfter = (pieces: number): Case => ({
  name: "a stream that closes after some text",
  ways: ["agent"],
  replies: [answer({ cut: { after: pieces, how: "close" } })],
  calls: [{ ...unknown, failed: true }],
  run: { _tag: "AgentError" }
})

/** An answer after much reasoning, which is counted separately. */
export const reasoning = (truth: Pick<VendorTruth, "prices" | "said">): Case => ({
  name: "reasoning",
  replies: [answer({
    thinking: { text: "I add.", signature: "c2ln" },
    usage: { input: 12, output: 400, reasoning: 384 }
  })],
  calls: [{
    ...plainCall(truth),
    out: 400,
    reasoning: 384,
    usd: perMillion(12 * truth.prices[0] + 400 * truth.prices[1])
  }]
})

/** Tokens read from and written to a cache, at the prices of Claude Sonnet. */
export const cachesOfClaude = (plain: ExpectedCall): ReadonlyArray<Case> => [
  {
    name: "read from the cache",
    replies: [answer({ usage: { input: 12, cacheRead: 1000, output: 4 } })],
    calls: [{ ...plain, in: 1012, cached: 1000, usd: perMillion(12 * 3 + 1000 * 0.3 + 4 * 15) }]
  },
  {
    name: "written to the cache",
    replies: [answer({ usage: { input: 3, cacheWrite: 2000, output: 4 } })],
    calls: [{ ...plain, in: 2003, written: 2000, usd: perMillion(3 * 3 + 2000 * 3.75 + 4 * 15) }]
  }
]
