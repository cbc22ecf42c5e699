/**
 * Parses a condition on scores, as accepted by `find` and the page's search.
 *
 * `NAME` (has one), `NAME<0.5` by value, `NAME=0.2..0.4` by an inclusive range of values, `NAME=label` and `NAME!=label` by label. A number after `=`
 * is a value.
 */
import type { ScoreData } from "../records/ScoreData.js"
import { signs } from "./signs.js"

export interface ScoreCondition {
  /** The name of the scores that can meet it. */
  readonly name: string
  /** Whether it compares a value or label; otherwise any score with that name meets it. */
  readonly compares: boolean
  readonly meets: (score: ScoreData) => boolean
}

const numberOf = (text: string): number => text.trim() === "" ? Number.NaN : Number(text)

/** The condition, or what is expected instead. */
export const scoreCondition = (text: string): ScoreCondition | string => {
  const match = /^([^=!<>]+)(?:(!=|>=|<=|=|>|<)([^]*))?$/.exec(text.trim())
  if (match === null) {
    return "NAME, NAME<0.5, NAME>0.5, NAME=0.2..0.4, NAME=label or NAME!=label"
  }
  const [name = "", sign, operand = ""] = match.slice(1).map((part) => part?.trim())
  if (sign === undefined) {
    return { name, compares: false, meets: (score) => score.name === name }
  }
  const number = numberOf(operand)
  if (/[<>]/.test(sign) && Number.isNaN(number)) {
    return `a number after ${sign}`
  }
  const matches = (sign === "=" ? withinRange(operand) : undefined) ?? comparing(sign, operand, number)
  return { name, compares: true, meets: (score) => score.name === name && matches(score) }
}

type Predicate = (score: ScoreData) => boolean

const comparing = (sign: string, operand: string, number: number): Predicate => ({ label, value }) =>
  Number.isNaN(number)
    ? label !== null && (sign === "=") === (label === operand)
    : value !== null && signs[sign]!(value, number)

/** The comparison for `FROM..TO`; `undefined` for any other text. */
const withinRange = (operand: string): Predicate | undefined => {
  const [from = Number.NaN, to = Number.NaN, more] = operand.split("..").map(numberOf)
  return Number.isNaN(from) || Number.isNaN(to) || more !== undefined
    ? undefined
    : ({ value }) => value !== null && value >= from && value <= to
}
