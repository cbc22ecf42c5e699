import { multi } from "./subjects.js"
import { telemetryContract } from "./telemetryContract.js"

telemetryContract("MultiTelemetry of memory, file, nothing and a custom sink", multi)
