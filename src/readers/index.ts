/**
 * `loom-telemetry/readers`: reads and analyses trace files. Needs only Effect; everything except `TraceFile` is synchronous and runs in browsers.
 */
import "../records/requiresEffect3.js"

export { type DialectName } from "../dialects/project.js"
export { type EventData, type MetricData, type OpenSpanData } from "../records/SpanData.js"
export { type DecodedLine, type DecodedSpan as SpanData } from "../records/wire/decode.js"
export { type DroppedRecord } from "../records/wire/encode.js"
export { decodeFacts, type Facts } from "../records/wire/facts.js"
export { RecordDecodeError } from "../records/wire/RecordDecodeError.js"
export * as ChromeTrace from "./ChromeTrace.js"
export * as CollapsedStacks from "./CollapsedStacks.js"
export * as Findings from "./Findings.js"
export { Gunzip, type GunzipEnd, gunzipped, GzipError, isGzip } from "./gunzip.js"
export { type Line, LineSplitter, type LineSplitterOptions } from "./LineSplitter.js"
export * as OtlpJson from "./OtlpJson.js"
export * as TraceDiff from "./TraceDiff.js"
export { type BadEntry, decodeEntry, entriesOf, type RecordEntry, type TraceEntry } from "./TraceEntry.js"
export * as TraceFile from "./TraceFile.js"
export * as TraceSummary from "./TraceSummary.js"
export * as TraceTree from "./TraceTree.js"
export * as TreeView from "./TreeView.js"
export { type ForestUsage, type NodeUsage, type Usage, usageOf, usageOfForest } from "./usage/treeUsage.js"
