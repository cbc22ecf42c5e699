/**
 * A filter or a sampler that keeps everything changes nothing; each is tested by itself.
 */
import { behind, filtered, head, tail } from "./decorations.js"
import { customSink, inMemory } from "./subjects.js"
import { telemetryContract } from "./telemetryContract.js"

telemetryContract("FilteredTelemetry that keeps all", behind(customSink, filtered))
telemetryContract("SampledTelemetry.head of all", behind(customSink, head))
telemetryContract("SampledTelemetry.tail of all", behind(inMemory, tail))
