/**
 * Scores as OpenTelemetry has them: an event on the judged span while it is open, a log record with its ids afterwards.
 */
import type * as OtelApi from "@opentelemetry/api"
import { evaluationAttributes, evaluationEvent } from "../../dialects/genai/evaluation.js"
import type { ScoreData } from "../../records/ScoreData.js"
import { type OpenSpan, originalSpan } from "../../telemetry/tracing/OpenSpan.js"
import { AdoptedSpan } from "./AdoptedSpan.js"
import { OtelLoomSpan, SuppressedSpan } from "./OtelLoomSpan.js"
import { hrTime, otelAttributes } from "./values.js"

/** Where scores go. */
export interface ScoreRoutes {
  /** The tracer of this sink's spans. */
  readonly tracer: OtelApi.Tracer
  /** Takes a score whose span is not open here: a finished one, one of another process, or none. */
  readonly late: (score: ScoreData) => void
}

/** Sends one score; `around` is the judged span, if it is known here. */
export const sendScore = ({ late, tracer }: ScoreRoutes, score: ScoreData, around: OpenSpan | undefined): void => {
  const span = around && originalSpan(around)
  // Not exported, as the span itself is not.
  if (span instanceof SuppressedSpan || (span instanceof OtelLoomSpan && !span.sampled)) {
    return
  }
  const open = span instanceof AdoptedSpan || (span instanceof OtelLoomSpan && span.maker.tracer === tracer)
    ? span
    : undefined
  if (open?.span.isRecording() !== true) {
    return late(score)
  }
  const time = hrTime(score.time)
  if (open instanceof AdoptedSpan) {
    open.ignoreEvent(evaluationEvent, time)
  }
  open.span.addEvent(evaluationEvent, otelAttributes(evaluationAttributes(score)), time)
}
