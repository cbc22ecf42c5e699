/**
 * Decides which traces and spans a search finds.
 *
 * A trace matches if each condition holds for some span; a span matches if all words and states hold for the span itself. The searched text of a span is
 * built once, by the first search that needs it, and kept as long as the span.
 */
import type { AttributeValue } from "../../records/attributes.js"
import type { Query, QueryState } from "./query.js"
import type { SpanView, TraceView } from "./TraceView.js"

const texts = new WeakMap<SpanView, string>()

/** The searched text, in lower case: name, ids, `key=value` of each attribute, events, exception. */
const searchText = (span: SpanView): string => {
  const known = texts.get(span)
  if (known !== undefined) {
    return known
  }
  const text = [
    span.name,
    span.spanId,
    span.traceId,
    ...attributeTexts(span.attributes),
    span.exception ?? "",
    ...span.events.flatMap((event) => [event.name, ...attributeTexts(event.attributes)])
  ].join("\n").toLowerCase()
  texts.set(span, text)
  return text
}

const attributeTexts = (attributes: { readonly [key: string]: AttributeValue }): ReadonlyArray<string> =>
  Object.entries(attributes).map(([key, value]) =>
    `${key}=${typeof value === "object" ? JSON.stringify(value) : String(value)}`
  )

const inState = (span: SpanView, state: QueryState): boolean =>
  state === "failed" ? span.state === "failure" : span.state === state

const countOf = (trace: TraceView, state: QueryState): number => trace[state]

/** Whether a search asks for anything. */
export const isEmptyQuery = (query: Query): boolean =>
  query.words.length === 0 && query.fields.size === 0 && query.states.size === 0

/** Whether a search has conditions on single spans. */
const asksForSpans = (query: Query): boolean => query.words.length > 0 || query.states.size > 0

/** Whether a span has all words and one of the states. */
const matchesSpan = (query: Query, span: SpanView): boolean =>
  (query.states.size === 0 || [...query.states].some((state) => inState(span, state))) &&
  query.words.every((word) => searchText(span).includes(word))

/** Whether a trace matches a search. */
export const matchesTrace = (query: Query, trace: TraceView): boolean =>
  [...query.fields].every(([field, value]) => trace.values.get(field)?.has(value) === true) &&
  (query.states.size === 0 || [...query.states].some((state) => countOf(trace, state) > 0)) &&
  (query.words.length === 0 || trace.spans.some((span) => matchesSpan(query, span)))

/** The indices of a trace's matching spans, in order; none if the search has no conditions on spans. */
export const matchingSpans = (query: Query, trace: TraceView): ReadonlyArray<number> =>
  asksForSpans(query) ? trace.spans.filter((span) => matchesSpan(query, span)).map(({ index }) => index) : []

/** The next of some indices after (or before) one, wrapping around; `undefined` if there are none. */
export const nextOf = (indices: ReadonlyArray<number>, from: number, backwards: boolean): number | undefined =>
  backwards
    ? indices.findLast((index) => index < from) ?? indices.at(-1)
    : indices.find((index) => index > from) ?? indices[0]
