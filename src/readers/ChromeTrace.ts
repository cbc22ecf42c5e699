/**
 * Exports trees as trace events for Perfetto and `chrome://tracing`: the JSON array form of the "Trace Event Format" (complete events, `ph: "X"`; times in
 * microseconds).
 *
 * A trace is a process and each of its lanes a thread. Spans that ran in parallel have lanes of their own, because those viewers treat overlapping spans of
 * one thread as nested. A span that has not ended lasts until the end of its trace and is marked `open`.
 */
import { planLanes } from "./lanes.js"
import { label, nodes } from "./TraceTree.js"
import { endOf, type Trace, type TraceNode } from "./tree/TraceNode.js"

/** Assigns each span below these roots a lane, from 0. A span that has not ended lasts until `end`. */
export const lanes = (roots: Iterable<TraceNode>, end: bigint): ReadonlyMap<TraceNode, number> => {
  const all = [...nodes(roots)]
  const indices = new Map(all.map(({ node }, index) => [node, index]))
  const zero = all[0]?.node.start ?? end
  const plan = planLanes(all.map(({ node, parent }) => ({
    start: Number(node.start - zero),
    end: Number(endOf(node, end) - zero),
    parent: parent === undefined ? -1 : indices.get(parent)!
  })))
  return new Map(all.map(({ node }, index) => [node, plan.lanes[index]!]))
}

/** Yields the text in pieces, one per event: the whole may be longer than a string can be. */
export function* pieces({ traces }: { readonly traces: Iterable<Trace> }): Generator<string, void, void> {
  let separator = "[\n"
  let number = 0
  let zero: bigint | undefined = undefined
  for (const trace of traces) {
    zero ??= trace.start
    number++
    for (const event of events(trace, number, zero)) {
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
  return {
    ph: "X",
    name: label(node),
    cat: node.outcome ?? "open",
    pid,
    tid,
    ts: micros(node.start - zero),
    dur: micros(endOf(node, trace.end) - node.start),
    args: {
      ...node.attributes,
      ...(node.exception !== null && { exception: node.exception }),
      ...(node.state === "open" && { open: true }),
      span_id: node.spanId
    }
  }
}

const micros = (nanos: bigint): number => Number(nanos) / 1000
