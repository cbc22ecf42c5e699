/**
 * Traces in the headers of W3C Trace Context and W3C Baggage, read from what servers and clients hand over, and written.
 *
 * Incoming headers are checked strictly: ids that are not hexadecimal, or all zero, start a new trace. State and baggage that are oversized or cannot
 * be a header are left out and the trace continues, because an invalid `tracestate` must not affect `traceparent` (W3C Trace Context, section 3.3).
 */
import * as Context from "effect/Context"
import * as Tracer from "effect/Tracer"
import { areValidIds } from "./ids.js"

/**
 * Where headers are read from: `IncomingHttpHeaders` of Node, `Headers` of fetch, a `Map`, a plain record. Names of a record may be in any case.
 */
export type TraceCarrier =
  | {
    /** Gives a header by its lower-case name. */
    readonly get: (name: string) => string | null | undefined
  }
  | { readonly [name: string]: unknown }

/** The state that vendors attach to a trace, as it came. */
export class TraceState extends Context.Tag("loom-telemetry/TraceState")<TraceState, string>() {}

/** The baggage that came with a trace, as it came. */
export class TraceBaggage extends Context.Tag("loom-telemetry/TraceBaggage")<TraceBaggage, string>() {}

/** Version 00 is `00-TRACE-SPAN-FLAGS`; later versions begin the same (W3C Trace Context level 1, section 3.2). */
const traceparentPattern = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** Longer state may be cut (section 3.3.1.5), and is left out here. */
const maxState = 512

/** Longer baggage may be dropped (W3C Baggage, section 3.3.2), and is left out here. */
const maxBaggage = 8192

/** What a header can hold. In JSON a line break may come in, and `fetch` would throw when it is passed on. */
const printable = /^[\t -~]+$/

const memberOf = (carrier: { readonly [name: string]: unknown }, name: string): unknown => {
  const key = Object.hasOwn(carrier, name) ? name : Object.keys(carrier).find((each) => each.toLowerCase() === name)
  return key === undefined ? undefined : carrier[key]
}

const hasGet = (carrier: TraceCarrier): carrier is { readonly get: (name: string) => string | null | undefined } =>
  typeof carrier.get === "function"

/** One header. Several `traceparent` are none (section 3.2.1); several `tracestate` are one list (section 3.3.1.1). */
const header = (carrier: TraceCarrier, name: string): string | undefined => {
  const value = hasGet(carrier) ? carrier.get(name) : memberOf(carrier, name)
  const text = Array.isArray(value) ? value.join(",") : value
  return typeof text === "string" ? text.trim() : undefined
}

/** One header, several of a name joined by commas; `undefined` if it is not there or cannot be read. */
const headerOf = (carrier: TraceCarrier, name: string): string | undefined => {
  try {
    return header(carrier, name)
  } catch {
    return undefined
  }
}

const boundedHeader = (carrier: TraceCarrier, name: string, mostCharacters: number): string | undefined => {
  const text = headerOf(carrier, name)
  return text !== undefined && text.length <= mostCharacters && printable.test(text) ? text : undefined
}

/** What came with a trace besides its ids. */
const carried = (carrier: TraceCarrier): Context.Context<never> => {
  const values = new Map<string, string>()
  const state = boundedHeader(carrier, "tracestate", maxState)
  const baggage = boundedHeader(carrier, "baggage", maxBaggage)
  if (state !== undefined) {
    values.set(TraceState.key, state)
  }
  if (baggage !== undefined) {
    values.set(TraceBaggage.key, baggage)
  }
  return Context.unsafeMake(values)
}

const parse = (carrier: TraceCarrier): Tracer.ExternalSpan | undefined => {
  const match = traceparentPattern.exec(header(carrier, "traceparent") ?? "")
  if (match === null || (match[1] === "00" && match[5] !== undefined)) {
    return undefined
  }
  const [, , traceId, spanId, flags] = match as unknown as readonly [string, string, string, string, string]
  if (!areValidIds(traceId, spanId)) {
    return undefined
  }
  return Tracer.externalSpan({
    traceId,
    spanId,
    sampled: (Number.parseInt(flags, 16) & 1) === 1,
    context: carried(carrier)
  })
}

/** The span that the headers name; `undefined` if they name no valid one, or cannot be read. */
export const remoteSpan = (carrier: TraceCarrier | null | undefined): Tracer.ExternalSpan | undefined => {
  try {
    return carrier === null || carrier === undefined ? undefined : parse(carrier)
  } catch {
    return undefined
  }
}

/** The headers that pass a trace on. */
export interface TraceHeaders {
  readonly [name: string]: string
}

/** What came with the remote span above this one. A loop, because spans can be nested deeper than the call stack. */
const carriedAbove = (span: Tracer.AnySpan): Context.Context<never> | undefined => {
  let current: Tracer.AnySpan | undefined = span
  while (current !== undefined && current._tag === "Span") {
    current = current.parent._tag === "Some" ? current.parent.value : undefined
  }
  return current?.context
}

/** The headers that pass a span on: `traceparent`, and `tracestate` and `baggage` as they came in. */
export const headersOfSpan = (span: Tracer.AnySpan): TraceHeaders => {
  const values = carriedAbove(span)?.unsafeMap
  const state: string | undefined = values?.get(TraceState.key)
  const baggage: string | undefined = values?.get(TraceBaggage.key)
  return {
    traceparent: `00-${span.traceId}-${span.spanId}-${span.sampled ? "01" : "00"}`,
    ...(state !== undefined && { tracestate: state }),
    ...(baggage !== undefined && { baggage })
  }
}
