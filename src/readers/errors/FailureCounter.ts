/**
 * Groups failures in one pass and counts each once, where it started. Only failed spans are held, and the last model call of each turn.
 *
 * Records may come in any order. The trap: above fifty thousand spans the oldest traces are settled, and their later records count as another trace.
 */
import { meaningOf } from "../../dialects/meaning.js"
import { nanosFromIso } from "../../records/instants.js"
import { linkSpans } from "../../records/spanTree.js"
import { comparable, type Facts, type SpanFacts, type StartFacts } from "../../records/wire/facts.js"
import { label } from "../tree/label.js"
import { hasFailed } from "../tree/TraceNode.js"

/** Failures with the same label and message. */
export interface FailureGroup {
  readonly label: string
  readonly message: string
  /** At least 1. */
  readonly count: number
  /** When the first one started, as ISO-8601 text. */
  readonly firstAt: string
  /** When the last one started. */
  readonly lastAt: string
  /** The trace of the last one. */
  readonly lastTraceId: string
  /** Up to a hundred of them. */
  readonly spans: ReadonlyArray<FailedSpan>
}

export interface FailedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly line: number
}

type MutableGroup = { -readonly [Key in keyof FailureGroup]: FailureGroup[Key] } & { readonly spans: Array<FailedSpan> }

interface Held extends FailedSpan {
  readonly parentSpanId: string | null
  readonly start: string
  readonly group: MutableGroup
  /** Whether it is an agent's turn whose own message only wraps that of its last model call. */
  readonly wraps: boolean
  readonly children: Array<Held>
}

interface ModelCall {
  readonly spanId: string
  readonly start: string
  readonly failed: boolean
}

interface OpenTrace {
  readonly failed: Array<Held>
  /** The last model call by the id of the span around it. */
  readonly calls: Map<string, ModelCall>
}

const maxSpans = 100

export class FailureCounter {
  private readonly groupsByKey = new Map<string, MutableGroup>()
  private readonly traces = new Map<string, OpenTrace>()
  private held = 0

  /** Holds at most `maxHeld` spans. */
  constructor(private readonly maxHeld = 50_000) {}

  add(facts: Facts, line: number): void {
    if (facts.kind === "span" || facts.kind === "span_start") {
      this.addSpan(facts, line)
    }
  }

  /** All groups, the most frequent first. Call it once, at the end. */
  groups(): ReadonlyArray<FailureGroup> {
    this.settleUntil(0)
    return [...this.groupsByKey.values()]
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count || (a.firstAt < b.firstAt ? -1 : a.firstAt > b.firstAt ? 1 : 0))
  }

  private addSpan(span: SpanFacts | StartFacts, line: number): void {
    const meaning = meaningOf(span.name, span.attributes)
    const outcome = span.kind === "span" ? span.outcome : undefined
    const failed = hasFailed({ meaning, outcome })
    if (meaning.role === "model" && span.parentSpanId !== null) {
      this.addCall(span, span.parentSpanId, failed)
    }
    if (failed && span.kind === "span") {
      const error = meaning.attributes["error"]
      const message = span.exception ?? (typeof error === "string" ? error : "no message")
      this.held++
      this.at(span.traceId).failed.push({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId,
        start: comparable(span.startedAt),
        line,
        group: this.groupOf(label(span), message),
        wraps: meaning.role === "turn" && span.exception?.startsWith("AgentError:") === true,
        children: []
      })
    } else if (span.kind === "span" && span.parentSpanId === null) {
      this.forgetIfGood(span.traceId)
    }
    if (this.held > this.maxHeld) {
      this.settleUntil(this.maxHeld * 0.75)
    }
  }

  private addCall({ spanId, startedAt, traceId }: SpanFacts | StartFacts, parent: string, failed: boolean): void {
    const { calls } = this.at(traceId)
    const before = calls.get(parent)
    const start = comparable(startedAt)
    this.held += before === undefined ? 1 : 0
    if (before === undefined || before.spanId === spanId || start >= before.start) {
      calls.set(parent, { spanId, start, failed })
    }
  }

  /** Forgets the calls of a trace whose root has ended without a failure in it. */
  private forgetIfGood(traceId: string): void {
    const trace = this.traces.get(traceId)
    if (trace?.failed.length === 0 && this.traces.delete(traceId)) {
      this.held -= trace.calls.size
    }
  }

  private settleUntil(most: number): void {
    for (const [id, trace] of this.traces) {
      if (this.held <= most && most > 0) {
        return
      }
      this.traces.delete(id)
      this.held -= trace.failed.length + trace.calls.size
      settle(trace)
    }
  }

  private at(traceId: string): OpenTrace {
    let trace = this.traces.get(traceId)
    if (trace === undefined) {
      trace = { failed: [], calls: new Map() }
      this.traces.set(traceId, trace)
    }
    return trace
  }

  private groupOf(label: string, message: string): MutableGroup {
    const key = JSON.stringify([label, message])
    let group = this.groupsByKey.get(key)
    if (group === undefined) {
      group = { label, message, count: 0, firstAt: "", lastAt: "", lastTraceId: "", spans: [] }
      this.groupsByKey.set(key, group)
    }
    return group
  }
}

const settle = ({ calls, failed }: OpenTrace): void => {
  linkSpans(failed, ({ line, parentSpanId, spanId, start }) => ({
    id: spanId,
    parentId: parentSpanId,
    start: nanosFromIso(start) ?? BigInt(0),
    sequence: line
  }))
  for (const span of failed) {
    // A span that failed only because its child did adds nothing.
    const passesOn = span.children.some(({ group }) => group.message === span.group.message)
    // Other spans that turned a child's error into another one are listed too: the records do not show whether they recovered from the first.
    if (!passesOn && !(span.wraps && calls.get(span.spanId)?.failed === true)) {
      count(span)
    }
  }
}

const count = ({ group, line, spanId, start, traceId }: Held): void => {
  group.count++
  group.firstAt = group.firstAt === "" || start < group.firstAt ? start : group.firstAt
  if (start >= group.lastAt) {
    group.lastAt = start
    group.lastTraceId = traceId
  }
  if (group.spans.length < maxSpans) {
    group.spans.push({ traceId, spanId, line })
  }
}
