/**
 * Describes a version of the GenAI semantic conventions: one row per name, each with the file of the conventions that defines it. Supporting the next
 * version is then a comparison of two tables.
 */
import type { Attributes, AttributeValue } from "../../records/attributes.js"
import type { SpanRole } from "../../records/vocabulary.js"
import type { DialectSpan } from "../Dialect.js"

/** A version of the GenAI semantic conventions. */
export type SemconvVersion = "1.41.1" | "genai-0.1"

/** An attribute of spans. */
export interface AttributeRow {
  readonly name: string
  /** The file of the conventions, from the root of their repository. */
  readonly from: string
  /** `undefined` if it does not apply. */
  readonly value: (span: DialectSpan) => AttributeValue | undefined
}

/** The parts of a finished span that metrics are computed from. */
export interface Measured {
  readonly attributes: Attributes
  /** Seconds. */
  readonly duration: number
  /** The value of `error.type`; `undefined` if the operation completed. */
  readonly ending: string | undefined
  /** The attributes that the metrics of a model call carry. */
  readonly call: Attributes
  /** The name of a tool; all tools that a model made up share one name. */
  readonly tool: string | undefined
}

/** A metric. Rows with the same name share one instrument. */
export interface MetricRow {
  readonly name: string
  /** The file of the conventions, from the root of their repository. */
  readonly from: string
  readonly instrument: "counter" | "histogram"
  readonly unit: "s" | "{token}"
  readonly description: string
  /** The upper bounds of a histogram's buckets, ascending. */
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
