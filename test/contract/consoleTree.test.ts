import { consoleTree } from "./subjects.js"
import { telemetryContract } from "./telemetryContract.js"

telemetryContract("ConsoleTelemetry", consoleTree, { keeps: "lines" })
