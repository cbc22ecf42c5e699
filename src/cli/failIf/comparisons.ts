/**
 * The grammar of `--fail-if`: `QUANTITY COMPARISON NUMBER`, several with `or` between them, such as `p95_ms(loom.tool) > 2000`.
 *
 * A name in parentheses that itself contains one needs double quotes. The grammar only knows which quantities exist; the command knows their values.
 */
import * as Either from "effect/Either"
import { signs } from "../../readers/signs.js"

/** Whether a quantity takes a name in parentheses: never, always, or optionally. */
export type Scope = "whole" | "named" | "either"

export type Vocabulary = { readonly [quantity: string]: { readonly of: Scope } }

export interface Comparison {
  /** As the user wrote it. */
  readonly text: string
  readonly quantity: string
  /** The name in parentheses. */
  readonly label: string | undefined
  readonly holds: (value: number) => boolean
}

/** A syntax error; the message names the position. */
export class GrammarError extends Error {}

const word = /[A-Za-z_][A-Za-z0-9_]*/y
const scopeName = /\(\s*(?:"([^"]*)"|([^")]*?))\s*\)/y
const sign = /[<>=!]=|[<>=]/y
const number = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/iy

class Reader {
  at = 0
  constructor(readonly text: string) {}

  get isAtEnd(): boolean {
    this.skipBlanks()
    return this.at === this.text.length
  }

  /** The next token, if it matches. */
  take(token: RegExp): RegExpExecArray | undefined {
    this.skipBlanks()
    token.lastIndex = this.at
    const found = token.exec(this.text)
    this.at = found === null ? this.at : token.lastIndex
    return found ?? undefined
  }

  expect(token: RegExp, what: string): RegExpExecArray {
    const found = this.take(token)
    if (found === undefined) {
      throw this.problem(`expected ${what}${this.isAtEnd ? ", but the text ends" : ""}`)
    }
    return found
  }

  problem(problem: string, at = this.at): GrammarError {
    return new GrammarError(`at character ${at + 1}: ${problem}`)
  }

  private skipBlanks(): void {
    this.at += /^\s*/.exec(this.text.slice(this.at))![0].length
  }
}

const quantityOf = (reader: Reader, known: Vocabulary): Pick<Comparison, "quantity" | "label"> => {
  const [quantity] = reader.expect(word, "a quantity")
  const from = reader.at - quantity.length
  const scope = Object.hasOwn(known, quantity) ? known[quantity]!.of : undefined
  if (scope === undefined) {
    throw reader.problem(`unknown quantity "${quantity}"; use one of ${Object.keys(known).join(", ")}`, from)
  }
  const afterQuantity = reader.at
  const name = reader.take(scopeName)
  if (name === undefined && scope === "named") {
    throw reader.problem(`"${quantity}" needs a name: write ${quantity}(NAME)`, afterQuantity)
  }
  if (name !== undefined && scope === "whole") {
    throw reader.problem(`"${quantity}" does not take a name`, afterQuantity)
  }
  return { quantity, label: name?.[1] ?? name?.[2] }
}

const comparisonOf = (reader: Reader, known: Vocabulary): Comparison => {
  const from = reader.at
  const { label, quantity } = quantityOf(reader, known)
  const [comparing] = reader.expect(sign, "one of > >= < <= = !=")
  const limit = Number(reader.expect(number, "a number")[0])
  const holds = (value: number) => signs[comparing]!(value, limit)
  return { text: reader.text.slice(from, reader.at).trim(), quantity, label, holds }
}

const parse = (reader: Reader, known: Vocabulary): ReadonlyArray<Comparison> => {
  const all = [comparisonOf(reader, known)]
  while (!reader.isAtEnd) {
    const from = reader.at
    if (reader.take(word)?.[0] !== "or") {
      throw reader.problem("expected \"or\" or the end", from)
    }
    all.push(comparisonOf(reader, known))
  }
  return all
}

export const comparisonsOf = (
  text: string,
  known: Vocabulary
): Either.Either<ReadonlyArray<Comparison>, GrammarError> =>
  Either.try({ try: () => parse(new Reader(text), known), catch: (error) => error as GrammarError })
