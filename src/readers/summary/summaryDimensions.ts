/**
 * The dimensions of a summary, and what a span says about each.
 */
import { roleOf } from "../../records/vocabulary.js"
import type { MetricFacts, SpanFacts, StartFacts } from "../../records/wire/facts.js"
import type { Dimensions, Labels } from "../usage/measures.js"
import { labelOf } from "../usage/measures.js"

/**
 * What rows are grouped by. Spans: all by `name`, `loom.tool` by `tool`, `loom.model.stream` by `model`, and `loom.run` by `user`, `session` and `agent`,
 * sub-agents included. Usage: of the span with this name; of everything under the nearest tool; of the model's calls; of the user and session on the span or
 * its nearest ancestor; of the nearest run with an agent.
 */
export type Dimension = "name" | "tool" | "model" | "user" | "session" | "agent"

/** All of them, in a fixed order. */
export const dimensions: ReadonlyArray<Dimension> = ["name", "tool", "model", "user", "session", "agent"]

const ofSpan = ({ attributes, name }: SpanFacts | StartFacts): Labels => {
  const role = roleOf(name)
  return [
    name,
    role === "tool" ? labelOf(attributes, "tool") : undefined,
    role === "model" || role === "run" ? labelOf(attributes, "model") : undefined,
    labelOf(attributes, "user_id"),
    labelOf(attributes, "session_id"),
    role === "run" ? labelOf(attributes, "agent") : undefined
  ]
}

const ofMetric = ({ attributes }: MetricFacts): Labels => [
  undefined,
  undefined,
  labelOf(attributes, "model"),
  labelOf(attributes, "user_id"),
  labelOf(attributes, "session_id"),
  undefined
]

/** The same dimensions, for counting usage. */
export const usageDimensions: Dimensions = { count: dimensions.length, ofSpan, ofMetric }
