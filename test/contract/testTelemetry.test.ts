import { testTelemetry } from "./subjects.js"
import { telemetryContract } from "./telemetryContract.js"

telemetryContract("TestTelemetry", testTelemetry)
