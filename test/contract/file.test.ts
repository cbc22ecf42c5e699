import { file } from "./subjects.js"
import { telemetryContract } from "./telemetryContract.js"

telemetryContract("FileTelemetry", file)
