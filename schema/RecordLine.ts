/**
 * The wire format as a Schema, from which schema/records.json is generated. It describes what the readers accept, from this package or from the
 * Python original. The codec itself does not use it, because the root entry point must not load Schema; a test checks that the two agree. Not part of
 * the package.
 *
 * The trap: a field may always be written and still be optional here, if readers do not need it.
 */
import * as Schema from "effect/Schema"
import { nanosFromIso } from "../src/records/instants.js"

const described = (description: string) => ({ description })

const Text = (description: string) => Schema.String.annotations(described(description))

const Id = (description: string, digits: number) =>
  Text(`${description}: ${digits} lower-case hexadecimal digits if this package created it`)

// JSON only has finite numbers, but 1e999 is parsed to Infinity.
const Numeric = (description: string) => Schema.JsonNumber.annotations({ jsonSchema: { type: "number", description } })

/** What `nanosFromIso` accepts, except years beyond the range of a `Date`, and midnight written as 24:00. */
const isoPattern =
  "^(\\d{4}|[+-]\\d{6})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$"

const Instant = (description: string) =>
  Schema.String.pipe(
    Schema.filter((text) => nanosFromIso(text) !== undefined, {
      ...described(`${description}. ISO-8601 with an offset; written in UTC with microseconds`),
      jsonSchema: { pattern: isoPattern }
    })
  )

const Attributes = Schema.NullOr(Schema.Record({ key: Schema.String, value: Schema.Unknown })).annotations({
  jsonSchema: {
    type: ["object", "null"],
    description: "By name: strings, finite numbers, booleans, and arrays and objects of these. `null` is not recorded"
  }
})

// Readers accept anything here. The enum is a hint for anyone who generates types from the schema.
const InstrumentKind = Schema.Unknown.annotations({
  jsonSchema: {
    anyOf: [{ enum: ["counter", "histogram"] }, {}],
    description: "Always written. If it is anything else or missing, the suffix of the name decides"
  }
})

const missing = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(schema)

const identity = {
  name: Text(
    "What was done: `loom.run`, `loom.turn`, `loom.model.stream`, `loom.tool`, or a name that the program chose"
  ),
  trace_id: Id("The trace, the same for all its spans", 32),
  span_id: Id("The span", 16),
  parent_span_id: missing(Schema.NullOr(Id("The parent span", 16)).annotations(described("`null` for a root"))),
  started_at: Instant("When the span opened"),
  attributes: missing(Attributes)
}

const Event = Schema.Struct({
  name: Text("What happened, or what was logged"),
  time: Instant("When it happened"),
  attributes: missing(Attributes)
}).annotations({ identifier: "Event", ...described("Something that happened at one instant inside a span") })

const Link = Schema.Struct({
  trace_id: Id("The trace of the other span", 32),
  span_id: Id("The other span", 16),
  attributes: missing(Attributes)
}).annotations({ identifier: "Link", ...described("A link to a span that is not the parent") })

const Span = Schema.Struct({
  kind: Schema.Literal("span"),
  ...identity,
  ended_at: Instant("When the span ended"),
  duration_ms: Numeric("Elapsed milliseconds, fractional, measured in nanoseconds"),
  outcome: missing(
    Schema.Literal("success", "failure", "interrupted").annotations(
      described(
        "How the span ended. Always written by this package. The Python original does not write it: there, an exception means failure"
      )
    )
  ),
  exception: missing(
    Schema.NullOr(Schema.String).annotations(
      described("`Name: message` of the error or defect; `null` if there was none")
    )
  ),
  events: missing(Schema.Array(Event)),
  links: missing(Schema.Array(Link))
}).annotations({ identifier: "Span", ...described("A span that has ended") })

const Metric = Schema.Struct({
  kind: Schema.Literal("metric"),
  name: Text("What was measured; the suffix is the unit"),
  value: Numeric("The measured value; at least 0 for a counter"),
  instrument_kind: missing(InstrumentKind),
  attributes: missing(Attributes),
  emitted_at: Instant("When it was measured"),
  trace_id: missing(Schema.NullOr(Id("The trace in which it was measured, if any", 32))),
  span_id: missing(Schema.NullOr(Id("The span in which it was measured, if any", 16)))
}).annotations({ identifier: "Metric", ...described("One measurement") })

const judged = {
  kind: Schema.Literal("score"),
  name: Text("What is judged, such as `correctness`"),
  explanation: missing(Schema.NullOr(Schema.String).annotations(described("The reason; `null` if none was given"))),
  source: Schema.Literal("code", "model", "human").annotations(described("Who judged")),
  trace_id: Id("The judged trace, or the trace of the judged span", 32),
  span_id: missing(Schema.NullOr(Id("The judged span", 16)).annotations(described("`null` for the whole trace"))),
  attributes: missing(Attributes),
  scored_at: Instant("When it was judged")
}

const value = Numeric("The score as a number")
const label = Text("The score as a word, such as `pass`")

const Score = Schema.Struct({
  ...judged,
  value,
  label: missing(Schema.NullOr(label).annotations(described("`null` if there is only a value")))
}).annotations({ identifier: "Score", ...described("A score of a span or a trace, with a value") })

const LabelScore = Schema.Struct({
  ...judged,
  value: missing(Schema.NullOr(value).annotations(described("`null`, because there is only a label"))),
  label
}).annotations({ identifier: "LabelScore", ...described("A score of a span or a trace, with only a label") })

const SpanStart = Schema.Struct({ kind: Schema.Literal("span_start"), ...identity }).annotations({
  identifier: "SpanStart",
  ...described("A span that was open at a flush or when the file was closed. The span itself follows if it ends")
})

const Dropped = Schema.Struct({
  kind: Schema.Literal("dropped"),
  count: Numeric("How many records were lost, at least 1"),
  reason: Text("Why they were lost, such as `queue_full`"),
  at: Instant("When writing worked again")
}).annotations({ identifier: "Dropped", ...described("Records that were not written") })

/** One line of a trace file, parsed. It may have additional fields. */
export const RecordLine = Schema.Union(Span, Metric, Score, LabelScore, SpanStart, Dropped)
