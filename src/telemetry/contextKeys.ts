/**
 * Keys that sink layers provide under: for what looks into a context without needing to know their services.
 */

/** The key of the `Telemetry` tag. */
export const telemetryKey = "loom-telemetry/Telemetry"

/** What the keys of all `SinkMark`s begin with. */
export const markPrefix = "loom-telemetry/SinkMark/"
