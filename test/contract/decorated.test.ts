/**
 * A filter or a sampler that keeps everything changes nothing: the sinks behind them fulfil the contract of every sink. One by one:
 * `decorated.thorough.test.ts`.
 */
import { MultiTelemetry } from "loom-telemetry"
import { behind, filtered, head, tail } from "./decorations.js"
import { consoleTree, inMemory } from "./subjects.js"
import { telemetryContract } from "./telemetryContract.js"

telemetryContract("SampledTelemetry.tail of all, before the console", behind(consoleTree, tail), { keeps: "lines" })
telemetryContract(
  "all of them, inside and around a fan-out",
  behind(inMemory, (layer) => filtered(MultiTelemetry.layer([tail(MultiTelemetry.layer([head(layer)]))])))
)
