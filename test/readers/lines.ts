/**
 * Lines of trace files, made by hand: as this package writes them and as the Python original does.
 */

/** The fields of a span; missing ones get defaults. */
export interface SpanParts {
  readonly name?: string
  readonly trace?: number
  readonly id: number
  readonly parent?: number | null
  /** Milliseconds after noon. */
  readonly start?: number
  readonly ms?: number
  readonly attributes?: { readonly [key: string]: unknown }
  readonly outcome?: string
  readonly exception?: string | null
  readonly events?: ReadonlyArray<unknown>
  readonly links?: ReadonlyArray<unknown>
}

export interface MetricParts {
  readonly name: string
  readonly value: number
  readonly attributes?: { readonly [key: string]: unknown }
  readonly trace?: number
  readonly id?: number
}

/** The fields of a score; missing ones get defaults. Without `id` it is for the whole trace. */
export interface ScoreParts {
  readonly name: string
  readonly value?: number | null
  readonly label?: string | null
  readonly explanation?: string | null
  readonly source?: string
  readonly attributes?: { readonly [key: string]: unknown }
  readonly trace?: number
  readonly id?: number
  /** Milliseconds after noon. */
  readonly at?: number
}

const noon = Date.UTC(2026, 0, 31, 12)

/** A trace id: 32 hexadecimal digits. */
const traceId = (trace: number): string => trace.toString(16).padStart(32, "0")

/** A span id: 16 hexadecimal digits. */
const spanId = (id: number): string => id.toString(16).padStart(16, "0")

/** A time as this package writes it, to the microsecond. */
const time = (ms: number): string => {
  const micros = Math.round(ms * 1000)
  const iso = new Date(noon + Math.floor(micros / 1000)).toISOString().slice(0, -1)
  return `${iso}${String(((micros % 1000) + 1000) % 1000).padStart(3, "0")}Z`
}

const identity = ({ id, name = "work", parent = null, trace = 1 }: SpanParts) => ({
  name,
  trace_id: traceId(trace),
  span_id: spanId(id),
  parent_span_id: parent === null ? null : spanId(parent)
})

/** A finished span. */
export const span = (parts: SpanParts): string => {
  const { attributes = {}, events, exception = null, links, ms = 1, outcome = "success", start = 0 } = parts
  return JSON.stringify({
    kind: "span",
    ...identity(parts),
    started_at: time(start),
    ended_at: time(start + ms),
    duration_ms: ms,
    attributes,
    outcome,
    exception,
    events,
    links
  })
}

/** The start of a span. */
export const spanStart = (parts: SpanParts): string =>
  JSON.stringify({
    kind: "span_start",
    ...identity(parts),
    started_at: time(parts.start ?? 0),
    attributes: parts.attributes ?? {}
  })

/** A measurement, in a span if `id` is given. */
export const metric = ({ attributes = {}, id, name, trace = 1, value }: MetricParts): string =>
  JSON.stringify({
    kind: "metric",
    name,
    value,
    instrument_kind: name.endsWith("_ms") ? "histogram" : "counter",
    attributes,
    emitted_at: time(0),
    ...(id !== undefined && { trace_id: traceId(trace), span_id: spanId(id) })
  })

/** A score. */
export const score = (parts: ScoreParts): string => {
  const { at = 0, attributes = {}, explanation = null, id, label = null, name, source = "code", trace = 1 } = parts
  return JSON.stringify({
    kind: "score",
    name,
    value: parts.value ?? null,
    label,
    explanation,
    source,
    trace_id: traceId(trace),
    span_id: id === undefined ? null : spanId(id),
    attributes,
    scored_at: time(at)
  })
}

/** A report of dropped records. */
export const dropped = (count: number): string =>
  JSON.stringify({ kind: "dropped", count, reason: "queue_full", at: time(0) })

/** The same line as the Python original writes it: without `outcome`, with UTC offsets and blanks after separators, and no fraction if it is zero. */
export const asPython = (line: string): string => {
  const { outcome: _, ...fields } = JSON.parse(line)
  const text = JSON.stringify(
    fields,
    (_key, value) =>
      typeof value === "string" && /^\d{4}-.*Z$/.test(value) ? value.replace(/(\.000000)?Z$/, "+00:00") : value
  )
  return text.replace(/","|":(?=[\d"{[ntf])|,"(?=[a-z_]+":)/g, (match) => match.replace(":", ": ").replace(",", ", "))
}

/** Lines as a file. */
export const file = (...lines: ReadonlyArray<string>): Uint8Array =>
  new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""))
