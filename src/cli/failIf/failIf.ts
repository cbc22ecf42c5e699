/**
 * `--fail-if`: comparisons that make a command end with exit code 1, for CI. Wrong ones end it before anything is read.
 */
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { Found, UsageError } from "../Failure.js"
import { Output } from "../output/Output.js"
import { type Comparison, comparisonsOf, type Scope } from "./comparisons.js"

/** A number that a command knows of its answer. */
export interface Quantity<A> {
  readonly of: Scope
  /** `undefined` where there is nothing to compare: no price, no such name. The label is there where `of` says so. */
  readonly value: (answer: A, label: string | undefined) => number | undefined
}

/** All that a command knows. */
export type Quantities<A> = { readonly [name: string]: Quantity<A> }

/** Looks at an answer; fails where a comparison holds. */
export type Check<A> = (answer: A) => Effect.Effect<void, Found, Output>

/** The option. */
export const failIfOption = Options.repeated(Options.withPseudoName(Options.text("fail-if"), "CONDITION")).pipe(
  Options.withDescription("End with exit code 1 where this holds; several with or")
)

/** Makes a check of what was asked for. */
export const failIf = <A>(
  given: ReadonlyArray<string>,
  quantities: Quantities<A>
): Effect.Effect<Check<A>, UsageError> =>
  Either.match(Either.all(given.map((text) => Either.mapLeft(comparisonsOf(text, quantities), wrong(text)))), {
    onLeft: Effect.fail,
    onRight: (comparisons) => Effect.succeed(checking(comparisons.flat(), quantities))
  })

const wrong = (text: string) => ({ message }: { readonly message: string }): UsageError =>
  new UsageError({ message: `--fail-if ${JSON.stringify(text)}, ${message}` })

const checking = <A>(comparisons: ReadonlyArray<Comparison>, quantities: Quantities<A>): Check<A> => (answer) => {
  const values = comparisons.map(({ label, quantity }) => quantities[quantity]!.value(answer, label))
  const unknown = comparisons.filter((_, index) => values[index] === undefined)
  const held = comparisons.flatMap(({ holds, text }, index) => {
    const value = values[index]
    return value !== undefined && holds(value) ? [`${text} (it is ${value})`] : []
  })
  return Effect.zipRight(
    Effect.forEach(unknown, sayUnknown, { discard: true }),
    held.length === 0 ? Effect.void : Effect.fail(new Found({ message: held.join(", ") }))
  )
}

/** A misspelt name would never fail anything: it is said. */
const sayUnknown = ({ text }: Comparison): Effect.Effect<void, never, Output> =>
  Effect.flatMap(Output, ({ say }) => say(`--fail-if ${JSON.stringify(text)}: there is nothing to compare`))
