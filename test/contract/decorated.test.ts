/**
 * A filter that keeps all and a sampler that keeps all are not there: the contract of every sink, asked of the sinks behind them.
 */
import * as Effect from "effect/Effect"
import { FilteredTelemetry, MultiTelemetry, SampledTelemetry } from "loom-telemetry"
import type { MakeSubject, Subject } from "./subject.js"
import { consoleTree, customSink, inMemory } from "./subjects.js"
import { telemetryContract } from "./telemetryContract.js"

const behind = (make: MakeSubject, decorate: (layer: Subject["layer"]) => Subject["layer"]): MakeSubject =>
  Effect.map(make, ({ layer, recorded }) => ({ layer: decorate(layer), recorded }))

const filtered = (layer: Subject["layer"]) => FilteredTelemetry.layer(layer, () => true)
const head = (layer: Subject["layer"]) => SampledTelemetry.head(layer, { ratio: 1 })
const tail = (layer: Subject["layer"]) => SampledTelemetry.tail(layer, { ratio: 1 })

telemetryContract("FilteredTelemetry that keeps all", behind(customSink, filtered))
telemetryContract("SampledTelemetry.head of all", behind(customSink, head))
telemetryContract("SampledTelemetry.tail of all", behind(inMemory, tail))
telemetryContract("SampledTelemetry.tail of all, before the console", behind(consoleTree, tail), { keeps: "lines" })
telemetryContract(
  "all of them, inside and around a fan-out",
  behind(inMemory, (layer) => filtered(MultiTelemetry.layer([tail(MultiTelemetry.layer([head(layer)]))])))
)
