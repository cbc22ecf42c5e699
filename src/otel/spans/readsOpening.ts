/**
 * Whether anything looks at what a span opens with: to tell the SDK twice would be a good part of a span's cost.
 *
 * The SDK's own processors and samplers do not. Anything else may.
 */
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  SimpleSpanProcessor,
  type SpanProcessor,
  TraceIdRatioBasedSampler
} from "@opentelemetry/sdk-trace-base"

// By their methods: a subclass may have its own.
const blindStarts: ReadonlySet<unknown> = new Set([
  BatchSpanProcessor.prototype.onStart,
  SimpleSpanProcessor.prototype.onStart
])

const blindSamplers: ReadonlySet<unknown> = new Set([
  AlwaysOnSampler.prototype.shouldSample,
  AlwaysOffSampler.prototype.shouldSample,
  TraceIdRatioBasedSampler.prototype.shouldSample
])

const isSampler = (value: unknown): value is Sampler =>
  typeof value === "object" && value !== null && "shouldSample" in value

const isBlind = (sampler: unknown): boolean => isSampler(sampler) && blindSamplers.has(sampler.shouldSample)

/** It asks another one, which it keeps as a member. */
const asksOnlyBlind = (sampler: Sampler): boolean => {
  const asked = Object.values(sampler)
  return sampler.shouldSample === ParentBasedSampler.prototype.shouldSample && asked.length > 0 && asked.every(isBlind)
}

/** Whether one of these looks at attributes or links where a span starts. Without a sampler the SDK's own is used. */
export const readsOpening = (processors: ReadonlyArray<SpanProcessor>, sampler: Sampler | undefined): boolean =>
  !processors.every(({ onStart }) => blindStarts.has(onStart)) ||
  !(sampler === undefined || isBlind(sampler) || asksOnlyBlind(sampler))
