/**
 * Runs a scenario in one way and compares it with what is expected.
 */
import { LanguageModel, Tool, Toolkit } from "@effect/ai"
import { AnthropicTool } from "@effect/ai-anthropic"
import { GoogleTool } from "@effect/ai-google"
import { OpenAiTool } from "@effect/ai-openai"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { SpanRecord } from "loom-telemetry"
import { Agent, instrumentLanguageModel, instrumentToolkit, Pricing } from "loom-telemetry/agent"
import { isDeepStrictEqual } from "node:util"
import { ArithmeticLive, arithmeticTools } from "../../arithmetic.js"
import { flaws, type Recorded, recorded, spansNamed } from "../../recorded.js"
import { impatientClock } from "../clocks.js"
import { anthropic, gemini } from "../vendors.js"
import { vendorServer } from "../vendorServer.js"
import type { ExpectedCall, GivenTools, Scenario, Way } from "./scenario.js"

/** The outcome of a scenario: its calls, and what is not as expected. */
export interface Outcome {
  readonly calls: ReadonlyArray<ExpectedCall>
  readonly faults: ReadonlyArray<string>
}

/** Runs a scenario in one way. */
export const runScenario = (scenario: Scenario, way: Way): Effect.Effect<Outcome, never, Scope.Scope> =>
  Effect.gen(function*() {
    const server = yield* vendorServer(...scenario.replies)
    const run = yield* programs[way](scenario).pipe(
      Effect.provide(ArithmeticLive),
      Effect.provide(scenario.vendor.layer(server, { model: scenario.model ?? scenario.vendor.model })),
      Effect.provide(Pricing.genaiPrices),
      recorded,
      Effect.withClock(impatientClock().clock)
    )
    return judged(scenario, way, run)
  })

type Program = Effect.Effect<unknown, unknown, LanguageModel.LanguageModel>

const programs: { readonly [way in Way]: (scenario: Scenario) => Program } = {
  agent: ({ tools = "none", vendor }) =>
    Agent.make({
      name: "arithmetic",
      instructions: "Arithmetic assistant.",
      toolkit: toolkitOf(vendor, tools) as never
    })
      .run("What is 2 + 3?") as Program,
  generateText: ({ tools = "none", vendor }) => measured(LanguageModel.generateText(asked(vendor, tools)) as Program),
  streamText: ({ tools = "none", vendor }) =>
    measured(Stream.runDrain(LanguageModel.streamText(asked(vendor, tools)) as never))
}

const measured = (program: Program): Program => Effect.provide(program, instrumentLanguageModel())

const asked = (vendor: Scenario["vendor"], tools: GivenTools) => ({
  prompt: "What is 2 + 3?",
  ...(tools !== "none" && { toolkit: instrumentToolkit(toolkitOf(vendor, tools) as never) })
})

// The tool of `@effect/ai-anthropic` has no parameters, so `@effect/ai` rejects every search.
const AnthropicSearch = Tool.providerDefined({
  id: "anthropic.web_search_20250305",
  toolkitName: "AnthropicWebSearch",
  providerName: "web_search",
  args: {},
  parameters: { query: Schema.String },
  success: Schema.Any
})

const toolkitOf = (vendor: Scenario["vendor"], tools: GivenTools): unknown => {
  switch (tools) {
    case "none":
      return undefined
    case "add":
      return arithmeticTools
    case "code":
      return Toolkit.make(
        vendor === gemini ? GoogleTool.CodeExecution({}) : OpenAiTool.CodeInterpreter({ container: { type: "auto" } })
      )
    case "packagedSearch":
      return Toolkit.make(AnthropicTool.WebSearch_20250305({}))
    case "search":
      return Toolkit.make(
        vendor === anthropic
          ? AnthropicSearch({})
          : vendor === gemini
          ? GoogleTool.GoogleSearch({})
          : OpenAiTool.WebSearch({})
      )
  }
}

const attributes: { readonly [field in keyof ExpectedCall]?: string } = {
  in: "tokens_in",
  cached: "cached_tokens_in",
  written: "cache_creation_tokens_in",
  written1h: "cache_creation_1h_tokens_in",
  out: "tokens_out",
  reasoning: "reasoning_tokens_out",
  usd: "cost_usd",
  source: "cost_source",
  finish: "finish_reason",
  tier: "service_tier",
  retries: "retries"
}

const callOf = (span: SpanRecord, ran: ReadonlyArray<string>): ExpectedCall => ({
  ...Object.fromEntries(
    Object.entries(attributes).map(([field, attribute]) => [field, span.attributes[attribute]])
  ),
  ...(Number(span.attributes["usage_estimated_tokens"]) > 0 && { estimated: true as const }),
  ...(span.outcome === "failure" && { failed: true as const }),
  ...(ran.length > 0 && { ran })
})

/** Tools that the provider ran within this call, or within its turn. */
const ranIn = (run: Recorded<unknown, unknown>, call: SpanRecord): ReadonlyArray<string> =>
  spansNamed(run, "loom.tool")
    .filter(({ attributes, parentSpanId }) =>
      attributes["provider_executed"] === true && (parentSpanId === call.spanId || parentSpanId === call.parentSpanId)
    )
    .map((span) => String(span.attributes["tool"]))

const close = (actual: unknown, expected: unknown): boolean =>
  typeof actual === "number" && typeof expected === "number"
    ? Math.abs(actual - expected) < 1e-12
    : isDeepStrictEqual(actual, expected)

const differences = (actual: ExpectedCall, expected: ExpectedCall, at: string): ReadonlyArray<string> => {
  const wanted: ExpectedCall = {
    retries: 0,
    ...(expected.usd !== undefined && { source: "genai-prices" as const }),
    ...expected
  }
  const fields: ReadonlyArray<keyof ExpectedCall> = [
    ...(Object.keys(attributes) as ReadonlyArray<keyof ExpectedCall>),
    "estimated",
    "failed",
    "ran"
  ]
  return fields.flatMap((field) =>
    close(actual[field], wanted[field]) || (wanted[field] === 0 && actual[field] === undefined)
      ? []
      : [`${at}: ${field} is ${show(actual[field])}, not ${show(wanted[field])}`]
  )
}

const show = (value: unknown): string => value === undefined ? "absent" : JSON.stringify(value)

const ownProvider = (scenario: Scenario, spans: ReadonlyArray<SpanRecord>, way: Way): ReadonlyArray<string> =>
  spans.flatMap(({ attributes: { provider } }) =>
    provider === scenario.vendor.name
      ? []
      : [`${way}: provider is ${show(provider)}, not ${show(scenario.vendor.name)}`]
  )

const resultFaults = ({ run: expected = {} }: Scenario, exit: Exit.Exit<unknown, unknown>): ReadonlyArray<string> => {
  const result = (Exit.isSuccess(exit) ? exit.value : Cause.squash(exit.cause)) as { readonly [field: string]: unknown }
  return Object.entries(expected).flatMap(([field, value]) =>
    close(result[field], value) ? [] : [`run: ${field} is ${show(result[field])}, not ${show(value)}`]
  )
}

/** A run's totals are the sums over its calls. */
const totalFaults = (run: Recorded<unknown, unknown>): ReadonlyArray<string> => {
  const calls = spansNamed(run, "loom.model.stream")
  const sum = (key: string) => calls.reduce((total, { attributes }) => total + Number(attributes[key] ?? 0), 0)
  return spansNamed(run, "loom.run").flatMap(({ attributes }) =>
    ["tokens_in", "tokens_out", "cost_usd"].flatMap((key) =>
      Math.abs(Number(attributes[key] ?? 0) - sum(key)) < 1e-12
        ? []
        : [`run: ${key} is ${show(attributes[key])}, its calls add up to ${sum(key)}`]
    )
  )
}

const judged = (scenario: Scenario, way: Way, run: Recorded<unknown, unknown>): Outcome => {
  const spans = spansNamed(run, "loom.model.stream")
  const calls = spans.map((span) => callOf(span, ranIn(run, span)))
  const expected = scenario.except?.[way] ?? (way === "agent" ? scenario.calls : scenario.calls.slice(0, 1))
  return {
    calls,
    faults: [
      ...(calls.length === expected.length ? [] : [`${way}: ${calls.length} calls, not ${expected.length}`]),
      ...expected.flatMap((each, index) => differences(calls[index] ?? {}, each, `${way}, call ${index}`)),
      ...ownProvider(scenario, spans, way),
      ...(way === "agent" ? [...resultFaults(scenario, run.exit), ...totalFaults(run)] : []),
      ...flaws(run).map((flaw) => `${way}: ${flaw}`)
    ]
  }
}
