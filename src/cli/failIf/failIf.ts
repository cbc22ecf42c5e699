/**
 * `--fail-if`: comparisons that make a command exit with code 1, for CI. A syntax error is reported before any input is read.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { ConditionMet, type Failure, UsageError } from "../Failure.js"
import { text } from "../options.js"
import { Output } from "../output/Output.js"
import { type Comparison, comparisonsOf, type Scope } from "./comparisons.js"

/** Something that a condition needs and the result does not have. The check fails then: otherwise it would silently pass every build. */
export interface Lacking {
  /** What is missing. Untrusted text: escape it. */
  readonly lacking: string
}

/** A number that a command computes from its result. */
export interface Quantity<A> {
  readonly of: Scope
  /** `undefined` if there is nothing to compare: no price, no such name. `of` decides whether there is a label. */
  readonly value: (answer: A, label: string | undefined) => number | Lacking | undefined
}

export type Quantities<A> = { readonly [name: string]: Quantity<A> }

export const failIfOption = {
  "fail-if": {
    type: text("CONDITION"),
    repeated: true,
    description: "Exit with code 1 if CONDITION holds; join several with or"
  }
} as const

/** Runs the command, which prints its result, and fails if a condition holds for it. */
export const withFailIf = <A>(
  given: { readonly "fail-if": ReadonlyArray<string> },
  quantities: Quantities<A>,
  answer: (output: Output["Type"]) => Effect.Effect<A, Failure, Output>
): Effect.Effect<void, Failure, Output> =>
  Effect.gen(function*() {
    const comparisons = yield* Either.all(given["fail-if"].map((text) =>
      Either.mapLeft(
        comparisonsOf(text, quantities),
        ({ message }) => new UsageError({ message: `--fail-if ${JSON.stringify(text)}, ${message}` })
      )
    ))
    yield* check(comparisons.flat(), quantities, yield* answer(yield* Output))
  })

const check = <A>(
  comparisons: ReadonlyArray<Comparison>,
  quantities: Quantities<A>,
  answer: A
): Effect.Effect<void, ConditionMet, Output> =>
  Effect.gen(function*() {
    const { log } = yield* Output
    const met: Array<string> = []
    for (const { holds, label, quantity, text } of comparisons) {
      const value = quantities[quantity]!.value(answer, label)
      if (value === undefined) {
        // Otherwise a misspelled name would go unnoticed.
        yield* log(
          `--fail-if ${JSON.stringify(text)}: nothing to compare; check the name, or whether a value was recorded`
        )
      } else if (typeof value === "object") {
        met.push(`${text} cannot be checked: ${value.lacking}`)
      } else if (holds(value)) {
        met.push(`${text} (actual: ${value})`)
      }
    }
    yield* met.length === 0 ? Effect.void : Effect.fail(new ConditionMet({ message: met.join(", ") }))
  })
