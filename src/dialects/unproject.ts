/**
 * Undoes what the dialects add to a span of this package when it is sent, so that an exported file reads back as the records that it was made from.
 *
 * Added attributes are recognised by making them again: one that a dialect does not give for this span was recorded, and stays.
 */
import type { Attributes, AttributeValue } from "../records/attributes.js"
import type { SpanData } from "../records/SpanData.js"
import { prefixed } from "../records/vocabulary.js"
import { defaultNames, jaegersOwn, type Names, namesOf } from "./project.js"
import { projectSpan } from "./projectSpan.js"

/** The start of every name that a dialect adds. */
const foreign = /^(?:gen_ai|openinference|llm|langfuse|input|output|tool|agent|graph|session|user|error|loom)\./

const own = prefixed("")

/** What may have been added. Together they give every value that a table gives. */
const naming: ReadonlyArray<Names> = [
  defaultNames,
  namesOf({ semconv: "genai-0.1" }),
  namesOf({ dialects: ["openinference"] })
]

/** The recorded attributes of a sent span. */
export const withoutProjection = (
  span: Pick<SpanData, "name" | "attributes" | "outcome" | "exception" | "start">
): Attributes => {
  const recorded = recordedOf(span.attributes)
  const made: Array<Attributes> = []
  // Made when it is needed: most spans need the first only.
  const addedBy = (index: number) => made[index] ??= addedTo({ ...span, attributes: recorded }, naming[index]!)
  const out: Record<string, AttributeValue> = {}
  for (const [key, value] of Object.entries(recorded)) {
    if (!foreign.test(key) || !naming.some((_, index) => isSame(addedBy(index)[key], value))) {
      out[key] = value
    }
  }
  return out
}

/** `loom.tool` is `tool` again where a name such as `tool.name` made it give way, and `loom.error` is always `error`. */
const recordedOf = (attributes: Attributes): Attributes => {
  const keys = Object.keys(attributes)
  const plainOf = (key: string): string => {
    const plain = key.startsWith(own) ? key.slice(own.length) : key
    const gaveWay = () => plain === jaegersOwn || keys.some((other) => other.startsWith(`${plain}.`))
    return plain !== key && !Object.hasOwn(attributes, plain) && gaveWay()
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
