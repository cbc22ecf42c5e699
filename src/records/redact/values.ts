/**
 * Values after keys in a text: where they start, where they end, and whether they are hidden.
 *
 * A value is read to its end only if it is hidden, and the search continues after it. Whether it is hidden is decided by `Lookahead`s, so that no
 * character is read again for every key before it.
 */
import { remembered } from "../remembered.js"
import { redacted } from "../text.js"
import { endOfBackslashes, endOfBrackets, endOfQuoted, Quotes } from "./quoted.js"
import { codeAt, indexOfMatch, isHidden, Lookahead, looksSecretIn, Rewriter } from "./scanning.js"

/** What stands before a separator. */
export interface Key {
  readonly name: string
  /** Its quote; empty where it has none. */
  readonly quote: string
  /** Backslashes before the quote. */
  readonly level: number
  /** The quote right before the key; empty if there is none. */
  readonly opened: string
}

const mostSpaces = 8

const endOfWord = /[\s,;"'\\)}\]]/g
const endOfParameter = /[\s&;,"'\\]/g
const endOfLine = /[\r\n\\"]/g
const endOfLineOrQuote = /[\r\n\\"']/g
const apostrophe = /'/g
const equalsSign = /=/g
const endOfJson = /[,}\]\s\\"]/g

/** Headers extend to the end of the line. */
type Kind = "cookie" | "header" | "other"

const kindOf = remembered(
  256,
  (name): Kind =>
    /cookie$/i.test(name) ? "cookie" : /(?:authorization|api-?key|-token)$/i.test(name) ? "header" : "other"
)

const scheme = /(?:bearer|basic|token|digest|negotiate|apikey)(?=[ \t\r\n])/iy
const longestScheme = 9

export const isSpace = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13

const skipSpaces = (text: string, from: number): number => {
  let at = from
  while (at - from < mostSpaces && isSpace(codeAt(text, at))) {
    at++
  }
  return at
}

/** Where the value may begin behind `:`, `=`, `==` or `=>`. */
const endOfSeparator = (text: string, separator: number): number => {
  let end = separator + 1
  while (text[separator] === "=" && text[end] === "=" && end < separator + 3) {
    end++
  }
  return text[end - 1] === "=" && text[end] === ">" ? end + 1 : end
}

/** Replaces a number or an object in JSON by a text, quoted like the key. */
const quotedStandIn = remembered(16, (quote) => [quote, redacted, quote].join(""))

/** Hides values in one text, for keys in order. Methods that hide return the position where the search continues. */
export class Values {
  private readonly out: Rewriter
  private readonly words: Lookahead
  private readonly parameters: Lookahead
  private readonly lines: Lookahead
  private readonly apostrophes: Lookahead
  private readonly equals: Lookahead
  private readonly looksSecret: (start: number, end: number) => boolean
  private readonly quotes: Quotes

  constructor(private readonly text: string) {
    this.out = new Rewriter(text)
    this.quotes = new Quotes(text)
    this.words = new Lookahead(text, endOfWord)
    this.parameters = new Lookahead(text, endOfParameter)
    this.lines = new Lookahead(text, endOfLine)
    this.apostrophes = new Lookahead(text, apostrophe)
    this.equals = new Lookahead(text, equalsSign)
    this.looksSecret = looksSecretIn(text)
  }

  /** Hides the value after the separator of a secret's key. */
  hideAfter(separator: number, key: Key): number {
    const begins = endOfSeparator(this.text, separator)
    const at = skipSpaces(this.text, begins)
    return this.text.startsWith(redacted, at)
      ? at
      : this.hideQuoted(at) ??
        (key.quote !== "" ? this.hideJson(at, key) : this.hideUnquoted(separator, begins, at, key))
  }

  /** The text without the hidden values. */
  finish(): string {
    return this.out.finish()
  }

  private hide(start: number, end: number, standIn = redacted): number {
    if (!isHidden(this.text, start, end)) {
      this.out.replace(start, end, standIn)
    }
    return end
  }

  /** `"key": "value"`, `key: 'value'`, `key="value"`; `undefined` where there are no quotes. */
  private hideQuoted(at: number): number | undefined {
    const level = endOfBackslashes(this.text, at) - at
    const quote = this.text[at + level]
    if (quote !== "\"" && quote !== "'") {
      return undefined
    }
    const start = at + level + 1
    const end = this.quotes.end(start, quote, level)
    // An apostrophe that is never closed is not a quote.
    return end === undefined && quote === "'" ? undefined : this.hide(start, end ?? this.text.length)
  }

  /** A number, a list or an object after a quoted key: JSON, and JSON it stays. */
  private hideJson(at: number, { level, quote }: Key): number {
    const isStructure = this.text[at] === "{" || this.text[at] === "["
    const end = isStructure ? endOfBrackets(this.text, at, level) : indexOfMatch(this.text, at, endOfJson)
    return end - at === 4 && this.text.startsWith("null", at)
      ? end
      : this.hide(at, end, quotedStandIn("\\".repeat(level) + quote))
  }

  private hideUnquoted(separator: number, begins: number, at: number, key: Key): number {
    // Behind an arrow there is a function's body, unless it stands in quotes.
    if (this.text[begins - 1] === ">") {
      return at
    }
    const isAssigned = this.text[separator] === "="
    const kind = isAssigned ? "other" : kindOf(key.name)
    if (kind !== "other") {
      // Cookies are pairs; what is said of a cookie is not.
      return kind === "cookie" && !this.isPair(at, key) ? at : this.hide(at, this.endOfHeader(at, key))
    }
    const end = this.endOfWord(at, isAssigned ? this.parameters : this.words)
    const isSure = isAssigned && at === begins
    return isSure || this.looksSecret(at, end) ? this.hide(at, end) : at
  }

  private isPair(at: number, { opened }: Key): boolean {
    const equals = this.equals.next(at)
    return equals < this.lines.next(at) && (opened !== "'" || equals < this.apostrophes.next(at))
  }

  /** To the end of the line, past quoted parameters; a header that stands in quotes ends with them. */
  private endOfHeader(at: number, { opened }: Key): number {
    for (let end = at;; end++) {
      end = indexOfMatch(this.text, end, endOfLineOrQuote)
      const stop = this.text[end]
      const level = endOfBackslashes(this.text, end) - end
      if (this.text[end + level] === "\"" && this.text[end - 1] === "=" && (level > 0 || opened !== stop)) {
        end = endOfQuoted(this.text, end + level + 1, "\"", level) + level
      } else if (stop !== "'" || opened === stop) {
        return end
      }
    }
  }

  /** The scheme of a credential is followed by what it is about: `Bearer abc`. */
  private endOfWord(at: number, stops: Lookahead): number {
    const end = stops.next(at)
    scheme.lastIndex = at
    return end - at <= longestScheme && isSpace(codeAt(this.text, end)) && scheme.test(this.text)
      ? stops.next(skipSpaces(this.text, end))
      : end
  }
}
