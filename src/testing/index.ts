/**
 * `loom-telemetry/testing`: telemetry for tests, whatever the test runner.
 */
export { TestTelemetry, type TestTelemetryService } from "./TestTelemetry.js"
