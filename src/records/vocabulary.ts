/**
 * Units, descriptions and buckets of measurements, by their names. Kept beside the dialects, so that the sink and the readers' export say the same.
 */

const descriptions: { readonly [name: string]: string } = {
  "loom.tokens.input": "Input tokens of model calls, cached ones included",
  "loom.tokens.output": "Output tokens of model calls",
  "loom.cost.usd": "Cost of priced model calls",
  "loom.tool.duration_ms": "Duration of tool calls",
  "loom.session.duration_ms": "Duration of agent runs",
  "loom.budget.exceeded": "Runs that a budget ended",
  "loom.auto_extract.duration_ms": "Duration of fact extractions",
  "loom.auto_extract.invocations": "Fact extractions",
  "loom.model.ttft_ms": "Time to the first content of streamed model calls"
}

/** What a metric is about; empty where nobody said. */
export const descriptionOf = (name: string): string => Object.hasOwn(descriptions, name) ? descriptions[name]! : ""

/** Units in UCUM notation, by the name or its suffix. */
export const unitOf = (name: string): string =>
  name.startsWith("loom.tokens.")
    ? "{token}"
    : name.endsWith(".usd")
    ? "{USD}"
    : name.endsWith("_ms")
    ? "ms"
    : name.endsWith("_seconds")
    ? "s"
    : name.endsWith("_bytes")
    ? "By"
    : "1"

/** From a fast tool to a long run. */
const milliseconds = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 1_800_000]
const seconds = milliseconds.map((bound) => bound / 1000)
const bytes = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864]

/** The upper bounds of a histogram's buckets in this unit, ascending. */
export const bucketsOf = (unit: string): ReadonlyArray<number> =>
  unit === "ms" ? milliseconds : unit === "s" ? seconds : bytes
