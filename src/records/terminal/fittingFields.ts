/**
 * Which attributes stay where a line does not fit: what says who did it, with what outcome and for how much, before ids and before what
 * was said.
 *
 * Only for lines that are cut. A field is shown whole or not at all, but for one text at the end, and what is missing is a `…`: half a
 * number would be another number.
 */
import type { Attributes, AttributeValue } from "../attributes.js"
import { columns, fitting } from "./columns.js"
import { fieldValue, lead, numberText } from "./fields.js"

/** Who and with what: the beginning of such a name says more than any other field. */
const names: ReadonlySet<string> = new Set(["agent", "tool", "worker", "model", "workflow", "node"])

/** Where it stood and how it ended. */
const telling: ReadonlySet<string> = new Set([
  "step",
  "turn",
  "turns",
  "ok",
  "interrupted_reason",
  "finish_reason",
  "outcome",
  "status"
])

/** What was said, where it is captured: as good as never short. */
const content: ReadonlySet<string> = new Set(["input_messages", "output_messages", "arguments", "result"])

const usedKeys: ReadonlySet<string> = new Set(["tokens_in", "tokens_out", "cost_usd"])

/** Columns of a field from which on others come first. */
const long = 32

/** Columns that a value needs to be worth the beginning of it. */
const leastShown = 4

/** A field of a line that is cut. */
interface Piece {
  readonly text: string
  /** Where it stands, lower first. */
  readonly rank: number
  /** Columns before its value where a part of it says something; else nothing. */
  readonly head: number | undefined
  /** Whether another field says the same. */
  readonly isRepeated: boolean
}

/**
 * What a span used, as the command line says it: ` [410 in, 72 out, $0.000242]`. As fields it would take twice the room. Nothing where its
 * attributes do not say.
 */
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

/** The attributes that `usedNote` does not say. */
export const withoutUsed = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([key, value]) => !isUsed(key, value)))

const isUsed = (key: string, value: AttributeValue): boolean => usedKeys.has(key) && typeof value === "number"

/** As many of them as fit into the room, in columns, and a `…` for the others. */
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
    head: typeof value === "string" && !isId(key) ? columns(lead(key)) : undefined,
    isRepeated: key === "run_id" && value === attributes["session_id"]
  }
}

const isId = (key: string): boolean => key.endsWith("_id")

const rankOf = (key: string, value: AttributeValue, width: number): number =>
  names.has(key)
    ? 0
    : telling.has(key)
    ? 1
    : content.has(key) || isUsed(key, value)
    ? 6
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
    // With room for `, …` behind the last.
    if (!piece.isRepeated && needed + 3 <= free) {
      out += field
      free -= needed
    } else if (piece.rank === 0 && isWorthBeginning(piece, free)) {
      return `${out}${begun(field, free)}`
    } else {
      left.push(piece)
    }
  }
  const separator = out === "" ? " " : ", "
  return `${out}${begun(`${separator}${left.find((piece) => isWorthBeginning(piece, free))?.text ?? ""}`, free)}`
}

const isWorthBeginning = ({ head }: Piece, room: number): boolean => head !== undefined && head + leastShown + 3 <= room

/** What fits of it, and that there is more. */
const begun = (text: string, room: number): string => `${fitting(text, Math.max(0, room - 1))}…`
