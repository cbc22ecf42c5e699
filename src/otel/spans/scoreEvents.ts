/**
 * Sends scores to OpenTelemetry: as an event on the scored span while it is open, as a log record with its ids afterwards.
 */
import type * as OtelApi from "@opentelemetry/api"
import { evaluationAttributes, evaluationEvent } from "../../dialects/genai/evaluation.js"
import type { ScoreData } from "../../records/ScoreData.js"
import { type OpenSpan, originalSpan } from "../../telemetry/tracing/OpenSpan.js"
import { AdoptedSpan } from "./AdoptedSpan.js"
import { OtelLoomSpan, SuppressedSpan } from "./OtelLoomSpan.js"
import { hrTime, otelAttributes } from "./values.js"

/** Where scores are sent. */
export interface ScoreRoutes {
  /** The tracer of this sink's spans. */
  readonly tracer: OtelApi.Tracer
  /** Receives a score whose span is not open here: it has ended, belongs to another process, or does not exist. */
  readonly late: (score: ScoreData) => void
}

/** Sends one score; `around` is the scored span, if it is known here. */
export const sendScore = ({ late, tracer }: ScoreRoutes, score: ScoreData, around: OpenSpan | undefined): void => {
  const span = around && originalSpan(around)
  // Not exported, because the span itself is not.
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
