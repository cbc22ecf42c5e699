/**
 * `loom-telemetry/testing`: telemetry for tests, and expectations for recorded traces, with any test runner.
 */
import "../records/requiresEffect3.js"

export type { InMemoryTelemetry, InMemoryTelemetryService } from "../sinks/InMemoryTelemetry.js"
export type { Telemetry } from "../telemetry/Telemetry.js"
export { expectNoOpenSpans, expectTrace, renderTrace, SpansStillOpen } from "./expectTrace.js"
export type { DifferentField, Mismatch, MisplacedSpan, MissingSpan, UnexpectedSpan } from "./Mismatch.js"
export { findSpan, findSpans, metricSum, metricValues, SpanNotFound } from "./queries.js"
export { type RenderOptions, renderTree } from "./renderTree.js"
export { scoredTree } from "./scoredTree.js"
export {
  type AttributesExpectation,
  containing,
  type EventExpectation,
  type ExactAttributes,
  exactly,
  optional,
  type ScoreExpectation,
  some,
  type SpanExpectation,
  type SpanList,
  times,
  type TraceExpectation,
  unordered,
  type ValueExpectation
} from "./SpanExpectation.js"
export { TestTelemetry, type TestTelemetryService } from "./TestTelemetry.js"
export { formatMismatches } from "./TraceMismatch.js"
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
