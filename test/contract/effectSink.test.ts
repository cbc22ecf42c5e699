import { effectSink } from "./subjects.js"
import { telemetryContract } from "./telemetryContract.js"

telemetryContract("a sink made of effects", effectSink)
