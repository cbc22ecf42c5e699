/**
 * The modules that are bundled as the second copy of this package.
 */
export * as root from "loom-telemetry"
export * as agent from "loom-telemetry/agent"
export * as otel from "loom-telemetry/otel"
