/**
 * What spans are called in a path: by their name and what tells them from others, numbered where siblings are called the same.
 */
import { label } from "../../readers/TraceTree.js"
import type { AttributeValue } from "../../records/attributes.js"
import type { SpanNode } from "../../records/spanTree.js"
import { ExactAttributes, type SpanExpectation } from "../SpanExpectation.js"

/** Of recorded siblings. */
export const recordedLabels = (nodes: ReadonlyArray<SpanNode>): ReadonlyArray<string> =>
  numbered(nodes.map(({ span }) => label(span)))

/** Of expected siblings. */
export const expectedLabels = (spans: ReadonlyArray<SpanExpectation>): ReadonlyArray<string> =>
  numbered(
    spans.map(({ attributes, name }) =>
      typeof name === "string" ? label({ name, attributes: texts(attributes) }) : String(name)
    )
  )

const texts = (attributes: SpanExpectation["attributes"]): { readonly [key: string]: AttributeValue } => {
  const named = attributes instanceof ExactAttributes ? attributes.attributes : attributes ?? {}
  return Object.fromEntries(
    Object.entries(named).filter((entry): entry is [string, string] => typeof entry[1] === "string")
  )
}

const numbered = (labels: ReadonlyArray<string>): ReadonlyArray<string> => {
  const total = new Map<string, number>()
  labels.forEach((each) => total.set(each, (total.get(each) ?? 0) + 1))
  const seen = new Map<string, number>()
  return labels.map((each) => {
    const ordinal = (seen.get(each) ?? 0) + 1
    seen.set(each, ordinal)
    return total.get(each) === 1 ? each : `${each}[${ordinal}]`
  })
}
