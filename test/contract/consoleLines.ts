/**
 * Lines of the console's tree, read back as far as they go: names, nesting, outcomes, attributes.
 */
import type { Attributes, AttributeValue, MetricRecord, Outcome, SpanRecord } from "loom-telemetry"
import type { Recorded } from "./subject.js"

const spanLine = /^( *)• (?:"(.*?)"|(.+?)) \((\d+\.\d)ms\)(.*)\n$/
const metricLine = /^( *)(\S+) (\S+) \((counter|histogram)\)(.*)\n$/

/** Reads what `ConsoleTelemetry.layer({ order: "tree", color: false })` wrote. */
export const parseTree = (lines: ReadonlyArray<string>): Recorded => {
  const spans: Array<SpanRecord> = []
  const metrics: Array<MetricRecord> = []
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
  return { spans, metrics }
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
