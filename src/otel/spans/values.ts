/**
 * Recorded values and times in OpenTelemetry's forms.
 */
import type * as OtelApi from "@opentelemetry/api"
import type { Attributes, AttributeValue } from "../../records/attributes.js"

const billion = 1_000_000_000

/** A whole second, lately asked for: what lies within it is told without dividing. */
interface Second {
  readonly seconds: number
  /** The same in nanoseconds. */
  readonly start: bigint
}

let lately: Second = { seconds: 0, start: BigInt(0) }

const secondOf = (nanos: bigint): Second => {
  const seconds = nanos / BigInt(billion)
  return { seconds: Number(seconds), start: seconds * BigInt(billion) }
}

/** Nanoseconds since the epoch as seconds and nanoseconds. */
export const hrTime = (nanos: bigint): OtelApi.HrTime => {
  const after = Number(nanos - lately.start)
  if (after >= 0 && after < billion) {
    return [lately.seconds, after]
  }
  lately = secondOf(nanos)
  return [lately.seconds, Number(nanos - lately.start)]
}

// OpenTelemetry's arrays hold one primitive type; anything else is sent as one JSON text.
const isUniform = (values: ReadonlyArray<AttributeValue>): boolean =>
  values.every((value) => typeof value === typeof values[0] && typeof value !== "object")

/** A value as OpenTelemetry takes it. */
export const otelValue = (value: AttributeValue): OtelApi.AttributeValue =>
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
