/**
 * The wire format as a Schema, from which schema/records.json is generated: what the readers take for a record, whether this package or the Python original
 * wrote it. The codec itself has no Schema, because the root entry point loads none: a test holds the two together. Not part of the package.
 *
 * The trap: a field that is always written is optional here where readers do without it.
 */
import * as Schema from "effect/Schema"
import { nanosFromIso } from "../src/records/instants.js"

const described = (description: string) => ({ description })

const Text = (description: string) => Schema.String.annotations(described(description))

const Id = (description: string, digits: number) =>
  Text(`${description}: ${digits} lower-case hexadecimal digits where this package made it`)

// JSON has no other numbers than finite ones, but 1e999 is parsed to one.
const Numeric = (description: string) => Schema.JsonNumber.annotations({ jsonSchema: { type: "number", description } })

/** What `nanosFromIso` takes, but for years that are too far away for a `Date`, and midnight as the hour 24. */
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

// Readers take anything here: it is a hint for those who make types of the schema.
const InstrumentKind = Schema.Unknown.annotations({
  jsonSchema: {
    anyOf: [{ enum: ["counter", "histogram"] }, {}],
    description: "Always written; where it is neither, the ending of the name decides"
  }
})

const missing = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(schema)

const identity = {
  name: Text(
    "What was done: `loom.run`, `loom.turn`, `loom.model.stream`, `loom.tool`, or a name of the program's own"
  ),
  trace_id: Id("The trace, the same for all its spans", 32),
  span_id: Id("The span", 16),
  parent_span_id: missing(Schema.NullOr(Id("The span that it ran in", 16)).annotations(described("`null` for a root"))),
  started_at: Instant("When the span opened"),
  attributes: missing(Attributes)
}

const Event = Schema.Struct({
  name: Text("What happened, or what was logged"),
  time: Instant("When"),
  attributes: missing(Attributes)
}).annotations({ identifier: "Event", ...described("Something that happened at one instant inside a span") })

const Link = Schema.Struct({
  trace_id: Id("The trace of the other span", 32),
  span_id: Id("The other span", 16),
  attributes: missing(Attributes)
}).annotations({ identifier: "Link", ...described("A relation to a span that is not the parent") })

const Span = Schema.Struct({
  kind: Schema.Literal("span"),
  ...identity,
  ended_at: Instant("When the span ended"),
  duration_ms: Numeric("Elapsed milliseconds, fractional, measured in nanoseconds"),
  outcome: missing(
    Schema.Literal("success", "failure", "interrupted").annotations(
      described("How it ended. Always written; the Python original has none: there an exception is a failure")
    )
  ),
  exception: missing(
    Schema.NullOr(Schema.String).annotations(
      described("`Name: message` of what the body failed or died with; `null` where it did not")
    )
  ),
  events: missing(Schema.Array(Event)),
  links: missing(Schema.Array(Link))
}).annotations({ identifier: "Span", ...described("A span that has ended") })

const Metric = Schema.Struct({
  kind: Schema.Literal("metric"),
  name: Text("What was measured; the unit is its ending"),
  value: Numeric("Of a counter it is at least 0"),
  instrument_kind: missing(InstrumentKind),
  attributes: missing(Attributes),
  emitted_at: Instant("When it was taken"),
  trace_id: missing(Schema.NullOr(Id("The trace of the span in which it was taken, if there was one", 32))),
  span_id: missing(Schema.NullOr(Id("That span", 16)))
}).annotations({ identifier: "Metric", ...described("One measurement") })

const judged = {
  kind: Schema.Literal("score"),
  name: Text("What is judged, such as `correctness`"),
  explanation: missing(Schema.NullOr(Schema.String).annotations(described("Why; `null` if no reason is given"))),
  source: Schema.Literal("code", "model", "human").annotations(described("Who judged")),
  trace_id: Id("The judged trace, or the trace of the judged span", 32),
  span_id: missing(Schema.NullOr(Id("The judged span", 16)).annotations(described("`null` for the whole trace"))),
  attributes: missing(Attributes),
  scored_at: Instant("When it was judged")
}

const value = Numeric("The judgement as a number")
const label = Text("The judgement as a word, such as `pass`")

const Score = Schema.Struct({
  ...judged,
  value,
  label: missing(Schema.NullOr(label).annotations(described("`null` if there is only a value")))
}).annotations({ identifier: "Score", ...described("A judgement of a span or of a trace, with a value") })

const LabelScore = Schema.Struct({
  ...judged,
  value: missing(Schema.NullOr(value).annotations(described("`null`: there is only a label"))),
  label
}).annotations({ identifier: "LabelScore", ...described("A judgement of a span or of a trace, with a label") })

const SpanStart = Schema.Struct({ kind: Schema.Literal("span_start"), ...identity }).annotations({
  identifier: "SpanStart",
  ...described("A span that was open at a flush or at the end. The span itself follows if it ends")
})

const Dropped = Schema.Struct({
  kind: Schema.Literal("dropped"),
  count: Numeric("How many, at least 1"),
  reason: Text("Why"),
  at: Instant("When writing worked again")
}).annotations({ identifier: "Dropped", ...described("Records that were not written") })

/** One line of a trace file, as it is parsed. Fields that are not named here may be there. */
export const RecordLine = Schema.Union(Span, Metric, Score, LabelScore, SpanStart, Dropped)
