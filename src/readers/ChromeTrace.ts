/**
 * Trees as trace events for Perfetto and `chrome://tracing`: the JSON array form of the "Trace Event Format" (complete events, `ph: "X"`; times in microseconds).
 *
 * A trace is a process, a lane of it a thread; spans that ran side by side have lanes of their own, as those viewers take what overlaps in one lane for
 * nested. A span that has not ended lasts until the end of its trace and says `open`.
 */
import { lanes } from "./export/lanes.js"
import { label } from "./TraceTree.js"
import type { Trace, TraceForest, TraceNode } from "./tree/TraceNode.js"

export { lanes } from "./export/lanes.js"

/** The text in pieces, one event each: a whole file of them may be longer than a string can be. */
export function* pieces(forest: TraceForest): Generator<string, void, void> {
  let separator = "[\n"
  for (const [index, trace] of forest.traces.entries()) {
    for (const event of events(trace, index + 1, forest.traces[0]!.start)) {
      yield `${separator}${JSON.stringify(event)}`
      separator = ",\n"
    }
  }
  yield separator === "[\n" ? "[]\n" : "\n]\n"
}

const events = function*(trace: Trace, pid: number, zero: bigint): Iterable<object> {
  const first = trace.roots[0]
  yield {
    ph: "M",
    name: "process_name",
    pid,
    tid: 0,
    args: { name: `${first === undefined ? "" : label(first)} ${trace.traceId}`.trim() }
  }
  const placed = lanes(trace.roots, trace.end)
  for (const lane of new Set(placed.values())) {
    yield { ph: "M", name: "thread_name", pid, tid: lane, args: { name: `lane ${lane}` } }
  }
  for (const [node, tid] of placed) {
    yield spanEvent(node, trace, pid, tid, zero)
    for (const { attributes, name, time } of node.events) {
      yield { ph: "i", name, pid, tid, ts: micros(time - zero), s: "t", args: attributes }
    }
  }
}

const spanEvent = (node: TraceNode, trace: Trace, pid: number, tid: number, zero: bigint): object => {
  const end = node.end ?? (trace.end > node.start ? trace.end : node.start)
  return {
    ph: "X",
    name: label(node),
    cat: node.outcome ?? "open",
    pid,
    tid,
    ts: micros(node.start - zero),
    dur: micros(end - node.start),
    args: {
      ...node.attributes,
      ...(node.exception !== null && { exception: node.exception }),
      ...(node.state === "open" && { open: true }),
      span_id: node.spanId
    }
  }
}

const micros = (nanos: bigint): number => Number(nanos) / 1000
