/**
 * Reads the files of the Collector's file exporter: one export request per line, as OTLP JSON.
 */
import { Effect } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { NotInTimeError } from "./server.js"

type Value =
  & { readonly [K in "stringValue" | "intValue"]?: string }
  & { readonly doubleValue?: number; readonly boolValue?: boolean }
  & { readonly arrayValue?: { readonly values?: ReadonlyArray<Value> } }

interface KeyValue {
  readonly key: string
  readonly value: Value
}

type Attributes = Readonly<Record<string, unknown>>

const valueOf = (value: Value): unknown =>
  value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.arrayValue?.values?.map(valueOf) ??
    Number(value.intValue)

const attributesOf = (pairs: ReadonlyArray<KeyValue> = []): Attributes =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, valueOf(value)]))

/** A span in a file. */
export interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  /** 1 internal, 3 client. */
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  /** Code 2 means error; an absent code means unset. */
  readonly status: { readonly code?: number; readonly message?: string }
  readonly events?: ReadonlyArray<{ readonly name: string }>
  readonly attributes: Attributes
  readonly resource: Attributes
  readonly scope: string
}

/** A data point of a metric in a file. */
export interface OtlpPoint {
  readonly attributes: Attributes
  /** The value of a sum. */
  readonly value: number | undefined
  /** Of a histogram. */
  readonly count: number | undefined
  readonly bounds: ReadonlyArray<number> | undefined
}

/** A metric in a file. */
export interface OtlpMetric {
  readonly name: string
  readonly unit: string
  readonly description: string
  readonly kind: "sum" | "histogram"
  readonly points: ReadonlyArray<OtlpPoint>
}

// A line still being written has no newline yet.
const linesOf = (path: string): ReadonlyArray<any> =>
  existsSync(path)
    ? readFileSync(path, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line))
    : []

/** The spans in a file. */
const spansIn = (path: string): ReadonlyArray<OtlpSpan> =>
  linesOf(path).flatMap(({ resourceSpans = [] }) =>
    resourceSpans.flatMap(({ resource, scopeSpans }: any) =>
      scopeSpans.flatMap(({ scope, spans }: any) =>
        spans.map((span: any) => ({
          status: {},
          ...span,
          attributes: attributesOf(span.attributes),
          resource: attributesOf(resource.attributes),
          scope: scope.name
        }))
      )
    )
  )

/** A log record in a file. */
export interface OtlpLog {
  readonly timeUnixNano: string
  readonly severityText?: string
  readonly eventName?: string
  readonly body?: { readonly stringValue?: string }
  readonly traceId: string
  readonly spanId: string
  readonly attributes: Attributes
  readonly resource: Attributes
}

/** The log records in a file. */
export const logsIn = (path: string): ReadonlyArray<OtlpLog> =>
  linesOf(path).flatMap(({ resourceLogs = [] }) =>
    resourceLogs.flatMap(({ resource, scopeLogs }: any) =>
      scopeLogs.flatMap(({ logRecords }: any) =>
        logRecords.map((log: any) => ({
          ...log,
          attributes: attributesOf(log.attributes),
          resource: attributesOf(resource.attributes)
        }))
      )
    )
  )

const pointOf = (point: any): OtlpPoint => ({
  attributes: attributesOf(point.attributes),
  value: point.asDouble ?? (point.asInt === undefined ? undefined : Number(point.asInt)),
  count: point.count === undefined ? undefined : Number(point.count),
  bounds: point.explicitBounds
})

/** The metrics in the last export of a file, which contains the totals of all earlier ones. */
export const metricsIn = (path: string): ReadonlyArray<OtlpMetric> =>
  linesOf(path).slice(-1).flatMap(({ resourceMetrics = [] }) =>
    resourceMetrics.flatMap(({ scopeMetrics }: any) =>
      scopeMetrics.flatMap(({ metrics }: any) =>
        metrics.map(({ description, histogram, name, sum, unit }: any) => ({
          name,
          unit,
          description,
          kind: sum === undefined ? "histogram" : "sum",
          points: (sum ?? histogram).dataPoints.map(pointOf)
        }))
      )
    )
  )

/** Reads the spans of a file; fails while there are fewer than expected. */
export const atLeast = (path: string, count: number): Effect.Effect<ReadonlyArray<OtlpSpan>, NotInTimeError> =>
  Effect.suspend(() => {
    const spans = spansIn(path)
    return spans.length >= count
      ? Effect.succeed(spans)
      : new NotInTimeError({ what: `${path} holds ${spans.length} spans, not ${count}` })
  })
