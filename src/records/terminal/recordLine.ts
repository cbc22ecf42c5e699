/**
 * Formats one record as one line of text.
 *
 * `• NAME (1.8ms) key=value, key=value [ERROR: …]` for a span that ended, `▸ NAME key=value` for one that is open,
 * `NAME VALUE (counter) key=value` for a measurement, `★ NAME VALUE LABEL (source) key=value` for a score; two spaces per level. A line that is too
 * wide keeps its most important fields, and shows usage as `[410 in, 72 out, $0.000242]`.
 */
import type { Attributes } from "../attributes.js"
import type { ScoreData } from "../ScoreData.js"
import { durationOf, type MetricData, type OpenSpanData, type SpanData } from "../SpanData.js"
import type { Outcome } from "../SpanRecord.js"
import { columns, fitting } from "./columns.js"
import { escapeField, escapeName, escapeText } from "./escape.js"
import { fields, numberText } from "./fields.js"
import { fittingFields, usedNote, withoutUsed } from "./fittingFields.js"
import { formatDuration } from "./numbers.js"

/** The style of lines. */
export interface LineStyle {
  /** ANSI colours. */
  readonly color: boolean
  /** Columns, > 0; a longer line is truncated and ends with `…`. */
  readonly width: number
  /** Shows durations of a second or more in seconds or minutes, not in milliseconds: `14.6s`. Default false. */
  readonly seconds?: boolean
}

/** Deeper levels are not indented further; otherwise the lines of a very deep tree would consist of spaces. */
const deepestIndent = 40

type Paint = "bold" | "dim" | "red" | "green" | "yellow" | "cyan"

const codes: Record<Paint, string> = { bold: "1", dim: "2", red: "31", green: "32", yellow: "33", cyan: "36" }

const paint = (color: Paint, value: string): string => value !== "" ? `\u001b[${codes[color]}m${value}\u001b[0m` : value

const outcomePaint: Record<Outcome, Paint> = { success: "green", failure: "red", interrupted: "yellow" }

/** The parts of a line. Attributes are dropped first. */
interface Line {
  readonly indent: string
  readonly mark: string
  readonly markPaint: Paint
  readonly name: string
  readonly detail: string
  readonly attributes: Attributes
  readonly suffix: string
}

const indents = Array.from({ length: deepestIndent + 1 }, (_, depth) => "  ".repeat(depth))

const indentOf = (depth: number): string => indents[Math.min(depth, deepestIndent)] ?? ""

/** The part of a finished span that a line shows. */
export interface ShownSpan extends Pick<SpanData, "name" | "attributes" | "outcome" | "exception"> {
  /** Milliseconds, ≥ 0. */
  readonly durationMs: number
}

/** Extracts the part of a span that a line shows. */
export const shownSpan = (span: SpanData): ShownSpan => ({
  name: span.name,
  attributes: span.attributes,
  outcome: span.outcome,
  exception: span.exception,
  durationMs: durationOf(span)
})

/** A span that has ended. `note` follows the attributes, such as ` [orphan]`. */
export const spanLine = (span: ShownSpan, depth: number, style: LineStyle, note = ""): string =>
  render({
    indent: indentOf(depth),
    mark: "• ",
    markPaint: outcomePaint[span.outcome],
    name: escapeName(span.name),
    detail: style.seconds === true && span.durationMs >= 1000
      ? ` (${formatDuration(span.durationMs)})`
      : ` (${tenths(span.durationMs)}ms)`,
    attributes: span.attributes,
    suffix: `${note}${outcomeNote(span)}`
  }, style)

/** Like `toFixed(1)` at a quarter of the cost. Calls `toFixed` only if rounding is a close call. */
const tenths = (value: number): string => {
  const scaled = value * 10
  const rounded = Math.round(scaled)
  return Math.abs(scaled - rounded) > 0.499_999 || !(rounded >= 0 && rounded < 1_000_000_000)
    ? value.toFixed(1)
    : `${Math.floor(rounded / 10)}.${rounded % 10}`
}

const outcomeNote = ({ exception, outcome }: ShownSpan): string =>
  outcome === "interrupted"
    ? " [interrupted]"
    : outcome === "failure"
    ? ` [ERROR: ${escapeText(exception ?? "unknown")}]`
    : ""

/** An open span; `note` as for `spanLine`. */
export const openLine = (
  span: Pick<OpenSpanData, "name" | "attributes">,
  depth: number,
  style: LineStyle,
  note = ""
): string =>
  render({
    indent: indentOf(depth),
    mark: "▸ ",
    markPaint: "cyan",
    name: escapeName(span.name),
    detail: "",
    attributes: span.attributes,
    suffix: note
  }, style)

/** A measurement. */
export const metricLine = (metric: MetricData, depth: number, style: LineStyle): string =>
  render({
    indent: indentOf(depth),
    mark: "",
    markPaint: "dim",
    name: escapeName(metric.name),
    detail: ` ${numberText(metric.value, metric.name)} (${metric.instrumentKind})`,
    attributes: metric.attributes,
    suffix: ""
  }, style)

/** A score. `isPlaced`: the line above shows what is judged; otherwise ids are added. */
export const scoreLine = (score: ScoreData, depth: number, style: LineStyle, isPlaced = false): string => {
  const { explanation, label, name, source, value } = score
  return render({
    indent: indentOf(depth),
    mark: "★ ",
    markPaint: "yellow",
    name: escapeName(name),
    detail: `${value === null ? "" : ` ${numberText(value, name)}`}${
      label === null ? "" : ` ${escapeField(label)}`
    } (${source})`,
    attributes: {
      ...(explanation !== null && { explanation }),
      ...score.attributes,
      ...(!isPlaced && { trace_id: score.traceId }),
      ...(!isPlaced && score.spanId !== null && { span_id: score.spanId })
    },
    suffix: ""
  }, style)
}

/** The columns that attributes and names leave for the suffix. */
const leastSuffix = (width: number): number => Math.min(20, Math.floor(width / 4))

type Part = readonly [value: string, color?: Paint]

const render = (line: Line, style: LineStyle): string => {
  const given = fields(line.attributes)
  const whole = `${line.indent}${line.mark}${line.name}${line.detail}${given}${line.suffix}`
  if (style.width === Infinity || (line.indent.length * 2 <= style.width && columns(whole) <= style.width)) {
    return style.color ? painted(partsOf(line, line.indent, line.name, given, line.suffix)) : `${whole}\n`
  }
  return renderCut(line, style)
}

const renderCut = (line: Line, style: LineStyle): string => {
  // In a tree, the suffix may already show the usage, including that of the spans below.
  const used = usedAlready.test(line.suffix) ? "" : usedNote(line.attributes)
  const attributes = used === "" ? line.attributes : withoutUsed(line.attributes)
  const wanted = `${used}${line.suffix}`
  const indent = line.indent.slice(0, Math.floor(style.width / 2))
  const fixed = indent.length + line.mark.length + line.detail.length
  const least = Math.min(Math.max(leastSuffix(style.width), columns(used)), columns(wanted))
  const given = fields(attributes)
  // Reserves two columns for the ` …` of omitted attributes, which would otherwise cut a number of the usage.
  const name = cut(line.name, style.width - fixed - least - (used === "" ? 0 : Math.min(2, given.length)))
  const room = style.width - fixed - columns(name)
  // A long message leaves a third for the attributes, because they name the tool.
  const share = Math.min(columns(given), Math.floor(room / 3))
  const shown = fittingFields(attributes, room - Math.min(columns(wanted), Math.max(least, room - share)))
  const suffix = cut(wanted, room - columns(shown))
  const parts = clip(partsOf(line, indent, name, shown, suffix), style.width)
  return style.color ? painted(parts) : `${parts.map(([value]) => value).join("")}\n`
}

const usedAlready = /^ \[\d+ in, /

const partsOf = (
  { detail, mark, markPaint }: Line,
  indent: string,
  name: string,
  attributes: string,
  suffix: string
): ReadonlyArray<Part> => [
  [indent],
  ...(mark === "" ? [] : [[mark.trimEnd(), markPaint], [" "]] as const),
  [name, "bold"],
  [detail, "dim"],
  [attributes],
  [suffix, markPaint]
]

const painted = (parts: ReadonlyArray<Part>): string =>
  `${parts.map(([value, color]) => color === undefined ? value : paint(color, value)).join("")}\n`

/** Cuts a text to the room. Always leaves at least a `…`, so that every cut is visible. */
const cut = (value: string, room: number): string =>
  value === "" || room === Infinity || columns(value) <= room ? value : `${fitting(value, Math.max(0, room - 1))}…`

/** Cuts the line at the edge if even its head is too long. */
const clip = (parts: ReadonlyArray<Part>, width: number): ReadonlyArray<Part> => {
  if (width === Infinity || parts.reduce((sum, [value]) => sum + columns(value), 0) <= width) {
    return parts
  }
  let left = width - 1
  const shown = parts.map(([value, color]): Part => {
    const visible = fitting(value, left)
    left = visible.length < value.length ? 0 : left - columns(visible)
    return color === undefined ? [visible] : [visible, color]
  })
  return [...shown, ["…"]]
}
