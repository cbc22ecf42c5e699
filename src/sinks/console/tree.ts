/**
 * Prints a whole trace at once, parent first, when its root ends, followed by its measurements. Scores appear below their span.
 *
 * A span that outlives its root (in a daemon, for example) prints with its children when it ends. A span still open when the layer closes
 * prints as a `▸` line. Memory is bounded: if too many records wait, the oldest trace prints early and its later records as they come.
 */
import type { ScoreData } from "../../records/ScoreData.js"
import type { MetricData, SpanData } from "../../records/SpanData.js"
import {
  type LineStyle,
  metricLine,
  openLine,
  scoreLine,
  shownSpan,
  spanLine
} from "../../records/terminal/recordLine.js"
import type { OpenSpan } from "../../telemetry/tracing/OpenSpan.js"
import type { Printer } from "./live.js"
import type { ConsoleOutput } from "./output.js"

/** A span that is open, or that has ended and waits for its ancestors. */
class Entry {
  children: Array<Entry> = []
  metrics: Array<MetricData> = []
  scores: Array<ScoreData> = []
  data: SpanData | undefined = undefined
  printed = false
  private knownTop: Entry

  constructor(readonly span: OpenSpan, readonly parent: Entry | undefined) {
    this.knownTop = parent === undefined || parent.printed ? this : parent.top
  }

  /** The topmost ancestor that has not been printed, or the span itself: everything below prints together with it. */
  get top(): Entry {
    if (this.knownTop.printed) {
      this.knownTop = topOf(this)
    }
    return this.knownTop
  }
}

const topOf = (entry: Entry): Entry => {
  let top = entry
  while (top.parent !== undefined && !top.parent.printed) {
    top = top.parent
  }
  return top
}

/** The reason for printing a span. */
type PrintReason = "ended" | "early" | "closing"

/** The printer for `order: "tree"`. */
export class TreePrinter implements Printer {
  private readonly open = new Map<string, Entry>()
  /** The tops with waiting records, the one waiting longest first. */
  private readonly waiting = new Set<Entry>()
  private held = 0

  constructor(
    private readonly output: ConsoleOutput,
    /** Maximum number of waiting records, ≥ 1. */
    private readonly capacity: number
  ) {}

  readonly onStart = (span: OpenSpan): void => {
    const entry = new Entry(span, span.parentSpanId === null ? undefined : this.open.get(span.parentSpanId))
    if (entry.parent?.printed === false) {
      entry.parent.children.push(entry)
    }
    this.open.set(span.spanId, entry)
  }

  /** Prints the records that wait for the span. A span that nothing waits for is not printed. */
  readonly onForgotten = ({ spanId }: OpenSpan): void => {
    const entry = this.open.get(spanId)
    if (entry !== undefined && this.waiting.has(entry)) {
      this.print(entry, "early")
    } else if (entry !== undefined && entry.top === entry) {
      entry.printed = true
    }
    this.open.delete(spanId)
  }

  readonly onEnd = (data: SpanData): void => {
    const entry = this.open.get(data.spanId)
    this.open.delete(data.spanId)
    if (entry === undefined) {
      this.output.write(spanLine(shownSpan(data), 0, this.output.style))
      return
    }
    entry.data = data
    if (entry.parent === undefined || entry.parent.printed) {
      this.print(entry, "ended")
    } else {
      this.hold(entry)
    }
  }

  readonly onMetric = (metric: MetricData): void => {
    const entry = metric.spanId === undefined ? undefined : this.open.get(metric.spanId)
    if (entry === undefined || entry.top.printed) {
      this.output.write(metricLine(metric, 0, this.output.style))
      return
    }
    entry.top.metrics.push(metric)
    this.hold(entry)
  }

  readonly onScore = (score: ScoreData): void => {
    const entry = score.spanId === null ? undefined : this.open.get(score.spanId)
    if (entry === undefined || entry.printed) {
      this.output.write(scoreLine(score, 0, this.output.style))
      return
    }
    entry.scores.push(score)
    this.hold(entry)
  }

  readonly finish = (): void => {
    for (const entry of this.open.values()) {
      if (!entry.printed) {
        this.print(entry, "closing")
      }
    }
  }

  private hold(entry: Entry): void {
    this.held++
    this.waiting.add(entry.top)
    for (const top of this.waiting) {
      if (this.held <= this.capacity) {
        return
      }
      this.print(top, "early")
      this.output.counts.printedEarly++
    }
  }

  /**
   * Children print in the order in which they opened. The stack is explicit because trees can be deeper than the call stack, and wider
   * than an argument list.
   */
  private print(root: Entry, when: PrintReason): void {
    const style = this.output.style
    this.waiting.delete(root)
    const stack = [root]
    for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
      if (entry.data === undefined && when === "ended") {
        this.continueFrom(entry)
        continue
      }
      this.printOne(entry, entry === root ? when : "closing", style)
      this.held -= Number(entry !== root && entry.data !== undefined)
      for (let index = entry.children.length - 1; index >= 0; index--) {
        if (!entry.children[index]!.printed) {
          stack.push(entry.children[index]!)
        }
      }
      entry.children = []
    }
    this.held -= root.metrics.length
    for (const metric of root.metrics) {
      this.output.write(metricLine(metric, 0, style))
    }
    root.metrics = []
  }

  private printOne(entry: Entry, when: PrintReason, style: LineStyle): void {
    const { data, span } = entry
    entry.printed = true
    if (data !== undefined) {
      this.output.write(spanLine(shownSpan(data), span.depth, style))
    } else {
      this.output.announce(when === "early" ? earlyLine(span, style) : openLine(span.snapshot(), span.depth, style))
    }
    this.held -= entry.scores.length
    for (const score of entry.scores) {
      this.output.write(scoreLine(score, span.depth + 1, style, true))
    }
    entry.scores = []
  }

  /** The span outlives its printed trace and is now the top of its own subtree. */
  private continueFrom(entry: Entry): void {
    if (entry.children.length > 0 || entry.scores.length > 0) {
      this.waiting.add(entry)
    }
  }
}

const earlyMark = " [printed early]"

const earlyLine = (span: OpenSpan, style: LineStyle): string => {
  const line = openLine(span.snapshot(), span.depth, { ...style, width: Math.max(20, style.width - earlyMark.length) })
  return `${line.slice(0, -1)}${earlyMark}\n`
}
