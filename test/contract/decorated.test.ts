/**
 * A filter that keeps all and a sampler that keeps all are not there: the contract of every sink, asked of the sinks behind them. One by one: `decorated.thorough.test.ts`.
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
