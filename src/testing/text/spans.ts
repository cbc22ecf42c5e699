/**
 * Formats expected and recorded spans as one line each. A recorded span shows only the fields that the expectation has.
 */
import type { SpanRecord } from "../../records/SpanRecord.js"
import { escapeText } from "../../records/terminal/escape.js"
import type { FieldDifference } from "../compare/values.js"
import { scoresOf } from "../scoredSpan.js"
import { ExactAttributes, namedAttributes, type SpanExpectation } from "../SpanExpectation.js"
import { nameText, shortened, valueText } from "./values.js"

/** Text by field: `name`, `durationMs`, `attributes/KEY`, `outcome`, `exception`, `events`, `scores`. */
export type FieldTexts = ReadonlyMap<string, string>

export const expectedTexts = (expectation: SpanExpectation): FieldTexts => {
  const { attributes, durationMs, events, exception, name, outcome, scores } = expectation
  return new Map([
    ["name", nameText(name)],
    ...one("durationMs", durationMs, valueText),
    ...Object.entries(namedAttributes(attributes)).map(([key, value]) => attribute(key, valueText(value))),
    ...one("outcome", outcome, String),
    ...one("exception", exception, (each) => each === null ? "no error" : errorText(each)),
    ...one("events", events, (each) => `events: ${namesOf(each)}`),
    ...one("scores", scores, (each) => `scores: ${namesOf(each)}`)
  ])
}

/** The recorded fields that the expectation has. */
export const recordedTexts = (span: SpanRecord, expectation: SpanExpectation): FieldTexts => {
  const expected = namedAttributes(expectation.attributes)
  const all = expectation.attributes instanceof ExactAttributes ? { ...expected, ...span.attributes } : expected
  const named = Object.keys(all).filter((key) => Object.hasOwn(span.attributes, key))
  return expectedTexts({
    name: span.name,
    attributes: Object.fromEntries(named.map((key) => [key, span.attributes[key]!])),
    ...(expectation.durationMs !== undefined && { durationMs: span.durationMs }),
    ...(expectation.outcome !== undefined && { outcome: span.outcome }),
    ...(expectation.exception !== undefined && { exception: span.exception }),
    ...(expectation.events !== undefined && { events: span.events }),
    ...(expectation.scores !== undefined && { scores: scoresOf(span).map(({ name }) => name) })
  })
}

export const allTexts = (span: SpanRecord): FieldTexts =>
  new Map([
    ["name", nameText(span.name)],
    ...Object.entries(span.attributes).map(([key, value]) => attribute(key, valueText(value))),
    ...endingTexts(span)
  ])

/** How the span ended, unless it succeeded. */
export const endingTexts = ({ exception, outcome }: SpanRecord): ReadonlyArray<readonly [string, string]> =>
  outcome === "failure"
    ? [["exception", errorText(exception ?? "unknown")]]
    : outcome === "interrupted"
    ? [["outcome", outcome]]
    : []

/** The recorded fields, with expected values where they differ. Next to the recorded span, only the differences stand out. */
export const alignedTexts = (
  recorded: FieldTexts,
  expected: FieldTexts,
  differences: ReadonlyArray<FieldDifference>
): FieldTexts => {
  const differing = new Set(
    differences.map(({ field: [kind, key] }) => kind === "attributes" ? `${kind}/${key}` : kind)
  )
  const keys = [...expected.keys(), ...recorded.keys()]
  return new Map(keys.flatMap((key) => {
    const text = (differing.has(key) ? expected : recorded).get(key)
    return text === undefined ? [] : [[key, text] as const]
  }))
}

/** `• NAME (1.8ms) key=value, key=value [ERROR: …]`. */
export const lineOf = (texts: FieldTexts): string => {
  const attributes = [...texts].filter(([key]) => key.startsWith("attributes/"))
  const after = ["outcome", "exception", "events", "scores"].flatMap((key) =>
    texts.has(key) ? [` [${texts.get(key)}]`] : []
  )
  return [
    `• ${texts.get("name")}`,
    texts.has("durationMs") ? ` (${texts.get("durationMs")}ms)` : "",
    attributes.length > 0 ? ` ${attributes.map(([, text]) => text).join(", ")}` : "",
    ...after
  ].join("")
}

const one = <A>(
  key: string,
  value: A | undefined,
  text: (value: A) => string
): ReadonlyArray<readonly [string, string]> => value === undefined ? [] : [[key, text(value)]]

/** Long values are shortened; the list of differences shows the part that differs. */
const attribute = (key: string, value: string): readonly [string, string] => [
  `attributes/${key}`,
  `${valueText(key)}=${shortened(value, 80)}`
]

const errorText = (exception: string | RegExp): string =>
  `ERROR: ${shortened(exception instanceof RegExp ? valueText(exception) : plainText(exception), 120)}`

/** An error message, in quotes only if it could be mistaken for a matcher. */
const plainText = (value: string): string => value.startsWith("<") ? valueText(value) : escapeText(value)

/** Something with a name, or just the name. */
type Named = string | RegExp | { readonly name: string | RegExp }

const namesOf = (all: ReadonlyArray<Named>): string =>
  all.map((each) => nameText(typeof each === "string" || each instanceof RegExp ? each : each.name)).join(", ")
