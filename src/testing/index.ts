/**
 * `loom-telemetry/testing`: telemetry for tests, and expectations on recorded traces, for any test runner.
 */
import "../records/requiresEffect3.js"

export { type InMemoryTelemetry, type InMemoryTelemetryService } from "../sinks/InMemoryTelemetry.js"
export { type Telemetry as TelemetryTag } from "../telemetry/Telemetry.js"
export { expectNoOpenSpans, expectTrace, renderTrace, SpansStillOpen } from "./expectTrace.js"
export { formatMismatches } from "./formatMismatches.js"
export {
  type DifferentField,
  type Mismatch,
  type MisplacedSpan,
  type MissingSpan,
  type UnexpectedSpan
} from "./Mismatch.js"
export { findSpan, findSpans, metricSum, metricValues, SpanNotFound } from "./queries.js"
export { type RenderOptions, renderTree } from "./renderTree.js"
export {
  type AttributesExpectation,
  containing,
  type EventExpectation,
  type ExactAttributes,
  exactly,
  optional,
  some,
  type SpanExpectation,
  type SpanList,
  times,
  type TraceExpectation,
  unordered,
  type ValueExpectation
} from "./SpanExpectation.js"
export { TestTelemetry, type TestTelemetryService } from "./TestTelemetry.js"
export { expectTree, matchTree, mismatchOf, TraceMismatch } from "./TraceMismatch.js"
export {
  absent,
  any,
  atLeast,
  atMost,
  boolean,
  closeTo,
  matching,
  number,
  oneOf,
  string,
  type ValueMatcher
} from "./ValueMatcher.js"
