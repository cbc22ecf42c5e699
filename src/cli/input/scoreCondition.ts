/**
 * The option value for a condition on scores.
 */
import * as Either from "effect/Either"
import { type ScoreCondition, scoreCondition as parse } from "../../readers/scoreCondition.js"
import type { ValueType } from "../options.js"

export const scoreCondition: ValueType<ScoreCondition> = {
  placeholder: "CONDITION",
  read: (text) => {
    const condition = parse(text)
    return typeof condition === "string" ? Either.left(condition) : Either.right(condition)
  }
}
