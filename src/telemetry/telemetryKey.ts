/** The key of the `Telemetry` tag: for what reads the service of a context without needing the service's own types. */
export const telemetryKey = "loom-telemetry/Telemetry"
