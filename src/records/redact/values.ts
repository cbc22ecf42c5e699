/**
 * Finds the values after keys in a text, and decides which to hide.
 *
 * A value is read to its end only if it is hidden, and the search continues after it. The decision uses `Lookahead`s, so that no character is read
 * again for every key before it.
 */
import { memoize } from "../memoize.js"
import { redacted } from "../text.js"
import { isExpression, isInnocent, isInnocentJson, isNameInCode } from "./innocent.js"
import { endOfBackslashes, endOfBrackets, endOfQuoted, Quotes } from "./quoted.js"
import {
  codeAt,
  isHidden,
  isRedactedAt,
  isSpace,
  Lookahead,
  looksSecretIn,
  ofCode,
  oneOf,
  Rewriter
} from "./scanning.js"

/** The key before a separator. */
export interface Key {
  readonly name: string
  /** Its quote; empty if it has none. */
  readonly quote: string
  /** Backslashes before the quote. */
  readonly level: number
  /** The quote right before the key; empty if there is none. */
  readonly opened: string
}

const mostSpaces = 8

/** A longer text is not a token of a programming language, in characters. */
const longestWord = 16

const endOfWord = /* @__PURE__ */ oneOf(/[\s,;"'\\)}\]]/)
const endOfParameter = /* @__PURE__ */ oneOf(/[\s&;,"'\\]/)
const endOfLine = /* @__PURE__ */ oneOf(/[\r\n\\"]/)
const endOfLineOrQuote = /* @__PURE__ */ oneOf(/[\r\n\\"']/)
const endOfJson = /* @__PURE__ */ oneOf(/[,}\]\s\\"]/)

/** Headers extend to the end of the line. */
type Kind = "cookie" | "header" | "other"

const kindOf = memoize(
  256,
  (name): Kind =>
    /cookie$/i.test(name) ? "cookie" : /(?:authorization|api-?key|-token)$/i.test(name) ? "header" : "other"
)

const scheme = /(?:bearer|basic|token|digest|negotiate|apikey)(?=[ \t\r\n])/iy
const longestScheme = 9

const doubleQuote = 34
const apostrophe = 39
const equals = 61
const greaterThan = 62
const backslash = 92

const nextApostrophe = /* @__PURE__ */ ofCode(apostrophe)
const nextEquals = /* @__PURE__ */ ofCode(equals)

/** Whether a quoted value may begin with this character. */
const opensQuoted = (code: number): boolean => code === doubleQuote || code === apostrophe || code === backslash

const skipSpaces = (text: string, from: number): number => {
  let at = from
  while (at - from < mostSpaces && isSpace(codeAt(text, at))) {
    at++
  }
  return at
}

/** Where the value may begin after `=`, `==` or `=>`. */
const endOfEquals = (text: string, separator: number): number => {
  let end = separator + 1
  while (codeAt(text, end) === equals && end < separator + 3) {
    end++
  }
  return codeAt(text, end) === greaterThan ? end + 1 : end
}

/** Replaces a number, array or object in JSON: a string, quoted like the key. */
const quotedStandIn = memoize(16, (quote) => [quote, redacted, quote].join(""))

/** Hides values in one text, for its keys in order. Methods that hide return the position where the search continues. */
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
    this.apostrophes = new Lookahead(text, nextApostrophe)
    this.equals = new Lookahead(text, nextEquals)
    this.looksSecret = looksSecretIn(text)
  }

  /** Hides the value after the separator of a secret key. */
  hideAfter(separator: number, key: Key): number {
    const isAssigned = codeAt(this.text, separator) === equals
    const begins = isAssigned ? endOfEquals(this.text, separator) : separator + 1
    const at = skipSpaces(this.text, begins)
    if (isRedactedAt(this.text, at)) {
      return at
    }
    const quoted = opensQuoted(codeAt(this.text, at)) ? this.hideQuoted(at, key, separator) : undefined
    if (quoted !== undefined) {
      return quoted
    }
    if (key.quote !== "") {
      return this.hideJson(at, key)
    }
    // An unclosed apostrophe is not a quote, but a secret may follow it.
    const skipped = codeAt(this.text, at) === apostrophe ? 1 : 0
    return this.hideUnquoted(isAssigned, begins + skipped, at + skipped, key)
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

  /** `"key": "value"`, `key: 'value'`, `key="value"`; `undefined` if there are no quotes. */
  private hideQuoted(at: number, key: Key, separator: number): number | undefined {
    const level = endOfBackslashes(this.text, at) - at
    const quote = this.text[at + level]
    if (quote !== "\"" && quote !== "'") {
      return undefined
    }
    const start = at + level + 1
    const end = this.quotes.end(start, quote, level)
    if (end === undefined && quote === "'") {
      return undefined
    }
    const stop = end ?? this.text.length
    return isInnocent(key.name, this.text, start, stop) || this.isWordOfParser(separator, key, start, stop)
      ? start
      : this.hide(start, stop)
  }

  /** Whether a parser compares a token with a short word: `token === "if"`. */
  private isWordOfParser(separator: number, { name }: Key, start: number, end: number): boolean {
    return this.text.startsWith("==", separator) && name.endsWith("oken") && end - start < longestWord &&
      !this.looksSecret(start, end)
  }

  /** Hides a number, array or object after a quoted key, so that JSON remains valid. */
  private hideJson(at: number, { level, quote }: Key): number {
    const isStructure = this.text[at] === "{" || this.text[at] === "["
    const end = isStructure ? endOfBrackets(this.text, at, level) : endOfJson(this.text, at)
    return isInnocentJson(this.text, at, end)
      ? at
      : this.hide(at, end, quotedStandIn("\\".repeat(level) + quote))
  }

  private hideUnquoted(isAssigned: boolean, begins: number, at: number, key: Key): number {
    // An unquoted value after an arrow is the body of a function.
    if (isAssigned && codeAt(this.text, begins - 1) === greaterThan) {
      return at
    }
    const kind = isAssigned ? "other" : kindOf(key.name)
    return kind === "other" ? this.hideWord(isAssigned, at === begins, at, key) : this.hideHeader(kind, at, key)
  }

  private hideHeader(kind: Kind, at: number, key: Key): number {
    // Cookies are `name=value` pairs; prose about a cookie is not.
    const isValue = (kind !== "cookie" || this.isPair(at, key)) && !isExpression(this.text, at) && !this.isCode(at, key)
    return isValue ? this.hide(at, this.endOfHeader(at, key)) : at
  }

  // The slowest checks come last.
  private hideWord(isAssigned: boolean, isAdjacent: boolean, at: number, { name }: Key): number {
    const end = this.endOfWord(at, isAssigned ? this.parameters : this.words)
    const isValue = ((isAssigned && isAdjacent) || this.looksSecret(at, end)) && !isExpression(this.text, at) &&
      !isInnocent(name, this.text, at, end)
    return isValue ? this.hide(at, end) : at
  }

  /** Whether this is code, where keys may look like headers: `{ apiKey: string }`. */
  private isCode(at: number, { name }: Key): boolean {
    return isInnocent(name, this.text, at, this.words.next(at)) ||
      (!/authorization$/i.test(name) && isNameInCode(this.text, at))
  }

  private isPair(at: number, { opened }: Key): boolean {
    const equals = this.equals.next(at)
    return equals < this.lines.next(at) && (opened !== "'" || equals < this.apostrophes.next(at))
  }

  /** The end of the line, past quoted parameters; a quoted header ends at its closing quote. */
  private endOfHeader(at: number, { opened }: Key): number {
    for (let end = at;; end++) {
      end = endOfLineOrQuote(this.text, end)
      const stop = this.text[end]
      const level = endOfBackslashes(this.text, end) - end
      if (this.text[end + level] === "\"" && this.text[end - 1] === "=" && (level > 0 || opened !== stop)) {
        end = endOfQuoted(this.text, end + level + 1, "\"", level) + level
      } else if (stop !== "'" || opened === stop) {
        return end
      }
    }
  }

  /** The end of the word; after the scheme of a credential, the end of the next word: `Bearer abc`. */
  private endOfWord(at: number, stops: Lookahead): number {
    const end = stops.next(at)
    scheme.lastIndex = at
    return end - at <= longestScheme && isSpace(codeAt(this.text, end)) && scheme.test(this.text)
      ? stops.next(skipSpaces(this.text, end))
      : end
  }
}
