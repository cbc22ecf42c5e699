/**
 * Infers the role of a span from the name of a tool or a model if no dialect states it. Many instrumentations predate `gen_ai.operation.name`.
 */
import type { Reading } from "./Reading.js"

/** The attributes that state what a span is. */
const kinds = [
  "gen_ai.operation.name",
  "openinference.span.kind",
  "langfuse.observation.type",
  "traceloop.span.kind",
  "mlflow.spanType",
  "genkit:type",
  "ai.operationId",
  "operation.name"
]

export const inferredReading: Reading = {
  names: {},
  role: (attributes) =>
    kinds.some((kind) => attributes[kind] !== undefined)
      ? undefined
      : attributes["gen_ai.tool.name"] !== undefined
      ? "tool"
      : attributes["gen_ai.request.model"] !== undefined || attributes["gen_ai.response.model"] !== undefined
      ? "model"
      : undefined
}
