/**
 * Chooses which attributes to show on a line that is too long: names and outcome first, then short fields, ids and long fields, content last.
 *
 * A field is shown whole or not at all, because half a number would be a different number. Only one string at the end may be cut. A `…` stands for
 * the rest.
 */
import type { Attributes, AttributeValue } from "../attributes.js"
import { columns, fitting } from "./columns.js"
import { fieldValue, lead, numberText } from "./fields.js"

/** Who did it and with what: even the start of such a name is worth more than any other field. */
const names: ReadonlySet<string> = new Set(["agent", "tool", "worker", "model", "workflow", "node"])

/** Progress and outcome. */
const progress: ReadonlySet<string> = new Set([
  "step",
  "turn",
  "turns",
  "ok",
  "interrupted_reason",
  "finish_reason",
  "outcome",
  "status"
])

/** Captured content, which is usually long. */
const content: ReadonlySet<string> = new Set(["input_messages", "output_messages", "arguments", "result"])

/** Useful to programs, not to people. */
const digests: ReadonlySet<string> = new Set(["arguments_digest", "agent_version"])

const usedKeys: ReadonlySet<string> = new Set(["tokens_in", "tokens_out", "cost_usd"])

/** Fields of at least this many columns come after shorter ones. */
const long = 32

/** The start of a value is shown only with at least this many columns. */
const leastShown = 4

/** One field of a line that is too long. */
interface Piece {
  readonly text: string
  /** Lower ranks come first. */
  readonly rank: number
  /** Columns before the value; `undefined` if a part of the value is not worth showing. */
  readonly head: number | undefined
  /** Whether another field has the same value. */
  readonly isRepeated: boolean
}

/** A span's usage, as the command line shows it: ` [410 in, 72 out, $0.000242]`. Half as wide as the fields. Empty if nothing is known. */
export const usedNote = (attributes: Attributes): string => {
  const parts = [
    amount(attributes["tokens_in"], (tokens) => `${numberText(tokens, "tokens_in")} in`),
    amount(attributes["tokens_out"], (tokens) => `${numberText(tokens, "tokens_out")} out`),
    amount(attributes["cost_usd"], (cost) => `$${numberText(cost, "cost_usd")}`)
  ].filter((part) => part !== "")
  return parts.length === 0 ? "" : ` [${parts.join(", ")}]`
}

const amount = (value: AttributeValue | undefined, shown: (value: number) => string): string =>
  typeof value === "number" ? shown(value) : ""

/** The attributes that `usedNote` does not show. */
export const withoutUsed = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([key, value]) => !isUsed(key, value)))

const isUsed = (key: string, value: AttributeValue): boolean => usedKeys.has(key) && typeof value === "number"

/** As many fields as fit into `room` columns, and a `…` for the rest. */
export const fittingFields = (attributes: Attributes, room: number): string => {
  const pieces = Object.entries(attributes).map(([key, value]) => pieceOf(key, value, attributes))
  const whole = joined(pieces)
  return !pieces.some((piece) => piece.isRepeated) && columns(whole) <= room
    ? whole
    : chosen(pieces.toSorted((one, other) => one.rank - other.rank), room)
}

const pieceOf = (key: string, value: AttributeValue, attributes: Attributes): Piece => {
  const text = `${lead(key)}${fieldValue(key, value)}`
  return {
    text,
    rank: rankOf(key, value, columns(text)),
    head: typeof value === "string" && !isId(key) && !digests.has(key) ? columns(lead(key)) : undefined,
    isRepeated: key === "run_id" && value === attributes["session_id"]
  }
}

const isId = (key: string): boolean => key.endsWith("_id")

const rankOf = (key: string, value: AttributeValue, width: number): number =>
  names.has(key)
    ? 0
    : progress.has(key)
    ? 1
    : content.has(key) || isUsed(key, value)
    ? 6
    : digests.has(key)
    ? 7
    : (width < long ? 2 : 4) + (isId(key) ? 1 : 0)

const joined = (pieces: ReadonlyArray<Piece>): string =>
  pieces.length === 0 ? "" : ` ${pieces.map(({ text }) => text).join(", ")}`

const chosen = (pieces: ReadonlyArray<Piece>, room: number): string => {
  const left: Array<Piece> = []
  let out = ""
  let free = room
  for (const piece of pieces) {
    const field = `${out === "" ? " " : ", "}${piece.text}`
    const needed = columns(field)
    // Leaves room for `, …` after the last one.
    if (!piece.isRepeated && needed + 3 <= free) {
      out += field
      free -= needed
    } else if (piece.rank === 0 && isWorthBeginning(piece, free)) {
      return `${out}${beginning(field, free)}`
    } else {
      left.push(piece)
    }
  }
  const separator = out === "" ? " " : ", "
  return `${out}${beginning(`${separator}${left.find((piece) => isWorthBeginning(piece, free))?.text ?? ""}`, free)}`
}

const isWorthBeginning = ({ head }: Piece, room: number): boolean => head !== undefined && head + leastShown + 3 <= room

const beginning = (text: string, room: number): string => `${fitting(text, Math.max(0, room - 1))}…`
