import { customSink } from "./subjects.js"
import { telemetryContract } from "./telemetryContract.js"

telemetryContract("a custom sink", customSink)
