/**
 * Converts recorded values and times to OpenTelemetry's types.
 */
import * as OtelApi from "@opentelemetry/api"
import type { Attributes, AttributeValue } from "../../records/attributes.js"
import type { SpanLink } from "../../records/SpanRecord.js"

const billion = 1_000_000_000

/** The last whole second, cached so that times within it need no division. */
interface Second {
  readonly seconds: number
  /** The same in nanoseconds. */
  readonly start: bigint
}

let last: Second = { seconds: 0, start: BigInt(0) }

const secondOf = (nanos: bigint): Second => {
  const seconds = nanos / BigInt(billion)
  return { seconds: Number(seconds), start: seconds * BigInt(billion) }
}

/** Converts nanoseconds since the epoch to seconds and nanoseconds. */
export const hrTime = (nanos: bigint): OtelApi.HrTime => {
  const after = Number(nanos - last.start)
  if (after >= 0 && after < billion) {
    return [last.seconds, after]
  }
  last = secondOf(nanos)
  return [last.seconds, Number(nanos - last.start)]
}

/** Converts seconds and nanoseconds to nanoseconds since the epoch. */
export const nanosOf = ([seconds, nanos]: OtelApi.HrTime): bigint => BigInt(seconds) * BigInt(billion) + BigInt(nanos)

// OpenTelemetry's arrays hold one primitive type; anything else is sent as a JSON string.
const isUniform = (values: ReadonlyArray<AttributeValue>): boolean =>
  values.every((value) => typeof value === typeof values[0] && typeof value !== "object")

export const otelValue = (value: AttributeValue): OtelApi.AttributeValue =>
  typeof value !== "object"
    ? value
    : Array.isArray(value) && isUniform(value)
    ? value as Array<string>
    : JSON.stringify(value)

export const otelAttributes = (attributes: Attributes): OtelApi.Attributes => {
  const out: OtelApi.Attributes = {}
  for (const key of Object.keys(attributes)) {
    out[key] = otelValue(attributes[key]!)
  }
  return out
}

/** A link as OpenTelemetry takes it. */
export const otelLink = ({ attributes, spanId, traceId }: SpanLink): OtelApi.Link => ({
  context: { traceId, spanId, traceFlags: OtelApi.TraceFlags.SAMPLED },
  attributes: otelAttributes(attributes)
})
