/**
 * The grammar of `--fail-if`: `QUANTITY COMPARISON NUMBER`, several with `or` between them.
 *
 * A quantity may name in brackets what it is of, in double quotes where the name holds a bracket: `p95_ms(loom.tool) > 2000`. It knows no more than which
 * quantities there are; what they are worth is the command's business.
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"

/** What a quantity is of: of everything, of what is named in brackets, or of either. */
export type Scope = "whole" | "named" | "either"

/** The quantities that there are. */
export type Vocabulary = { readonly [quantity: string]: { readonly of: Scope } }

/** One comparison. */
export interface Comparison {
  /** As it was written. */
  readonly text: string
  readonly quantity: string
  /** What stood in brackets. */
  readonly label: string | undefined
  readonly holds: (value: number) => boolean
}

/** A text that is no comparison. */
export class GrammarError extends Data.TaggedError("GrammarError")<{
  /** The character, from 1. */
  readonly at: number
  readonly problem: string
}> {
  override get message(): string {
    return `at character ${this.at}: ${this.problem}`
  }
}

const signs: { readonly [sign: string]: (a: number, b: number) => boolean } = {
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  "=": (a, b) => a === b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b
}

const word = /[A-Za-z_][A-Za-z0-9_]*/y
const bracket = /\(\s*(?:"([^"]*)"|([^")]*?))\s*\)/y
const sign = /[<>=!]=|[<>=]/y
const number = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/iy

/** A text that is read from left to right. */
class Reader {
  at = 0
  constructor(readonly text: string) {}

  get isAtEnd(): boolean {
    this.skipBlanks()
    return this.at === this.text.length
  }

  /** What stands here, if it looks like that. */
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
      throw this.problem(`${what} is expected${this.isAtEnd ? ", and nothing is there" : ""}`)
    }
    return found
  }

  problem(problem: string, at = this.at): GrammarError {
    return new GrammarError({ at: at + 1, problem })
  }

  private skipBlanks(): void {
    while (/\s/.test(this.text.charAt(this.at))) {
      this.at++
    }
  }
}

const quantityOf = (reader: Reader, known: Vocabulary): Pick<Comparison, "quantity" | "label"> => {
  const [quantity] = reader.expect(word, "a quantity")
  const from = reader.at - quantity.length
  const scope = Object.hasOwn(known, quantity) ? known[quantity]!.of : undefined
  if (scope === undefined) {
    throw reader.problem(`there is no "${quantity}"; there are ${Object.keys(known).join(", ")}`, from)
  }
  const behind = reader.at
  const brackets = reader.take(bracket)
  if (brackets === undefined && scope === "named") {
    throw reader.problem(`"${quantity}" is of something: write ${quantity}(NAME)`, behind)
  }
  if (brackets !== undefined && scope === "whole") {
    throw reader.problem(`"${quantity}" is of everything: it takes no brackets`, behind)
  }
  return { quantity, label: brackets?.[1] ?? brackets?.[2] }
}

const comparisonOf = (reader: Reader, known: Vocabulary): Comparison => {
  const from = reader.at
  const { label, quantity } = quantityOf(reader, known)
  const [comparing] = reader.expect(sign, "one of > >= < <= = !=")
  const limit = Number(reader.expect(number, "a number")[0])
  const holds = (value: number) => signs[comparing]!(value, limit)
  return { text: reader.text.slice(from, reader.at).trim(), quantity, label, holds }
}

/** Reads a text. */
export const comparisonsOf = (
  text: string,
  known: Vocabulary
): Either.Either<ReadonlyArray<Comparison>, GrammarError> =>
  Either.try({
    try: () => {
      const reader = new Reader(text)
      const all = [comparisonOf(reader, known)]
      while (!reader.isAtEnd) {
        const from = reader.at
        if (reader.take(word)?.[0] !== "or") {
          throw reader.problem("\"or\" and another comparison are expected, or the end", from)
        }
        all.push(comparisonOf(reader, known))
      }
      return all
    },
    catch: (error) => {
      if (error instanceof GrammarError) {
        return error
      }
      throw error
    }
  })
