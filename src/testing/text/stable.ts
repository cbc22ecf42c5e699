/**
 * What is another one each time that a program runs, made the same: ids of spans, traces and runs, and times.
 *
 * Span ids become `s1`, `s2`, trace ids `t1`, run ids `run_1`, each in the order in which they are met; instants in texts become `TIME`. Other
 * ids (a vendor's, a UUID) are not known here: give the program its ids, or leave the attribute out.
 */
import type { Attributes, AttributeValue } from "../../records/attributes.js"
import type { SpanRecord } from "../../records/SpanRecord.js"
import { mapTexts } from "./values.js"

const hexIds = /\b(?:[0-9a-f]{32}|[0-9a-f]{16})\b/g
const runIds = /\brun_[0-9A-HJKMNP-TV-Z]{26}\b/g
const instants = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})/g

/** The names that ids have in one rendering. */
export class StableNames {
  private readonly spans = new Map<string, string>()
  private readonly traces = new Map<string, string>()
  private readonly runs = new Map<string, string>()

  constructor(
    /** Spans in their order, so that the number of a span is that of its line. */
    spans: Iterable<SpanRecord>,
    /** Whether times stay as they are. */
    private readonly keepTimes: boolean
  ) {
    for (const { spanId, traceId } of spans) {
      this.span(spanId)
      nameOf(this.traces, traceId, "t")
    }
  }

  /** The name of a span, also of one that is not in the tree. */
  span(id: string): string {
    return nameOf(this.spans, id, "s")
  }

  /** A text with the names in place of the ids that are known. */
  readonly text = (value: string): string => {
    const named = value
      .replace(hexIds, (id) => this.spans.get(id) ?? this.traces.get(id) ?? id)
      .replace(runIds, (id) => nameOf(this.runs, id, "run_"))
    return this.keepTimes ? named : named.replace(instants, "TIME")
  }

  /** Attributes in the same way, in the order of their keys. What a key's unit says is a duration is shown as `…`. */
  attributes(attributes: Attributes): ReadonlyArray<readonly [string, AttributeValue | Elapsed]> {
    return Object.keys(attributes).toSorted().map((key) => {
      const value = attributes[key]!
      return [key, this.isDuration(key, value) ? elapsed : mapTexts(value, this.text)]
    })
  }

  private isDuration(key: string, value: AttributeValue): boolean {
    return !this.keepTimes && typeof value === "number" && /_(ms|seconds)$/.test(key)
  }
}

/** Stands for a duration that is not shown. */
export const elapsed = Symbol("elapsed")

/** Stands for a duration that is not shown. */
export type Elapsed = typeof elapsed

const nameOf = (names: Map<string, string>, id: string, prefix: string): string => {
  const known = names.get(id)
  if (known !== undefined) {
    return known
  }
  const name = `${prefix}${names.size + 1}`
  names.set(id, name)
  return name
}
