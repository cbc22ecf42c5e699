/**
 * Decides whether anything reads the attributes and links that a span opens with: passing them to the SDK twice would be a good part of a span's
 * cost.
 *
 * The SDK's own processors and samplers do not read them; others may.
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

// Compared by method, because a subclass may override it.
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

/** Whether a parent-based sampler delegates only to blind samplers, which it keeps as members. */
const asksOnlyBlind = (sampler: Sampler): boolean => {
  const asked = Object.values(sampler)
  return sampler.shouldSample === ParentBasedSampler.prototype.shouldSample && asked.length > 0 && asked.every(isBlind)
}

/** Whether one of these may read attributes or links when a span starts. Without a sampler the SDK uses its own. */
export const readsOpening = (processors: ReadonlyArray<SpanProcessor>, sampler: Sampler | undefined): boolean =>
  !processors.every(({ onStart }) => blindStarts.has(onStart)) ||
  !(sampler === undefined || isBlind(sampler) || asksOnlyBlind(sampler))
