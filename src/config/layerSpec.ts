/**
 * Sinks by name, for programs that are configured by their environment: `console,file:./traces.jsonl`.
 */
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import { ConsoleTelemetryLive } from "../sinks/ConsoleTelemetry.js"
import { FileTelemetry } from "../sinks/FileTelemetry.js"
import { InMemoryTelemetryLive } from "../sinks/InMemoryTelemetry.js"
import { MultiTelemetry } from "../sinks/MultiTelemetry.js"
import { NoTelemetryLive } from "../sinks/NoTelemetry.js"
import { quoted } from "../telemetry/lifecycle/foreignText.js"
import type { SpecLayer } from "../telemetry/Telemetry.js"
import { invalidData, shownAs } from "./twoLines.js"

const variable = "LOOM_TELEMETRY"

/** Sinks that an entry point adds to those of the root, by name. */
type MoreSinks = { readonly [name: string]: SpecLayer }

/** How many characters of an invalid part are quoted at most. */
const longestPart = 200

const elsewhere = "layerConfig or layerSpec from loom-telemetry/otel"

const legalForms = (more: MoreSinks): string => {
  const names = ["none", "console", "memory", "file:PATH (such as file:./traces.jsonl)", ...Object.keys(more)]
  const note = Object.hasOwn(more, "otel") ? "" : `; otel with ${elsewhere}`
  return `${names.join(", ")}, or several of them separated by commas${note}`
}

const invalid = (part: string, name: string, more: MoreSinks): ConfigError.ConfigError => {
  if (part === "otel") {
    const what = "\"otel\" needs the OpenTelemetry sink"
    return shownAs(
      invalidData(name, `${what}: use ${elsewhere}, or OTelLive`),
      `${name}: ${what}\nUse ${elsewhere}, or OTelLive`
    )
  }
  const what = `${quoted(part, longestPart)} names no telemetry sink`
  const forms = `Legal forms: ${legalForms(more)}`
  return shownAs(invalidData(name, `${what}. ${forms}`), `${name}: ${what}\n${forms}`)
}

/** The sink named by one part of a spec; `undefined` if there is no such sink. */
const sinkOf = (part: string, more: MoreSinks): SpecLayer | undefined => {
  switch (part) {
    case "none":
      return NoTelemetryLive
    case "console":
      return ConsoleTelemetryLive
    case "memory":
      return InMemoryTelemetryLive
    default:
      return part.startsWith("file:") && part.length > "file:".length
        ? FileTelemetry.layer(part.slice("file:".length))
        : Object.hasOwn(more, part)
        ? more[part]
        : undefined
  }
}

const parse = (
  spec: string,
  name: string,
  more: MoreSinks
): Either.Either<readonly [SpecLayer, ...ReadonlyArray<SpecLayer>], ConfigError.ConfigError> => {
  // An empty variable is unset, as in OpenTelemetry: compose and .env files leave variables out that way.
  if (spec.trim() === "") {
    return Either.right([NoTelemetryLive])
  }
  const layers: Array<SpecLayer> = []
  // Duplicates count once, as in any fan-out; a comma at the end is ignored.
  for (const part of new Set(spec.split(",").map((each) => each.trim()).filter((each) => each !== ""))) {
    const layer = sinkOf(part, more)
    if (layer === undefined) {
      return Either.left(invalid(part, name, more))
    }
    layers.push(layer)
  }
  const [first, ...rest] = layers
  return first === undefined ? Either.left(invalid(spec, name, more)) : Either.right([first, ...rest])
}

const layerOf = (spec: string, name: string, more: MoreSinks): SpecLayer =>
  Either.match(parse(spec, name, more), {
    onLeft: (error) => Layer.fail(error),
    onRight: (layers) => layers.length === 1 ? layers[0] : MultiTelemetry.layer(layers)
  })

/** See `Telemetry.layerSpec`. */
export const makeLayerSpec = (more: MoreSinks) => (spec: string): SpecLayer => layerOf(spec, "layerSpec", more)

/** See `Telemetry.layerConfig`. */
export const makeLayerConfig = (more: MoreSinks): SpecLayer =>
  Layer.unwrapEffect(
    Effect.map(Config.withDefault(Config.string(variable), "none"), (spec) => layerOf(spec, variable, more))
  )
