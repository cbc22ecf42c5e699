import { inMemory } from "./subjects.js"
import { telemetryContract } from "./telemetryContract.js"

telemetryContract("InMemoryTelemetry", inMemory)
