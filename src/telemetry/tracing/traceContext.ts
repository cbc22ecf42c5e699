/**
 * Reads and writes the headers of W3C Trace Context and W3C Baggage.
 *
 * Incoming headers are checked strictly: if an id is not hexadecimal, or all zeros, a new trace starts. State and baggage that are too long or not
 * valid in a header are dropped and the trace continues, because an invalid `tracestate` must not affect `traceparent` (W3C Trace Context, section
 * 3.3).
 */
import * as Context from "effect/Context"
import * as Tracer from "effect/Tracer"
import { areValidIds } from "./ids.js"

/**
 * A source of headers: Node's `IncomingHttpHeaders`, fetch's `Headers`, a `Map` with lower-case names, or a plain record with names in any case.
 */
export type TraceCarrier =
  | {
    /** Returns a header by its lower-case name. */
    readonly get: (name: string) => string | null | undefined
  }
  | { readonly [name: string]: unknown }

/** The incoming `tracestate` header, unchanged. */
export class TraceState extends Context.Tag("loom-telemetry/TraceState")<TraceState, string>() {}

/** The incoming `baggage` header, unchanged. */
export class TraceBaggage extends Context.Tag("loom-telemetry/TraceBaggage")<TraceBaggage, string>() {}

/** Version 00 is `00-TRACE-SPAN-FLAGS`; later versions start with the same fields (W3C Trace Context level 1, section 3.2). */
const traceparentPattern = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** Longer state may be truncated (section 3.3.1.5); here it is dropped. */
const maxState = 512

/** Longer baggage may be dropped (W3C Baggage, section 3.3.2), and is dropped here. */
const maxBaggage = 8192

/** The characters allowed in a header. A carrier parsed from JSON may contain a line break, and `fetch` would throw when passing it on. */
const printable = /^[\t -~]+$/

const memberOf = (carrier: { readonly [name: string]: unknown }, name: string): unknown => {
  const key = Object.hasOwn(carrier, name) ? name : Object.keys(carrier).find((each) => each.toLowerCase() === name)
  return key === undefined ? undefined : carrier[key]
}

const hasGet = (carrier: TraceCarrier): carrier is { readonly get: (name: string) => string | null | undefined } =>
  typeof carrier.get === "function"

/** One header. Several `traceparent` are joined and thus invalid (section 3.2.1); several `tracestate` form one list (section 3.3.1.1). */
const header = (carrier: TraceCarrier, name: string): string | undefined => {
  const value = hasGet(carrier) ? carrier.get(name) : memberOf(carrier, name)
  const text = Array.isArray(value) ? value.join(",") : value
  return typeof text === "string" ? text.trim() : undefined
}

/** One header, with several values joined by commas; `undefined` if it is missing or reading it throws. */
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

/** The state and baggage of an incoming trace. */
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

/** The remote span in the headers; `undefined` if there is no valid one, or reading them throws. */
export const remoteSpan = (carrier: TraceCarrier | null | undefined): Tracer.ExternalSpan | undefined => {
  try {
    return carrier === null || carrier === undefined ? undefined : parse(carrier)
  } catch {
    return undefined
  }
}

/** The headers that propagate a trace. */
export interface TraceHeaders {
  readonly [name: string]: string
}

/** The state and baggage of the remote span above this one. A loop, because spans can be nested deeper than the call stack. */
const carriedAbove = (span: Tracer.AnySpan): Context.Context<never> | undefined => {
  let current: Tracer.AnySpan | undefined = span
  while (current !== undefined && current._tag === "Span") {
    current = current.parent._tag === "Some" ? current.parent.value : undefined
  }
  return current?.context
}

/** The headers that propagate a span: `traceparent`, and the incoming `tracestate` and `baggage` unchanged. */
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
