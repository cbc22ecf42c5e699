/**
 * The form of a version of the GenAI semantic conventions: one row per name, each with the file of the conventions that defines it, so that the next
 * version is a comparison of two tables.
 */
import type { Attributes, AttributeValue } from "../../records/attributes.js"
import type { SpanRole } from "../../records/vocabulary.js"
import type { DialectSpan } from "../Dialect.js"

/** A version of the GenAI semantic conventions. */
export type SemconvVersion = "1.41.1" | "genai-0.1"

/** An attribute of spans and of the events that describe them. */
export interface AttributeRow {
  readonly name: string
  /** The file of the conventions, from the root of their repository. */
  readonly from: string
  /** `undefined` if it does not apply. */
  readonly value: (span: DialectSpan) => AttributeValue | undefined
}

/** What a finished span is measured by. */
export interface Measured {
  readonly attributes: Attributes
  /** Seconds. */
  readonly duration: number
  /** The value of `error.type`; `undefined` if the operation completed. */
  readonly ending: string | undefined
  /** The labels of a model call. */
  readonly call: Attributes
  /** The label of a tool: its name, or that of all tools that a model made up. */
  readonly tool: string | undefined
}

/** A metric. Rows with one name are one instrument. */
export interface MetricRow {
  readonly name: string
  /** The file of the conventions, from the root of their repository. */
  readonly from: string
  readonly instrument: "counter" | "histogram"
  readonly unit: "s" | "{token}"
  readonly description: string
  /** The upper bounds of a histogram. */
  readonly buckets?: ReadonlyArray<number>
  /** `undefined` if there is nothing to measure. */
  readonly value: (span: Measured) => number | undefined
  readonly labels: (span: Measured) => { readonly [name: string]: AttributeValue | undefined }
}

/** The names of one version. */
export interface Convention {
  readonly version: SemconvVersion
  readonly spans: { readonly [Role in SpanRole]: ReadonlyArray<AttributeRow> }
  readonly metrics: { readonly [Role in SpanRole]?: ReadonlyArray<MetricRow> }
}
