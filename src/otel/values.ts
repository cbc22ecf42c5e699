/**
 * Recorded values and times in OpenTelemetry's forms.
 */
import type * as OtelApi from "@opentelemetry/api"
import type { Attributes, AttributeValue } from "../records/attributes.js"

const billion = BigInt(1_000_000_000)

/** Nanoseconds since the epoch as seconds and nanoseconds. */
export const hrTime = (nanos: bigint): OtelApi.HrTime => [Number(nanos / billion), Number(nanos % billion)]

// OpenTelemetry's arrays hold one primitive type; anything else is sent as one JSON text.
const isUniform = (values: ReadonlyArray<AttributeValue>): boolean =>
  values.every((value) => typeof value === typeof values[0] && typeof value !== "object")

const otelValue = (value: AttributeValue): OtelApi.AttributeValue =>
  typeof value !== "object"
    ? value
    : Array.isArray(value) && isUniform(value)
    ? value as Array<string>
    : JSON.stringify(value)

/** Attributes as OpenTelemetry takes them. */
export const otelAttributes = (attributes: Attributes): OtelApi.Attributes => {
  const out: OtelApi.Attributes = {}
  for (const key of Object.keys(attributes)) {
    out[key] = otelValue(attributes[key]!)
  }
  return out
}
