/**
 * The metrics of the GenAI semantic conventions (v1.41.1), taken from finished spans: sampled or not, each is counted.
 */
import type * as OtelApi from "@opentelemetry/api"
import { errorType, numberOf, textOf } from "../../dialects/Dialect.js"
import type { Attributes } from "../../records/attributes.js"
import { durationOf, type MetricData, type SpanData } from "../../records/SpanData.js"
import { metrics, roleOf } from "../../records/vocabulary.js"
import type { OpenSpan } from "../../telemetry/tracing/OpenSpan.js"

/** Buckets of `gen_ai.client.token.usage`: powers of four. */
const tokenBuckets = Array.from({ length: 14 }, (_, power) => 4 ** power)

/** Buckets of the durations in seconds: doubling from 0.01 to 81.92. */
const durationBuckets = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power)

const labels = (pairs: { readonly [key: string]: string | undefined }): OtelApi.Attributes =>
  Object.fromEntries(Object.entries(pairs).filter(([, value]) => value !== undefined))

const callLabels = (attributes: Attributes) => ({
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": textOf(attributes, "provider"),
  "gen_ai.request.model": textOf(attributes, "model"),
  "gen_ai.response.model": textOf(attributes, "response_model")
})

/** What the metrics are taken from. */
export interface GenaiMetrics {
  readonly onEnd: (span: SpanData) => void
  readonly onMetric: (metric: MetricData, around: OpenSpan | undefined) => void
}

/** The name of a tool that the model made up: as a label each would be a series of its own. */
const unknown = "_unknown"

/** Spans of tools that the model made up. Their own measurement, taken inside the span, knows that; the span has the name as it was called. */
class UnknownTools {
  private readonly spans = new Set<string>()

  onMetric({ attributes, name, spanId: named }: MetricData, around: OpenSpan | undefined): void {
    // Where the span itself is left out, the measurement names another one.
    const spanId = around?.spanId ?? named
    if (name === metrics.toolDurationMs.name && attributes["tool"] === unknown && spanId !== undefined) {
      this.spans.add(spanId)
    }
  }

  labelOf(span: SpanData): string | undefined {
    return this.spans.delete(span.spanId) ? unknown : textOf(span.attributes, "tool")
  }
}

/** Records the metrics of finished spans with this meter. */
export const recordGenaiMetrics = (meter: OtelApi.Meter): GenaiMetrics => {
  const unknownTools = new UnknownTools()
  const duration = (name: string, description: string) =>
    meter.createHistogram(name, { unit: "s", description, advice: { explicitBucketBoundaries: durationBuckets } })
  const tokens = meter.createHistogram("gen_ai.client.token.usage", {
    unit: "{token}",
    description: "Tokens used by model calls",
    advice: { explicitBucketBoundaries: tokenBuckets }
  })
  const operation = duration("gen_ai.client.operation.duration", "Duration of model calls")
  const firstChunk = duration("gen_ai.client.operation.time_to_first_chunk", "Time to the first chunk of model calls")
  const tool = duration("gen_ai.execute_tool.duration", "Duration of tool calls")
  const agent = duration("gen_ai.invoke_agent.duration", "Duration of agent runs")

  const modelCall = (span: SpanData): void => {
    const { attributes } = span
    const call = callLabels(attributes)
    operation.record(durationOf(span) / 1000, labels({ ...call, "error.type": errorType(span) }))
    const ttft = numberOf(attributes, "ttft_ms")
    if (ttft !== undefined) {
      firstChunk.record(ttft / 1000, labels(call))
    }
    for (const [type, key] of [["input", "tokens_in"], ["output", "tokens_out"]] as const) {
      const count = numberOf(attributes, key)
      if (count !== undefined) {
        tokens.record(count, labels({ ...call, "gen_ai.token.type": type }))
      }
    }
  }

  const onEnd = (span: SpanData): void => {
    switch (roleOf(span.name)) {
      case "model":
        return modelCall(span)
      case "tool":
        return tool.record(
          durationOf(span) / 1000,
          labels({
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": unknownTools.labelOf(span),
            "error.type": errorType(span)
          })
        )
      case "run":
        return agent.record(
          durationOf(span) / 1000,
          labels({
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": textOf(span.attributes, "agent"),
            "gen_ai.request.model": textOf(span.attributes, "model"),
            "error.type": errorType(span)
          })
        )
      default:
        return
    }
  }
  return { onEnd, onMetric: (metric, around) => unknownTools.onMetric(metric, around) }
}
