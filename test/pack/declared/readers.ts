/** What users of `loom-telemetry/readers` export without writing its type. */
import { Stream } from "effect"
import { TraceFile, TraceSummary, TraceTree } from "loom-telemetry/readers"

export const records = TraceFile.records(Stream.empty)
export const entries = TraceFile.entries(Stream.empty)
export const summary = TraceSummary.of([])
export const forest = TraceTree.fromEntries([])
