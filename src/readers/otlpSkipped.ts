/**
 * Counts the parts of an OTLP request that are not read: measurements, and log records without a score.
 */
import { isOtlp } from "./otlp.js"
import { otlpLogScores } from "./otlpScores.js"
import { isObject, type Json, listOf, part } from "./otlpValues.js"

/** What was not read. Both are counts, ≥ 0. */
export interface Skipped {
  /** Data points of metrics. */
  readonly measurements: number
  /** Log records without a score. */
  readonly logs: number
}

const signals = ["\"resourceMetrics\"", "\"resource_metrics\"", "\"resourceLogs\"", "\"resource_logs\""]

/** How a line of this package starts. */
export const ownLead = "{\"kind\""

/** What is skipped in a line; `undefined` unless it is an OTLP request with metrics or logs. */
export const skippedIn = (text: string): Skipped | undefined => {
  // Most lines start like this: searching each for four names would cost half as much as parsing it.
  if (text.startsWith(ownLead) || !signals.some((name) => text.includes(name))) {
    return undefined
  }
  const request = parsed(text)
  return isOtlp(request) ? { measurements: pointsIn(request), logs: logsIn(request) } : undefined
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The items of all resources and scopes of a signal, such as `Metrics`. */
const itemsOf = (request: Json, signal: "Metrics" | "Logs", camel: string, snake: string): ReadonlyArray<Json> => {
  const lower = signal.toLowerCase()
  return listOf(part(request, `resource${signal}`, `resource_${lower}`)).flatMap((resource) =>
    listOf(part(resource, `scope${signal}`, `scope_${lower}`)).flatMap((scope) => listOf(part(scope, camel, snake)))
  )
}

const pointsIn = (request: Json): number =>
  itemsOf(request, "Metrics", "metrics", "metrics")
    .flatMap((metric) => Object.values(metric).filter(isObject))
    .reduce((sum, data) => sum + listOf(part(data, "dataPoints", "data_points")).length, 0)

const logsIn = (request: Json): number =>
  itemsOf(request, "Logs", "logRecords", "log_records").length - otlpLogScores(request).length
