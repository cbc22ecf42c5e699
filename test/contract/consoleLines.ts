/**
 * Parses the lines of the console's tree as far as possible: names, nesting, outcomes, attributes.
 */
import type {
  Attributes,
  AttributeValue,
  MetricRecord,
  Outcome,
  ScoreRecord,
  ScoreSource,
  SpanRecord
} from "loom-telemetry"
import type { Recorded } from "./subject.js"

const spanLine = /^( *)• (?:"(.*?)"|(.+?)) \((\d+\.\d)ms\)(.*)\n$/
const metricLine = /^( *)(\S+) (\S+) \((counter|histogram)\)(.*)\n$/
const scoreLine = /^( *)★ (\S+)(?: (-?\d[\d.]*))?(?: ([^ (]+))? \((code|model|human)\)(.*)\n$/

/** Parses the output of `ConsoleTelemetry.layer({ order: "tree", color: false })`. */
export const parseTree = (lines: ReadonlyArray<string>): Recorded => {
  const spans: Array<SpanRecord> = []
  const metrics: Array<MetricRecord> = []
  const scores: Array<ScoreRecord> = []
  const path: Array<SpanRecord> = []
  lines.forEach((line, index) => {
    const span = spanLine.exec(line)
    if (span !== null) {
      const depth = span[1]!.length / 2
      const record = spanOf(span, index + 1, path[depth - 1])
      path.length = depth
      path.push(record)
      spans.push(record)
      return
    }
    const score = scoreLine.exec(line)
    if (score !== null) {
      scores.push(scoreOf(score, path.at(-1)))
      return
    }
    const metric = metricLine.exec(line)
    if (metric === null) {
      throw new Error(`neither span nor metric: ${JSON.stringify(line)}`)
    }
    metrics.push({
      name: metric[2]!,
      value: Number(metric[3]),
      instrumentKind: metric[4] === "counter" ? "counter" : "histogram",
      attributes: fieldsOf(metric[5]!),
      emittedAt: new Date(0)
    })
  })
  return { spans, metrics, scores }
}

/** A score line below a span belongs to that span; any other line names its target. */
const scoreOf = (match: RegExpExecArray, span: SpanRecord | undefined): ScoreRecord => {
  const { explanation = null, span_id, trace_id, ...attributes } = fieldsOf(match[6]!)
  return {
    name: match[2]!,
    value: match[3] === undefined ? null : Number(match[3]),
    label: match[4] ?? null,
    explanation: explanation as string | null,
    source: match[5] as ScoreSource,
    traceId: String(trace_id ?? span?.traceId),
    spanId: trace_id === undefined ? span?.spanId ?? null : span_id === undefined ? null : String(span_id),
    attributes,
    scoredAt: new Date(0)
  }
}

const spanOf = (match: RegExpExecArray, line: number, parent: SpanRecord | undefined): SpanRecord => {
  const [fields, outcome, exception] = suffixOf(match[5]!)
  return {
    name: match[2] ?? match[3]!,
    traceId: parent?.traceId ?? String(line),
    spanId: String(line),
    parentSpanId: parent?.spanId ?? null,
    startedAt: new Date(0),
    endedAt: new Date(0),
    durationMs: Number(match[4]),
    attributes: fieldsOf(fields),
    outcome,
    exception,
    events: [],
    links: []
  }
}

const suffixOf = (rest: string): readonly [fields: string, outcome: Outcome, exception: string | null] => {
  if (rest.endsWith(" [interrupted]")) {
    return [rest.slice(0, -" [interrupted]".length), "interrupted", null]
  }
  const error = / \[ERROR: (.*)\]$/.exec(rest)
  return error === null ? [rest, "success", null] : [rest.slice(0, error.index), "failure", error[1]!]
}

const fieldsOf = (text: string): Attributes =>
  Object.fromEntries([...text.matchAll(/[ ,]([^ ,=]+)=("(?:[^"\\]|\\.)*"|[^,]*)/g)].map((match) => [
    match[1]!,
    valueOf(match[2]!)
  ]))

const valueOf = (text: string): AttributeValue => {
  if (text === "true" || text === "false") {
    return text === "true"
  }
  if (text.startsWith("\"")) {
    return text.slice(1, -1)
  }
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text
}
