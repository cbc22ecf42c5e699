/** Values that users of `loom-telemetry/readers` export without a type annotation. */
import { Stream } from "effect"
import { TraceFile, TraceSummary, TraceTree } from "loom-telemetry/readers"

export const records = TraceFile.records(Stream.empty)
export const entries = TraceFile.entries(Stream.empty)
export const summary = TraceSummary.of([])
export const forest = TraceTree.fromEntries([])
