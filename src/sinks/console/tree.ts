/**
 * A whole trace at once, parent first, when its root ends; its measurements stand below it.
 *
 * What outlives its root (a daemon's span) prints when it ends itself, with what is inside it; what has not ended when the layer
 * closes prints then, as a `▸` line.
 */
import type { MetricData, SpanData } from "../../records/SpanData.js"
import type { OpenSpan } from "../../telemetry/OpenSpan.js"
import { metricLine, openLine, spanLine } from "./format.js"
import type { ConsoleOutput } from "./output.js"
import type { Printer } from "./Printer.js"

interface Entry {
  readonly span: OpenSpan
  readonly parent: Entry | undefined
  readonly children: Array<Entry>
  readonly metrics: Array<MetricData>
  data: SpanData | undefined
  printed: boolean
}

/** The printer for `order: "tree"`. */
export const treePrinter = (output: ConsoleOutput): Printer => {
  const open = new Map<string, Entry>()
  return {
    onStart: (span) => {
      const parent = span.parentSpanId === null ? undefined : open.get(span.parentSpanId)
      const entry: Entry = { span, parent, children: [], metrics: [], data: undefined, printed: false }
      parent?.children.push(entry)
      open.set(span.spanId, entry)
    },
    onEnd: (data) => {
      const entry = open.get(data.spanId)
      open.delete(data.spanId)
      if (entry === undefined) {
        output.write(spanLine(data, 0, output.style()))
        return
      }
      entry.data = data
      if (entry.parent === undefined || entry.parent.printed) {
        print(entry, output)
      }
    },
    onMetric: (metric) => {
      const entry = metric.spanId === undefined ? undefined : open.get(metric.spanId)
      if (entry === undefined) {
        output.write(metricLine(metric, 0, output.style()))
      } else {
        rootOf(entry).metrics.push(metric)
      }
    },
    finish: () => {
      for (const entry of open.values()) {
        if (!entry.printed) {
          print(entry, output, "closing")
        }
      }
    }
  }
}

const rootOf = (entry: Entry): Entry => {
  let root = entry
  while (root.parent !== undefined && !root.parent.printed) {
    root = root.parent
  }
  return root
}

/**
 * Children are in the order in which they opened. The stack is explicit: trees can be deeper than the call stack, and wider than an
 * argument list.
 */
const print = (root: Entry, output: ConsoleOutput, when: "ended" | "closing" = "ended"): void => {
  const style = output.style()
  const stack = [root]
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    if (entry.data === undefined && when === "ended") {
      continue
    }
    entry.printed = true
    output.write(
      entry.data === undefined
        ? openLine(entry.span.snapshot(), entry.span.depth, style)
        : spanLine(entry.data, entry.span.depth, style)
    )
    for (let index = entry.children.length - 1; index >= 0; index--) {
      if (!entry.children[index]!.printed) {
        stack.push(entry.children[index]!)
      }
    }
  }
  for (const metric of root.metrics) {
    output.write(metricLine(metric, 0, style))
  }
}
