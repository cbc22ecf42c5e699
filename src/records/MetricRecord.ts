/**
 * One measurement: a name, a number, and where it was taken. Nothing is aggregated here.
 */
import type { Attributes } from "./attributes.js"

/** Which OpenTelemetry instrument a measurement belongs to. */
export type InstrumentKind = "counter" | "histogram"

/** One measurement. Deep-frozen. */
export interface MetricRecord {
  /** Such as `loom.tokens.input`; never empty. */
  readonly name: string
  /** Finite; for a counter also ≥ 0. The unit is the name's suffix. */
  readonly value: number
  /** Derived from the suffix of the name; see `instrumentKind`. */
  readonly instrumentKind: InstrumentKind
  /** Normalised and frozen; see `Attributes`. */
  readonly attributes: Attributes
  /** Wall-clock time, from the fiber's Clock. */
  readonly emittedAt: Date
  /** The trace in which it was emitted, if any: 32 lower-case hexadecimal digits. */
  readonly traceId?: string
  /** The span in which it was emitted, if any: 16 lower-case hexadecimal digits. */
  readonly spanId?: string
}

/** The instrument of a metric: a histogram if its name ends in `_ms`, `_seconds` or `_bytes`, otherwise a counter. */
export const instrumentKind = (name: string): InstrumentKind =>
  name.endsWith("_ms") || name.endsWith("_seconds") || name.endsWith("_bytes") ? "histogram" : "counter"

/** Why a measurement is invalid; `undefined` if it is valid. */
export const invalidMeasurement = (name: string, value: number): string | undefined => {
  if (typeof name !== "string" || name === "") {
    return "the metric has no name"
  }
  if (typeof value !== "number" || !Number.isFinite(value)) {
    return "the value is not a finite number"
  }
  return value < 0 && instrumentKind(name) === "counter" ? "a counter cannot decrease" : undefined
}
