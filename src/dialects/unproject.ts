/**
 * Removes what the dialects add to spans of this package, so that reading an exported file gives the original records.
 *
 * To recognise added attributes, they are computed again: an attribute that no dialect adds to this span must have been recorded, and stays.
 */
import type { Attributes, AttributeValue } from "../records/attributes.js"
import type { SpanData } from "../records/SpanData.js"
import { prefixed } from "../records/vocabulary.js"
import { defaultNames, jaegerError, type Names, namesOf } from "./project.js"
import { projectSpan } from "./projectSpan.js"

/** Matches every name that a dialect adds. */
const foreign = /^(?:gen_ai|openinference|llm|langfuse|input|output|tool|agent|graph|session|user|error|loom)\./

const own = prefixed("")

/** The namings that may have been used. Together they produce every value that any table produces. */
const naming: ReadonlyArray<Names> = [
  defaultNames,
  namesOf({ semconv: "genai-0.1" }),
  namesOf({ dialects: ["openinference"] })
]

/** The recorded attributes of an exported span. */
export const withoutProjection = (
  span: Pick<SpanData, "name" | "attributes" | "outcome" | "exception" | "start">
): Attributes => {
  const recorded = recordedOf(span.attributes)
  const made: Array<Attributes> = []
  // Computed on demand: most spans need only the first.
  const addedBy = (index: number) => made[index] ??= addedTo({ ...span, attributes: recorded }, naming[index]!)
  const out: Record<string, AttributeValue> = {}
  for (const [key, value] of Object.entries(recorded)) {
    if (!foreign.test(key) || !naming.some((_, index) => isSame(addedBy(index)[key], value))) {
      out[key] = value
    }
  }
  return out
}

/** Undoes `withoutClashes`: `loom.tool` becomes `tool` if there is a name such as `tool.name`, and `loom.error` always becomes `error`. */
const recordedOf = (attributes: Attributes): Attributes => {
  const keys = Object.keys(attributes)
  const plainOf = (key: string): string => {
    const plain = key.startsWith(own) ? key.slice(own.length) : key
    const clashed = () => plain === jaegerError || keys.some((other) => other.startsWith(`${plain}.`))
    return plain !== key && !Object.hasOwn(attributes, plain) && clashed()
      ? plain
      : key
  }
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [plainOf(key), value]))
}

const addedTo = (
  span: Pick<SpanData, "name" | "attributes" | "outcome" | "exception" | "start">,
  names: Names
): Attributes => {
  const whole: SpanData = { ...nowhere, ...span, end: span.start }
  return projectSpan(whole, { sessionId: undefined, userId: undefined }, names).added
}

const nowhere = { traceId: "", spanId: "", parentSpanId: null, sequence: 0, events: undefined, links: undefined }

const isSame = (a: AttributeValue | undefined, b: AttributeValue): boolean => JSON.stringify(a) === JSON.stringify(b)
