/**
 * The table of scenarios: what a vendor answers, and what has to be recorded, however the model is called.
 *
 * Expected numbers come from the vendors' documentation and price lists, worked out by hand.
 */
import type { Answer, AnswerUsage, Reply } from "../answers.js"
import type { Vendor } from "../vendors.js"

/** How the model is called: by an agent, which streams, or by someone else's loop. */
export type Way = "agent" | "generateText" | "streamText"

/** The ways in which an answer arrives in pieces. */
export const streamed: ReadonlyArray<Way> = ["agent", "streamText"]

/** What `loom.model.stream` has to say about one call. What is absent here must be absent there; 0 may be left out. */
export interface ExpectedCall {
  /** All input. */
  readonly in?: number
  /** The part that was read from a cache. */
  readonly cached?: number
  /** The part that was written to a cache. */
  readonly written?: number
  /** The part that was written to a cache for an hour. */
  readonly written1h?: number
  /** All output. */
  readonly out?: number
  /** The part that is reasoning. */
  readonly reasoning?: number
  /** US dollars. */
  readonly usd?: number
  /** Default: `genai-prices` if there is a cost. */
  readonly source?: "vendor" | "table" | "genai-prices"
  /** `finish_reason`. */
  readonly finish?: string
  /** `service_tier`. */
  readonly tier?: string
  /** Usage is unknown: it is estimated for the budget, and `usage_estimated_tokens` says so. */
  readonly estimated?: true
  /** The call fails. */
  readonly failed?: true
  readonly retries?: number
  /** The tools that the provider ran itself. */
  readonly ran?: ReadonlyArray<string>
}

/** Which tools the model is given: `packagedSearch` is the web search as the vendor's package declares it. */
export type GivenTools = "none" | "add" | "search" | "packagedSearch" | "code"

/** One row. */
export interface Scenario {
  readonly vendor: Vendor
  readonly name: string
  /** Default: the vendor's. */
  readonly model?: string
  /** Default: `"none"`. */
  readonly tools?: GivenTools
  readonly replies: ReadonlyArray<Reply>
  /** Call by call. Other people's loops only make the first one. */
  readonly calls: ReadonlyArray<ExpectedCall>
  /** The calls in ways that differ, because they are not retried or not recovered, or because the vendor's layer withholds something. */
  readonly except?: { readonly [way in Way]?: ReadonlyArray<ExpectedCall> }
  /** Fields of the `RunResult`; of the `AgentError` if the run fails. */
  readonly run?: { readonly [field: string]: unknown }
  /** Default: all. Some answers only exist in a stream, or only in one piece. */
  readonly ways?: ReadonlyArray<Way>
}

/** A row without its vendor. */
export type Case = Omit<Scenario, "vendor">

/** Rows of one vendor. */
export const casesOf = (vendor: Vendor, cases: ReadonlyArray<Case>): ReadonlyArray<Scenario> =>
  cases.map((row) => ({ vendor, ...row }))

/** US dollars, from tokens times the price per million. */
export const perMillion = (sum: number): number => sum / 1e6

/** An ordinary answer, except for what is given. */
export const answer = (given: Partial<Answer> = {}): Answer => ({
  kind: "answer",
  text: "Five.",
  usage: { input: 12, output: 4 },
  ...given
})

/** An answer that calls tools. */
export const toolAnswer = (
  toolCalls: NonNullable<Answer["toolCalls"]>,
  usage: AnswerUsage = { input: 30, output: 8 }
): Answer => ({ kind: "answer", toolCalls, usage })

/** A call of the tool that exists. */
export const addCall = { id: "call_1", name: "add", json: "{\"a\":2,\"b\":3}" }

/** Another call in the same turn. */
export const addCall2 = { id: "call_2", name: "add", json: "{\"a\":4,\"b\":5}" }

/** A call of a tool that the model made up. */
export const madeUpCall = { id: "call_1", name: "subtract", json: "{\"a\":2,\"b\":3}" }
