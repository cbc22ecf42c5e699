import { nestedMulti } from "./subjects.js"
import { telemetryContract } from "./telemetryContract.js"

telemetryContract("MultiTelemetry inside MultiTelemetry", nestedMulti)
