/**
 * Makes text the same each time a program runs, by replacing ids of spans, traces and runs, and times.
 *
 * Span ids become `s1`, `s2`, trace ids `t1`, run ids `run_1`, in the order in which they occur; instants in strings become `TIME`. Other ids (a
 * vendor's, a UUID) are not replaced: give the program its ids, or leave the attribute out.
 */
import type { Attributes, AttributeValue } from "../../records/attributes.js"
import type { SpanRecord } from "../../records/SpanRecord.js"
import { mapTexts } from "./values.js"

const hexIds = /\b(?:[0-9a-f]{32}|[0-9a-f]{16})\b/g
const runIds = /\brun_[0-9A-HJKMNP-TV-Z]{26}\b/g
const instants = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})/g

/** The names that stand for ids in one rendering. */
export class StableNames {
  private readonly spans = new Map<string, string>()
  private readonly traces = new Map<string, string>()
  private readonly runs = new Map<string, string>()

  constructor(
    /** All spans in the order of their lines, so that a span's number is that of its line. */
    spans: Iterable<SpanRecord>,
    private readonly keepTimes: boolean,
    /** Whether names have numbers. Without them, text does not depend on the order of the spans. */
    private readonly numbered: boolean
  ) {
    for (const { spanId, traceId } of spans) {
      this.span(spanId)
      this.nameOf(this.traces, traceId, "t")
    }
  }

  /** The name of a span, even if it is not in the tree. */
  span(id: string): string {
    return this.nameOf(this.spans, id, "s")
  }

  /** Replaces known ids, run ids and times. */
  readonly text = (value: string): string => {
    const named = value
      .replace(hexIds, (id) => this.spans.get(id) ?? this.traces.get(id) ?? id)
      .replace(runIds, (id) => this.nameOf(this.runs, id, "run_"))
    return this.keepTimes ? named : named.replace(instants, "TIME")
  }

  /** Replaces them in attributes, and sorts these by key. A number whose key ends in a unit of time is hidden. */
  attributes(attributes: Attributes): ReadonlyArray<readonly [string, AttributeValue | typeof hidden]> {
    return Object.keys(attributes).toSorted().map((key) => {
      const value = attributes[key]!
      const isDuration = typeof value === "number" && /_(ms|seconds)$/.test(key)
      return [key, isDuration && !this.keepTimes ? hidden : mapTexts(value, this.text)]
    })
  }

  private nameOf(names: Map<string, string>, id: string, prefix: string): string {
    const name = names.get(id) ?? (this.numbered ? `${prefix}${names.size + 1}` : prefix)
    names.set(id, name)
    return name
  }
}

/** Stands for a duration that is not shown. */
export const hidden = Symbol("hidden")
