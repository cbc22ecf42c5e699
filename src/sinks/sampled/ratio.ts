/**
 * Which traces belong to a fraction of all: decided from the trace id alone, so that every process that asks gets the same answer.
 *
 * OpenTelemetry specification, "TraceState: Probability Sampling" (v1.47.0, since when `TraceIdRatioBased` is defined by it): the last
 * 56 bits of the trace id are the randomness (W3C Trace Context Level 2), and a trace is kept where they are at least
 * `(1 - ratio) * 2^56`. A trace that is kept at one ratio is kept at every higher one.
 */

/** Hexadecimal digits of the trace id that are random. */
const digits = 14

/** Whether a trace is among the fraction `ratio`, 0 to 1, of all; `traceId` is 32 lower-case hexadecimal digits. */
export const traceIdRatio = (ratio: number): (traceId: string) => boolean => {
  const threshold = BigInt(Math.round((1 - ratio) * 2 ** (4 * digits))).toString(16).padStart(digits, "0")
  // Digits of the same number and case compare as text like the numbers that they are.
  return threshold.length > digits ? () => false : (traceId) => traceId.slice(-digits) >= threshold
}
