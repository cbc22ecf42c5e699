/**
 * What the rules share to scan a text in linear time: from start to end, once.
 *
 * A rule that searches to the end of the text for every key takes quadratic time on a text full of keys. A `Lookahead` remembers what it found instead.
 * The one trap: it reads each character once only if the positions passed to it never decrease.
 */
import { redacted } from "../text.js"

/** The code of a character; 0 outside the text, where V8 would stop optimizing `charCodeAt`. */
export const codeAt = (text: string, at: number): number => at >= 0 && at < text.length ? text.charCodeAt(at) : 0

export const isSpace = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13

/** What a character is to a key. */
const outside = 0
export const ofKey = 1
export const quoting = 2
export const space = 3

/** One look into a table is faster than to compare with each range. */
const kinds = /* @__PURE__ */ Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  return /[\w.-]/.test(character) ? ofKey : /["']/.test(character) ? quoting : isSpace(code) ? space : outside
})

export const kindOf = (code: number): number => code < 128 ? kinds[code]! : outside

/** Finds the next character of a kind and remembers its position, or that there is none. */
export class Lookahead {
  private from = 0
  private found = -1

  /** `kind` is the code of a character, or matches a single one and has the flag `g`. */
  constructor(private readonly text: string, private readonly kind: RegExp | number) {}

  /** Position of the next match at or after `at`; the text's length if there is none. */
  next(at: number): number {
    if (at > this.found || at < this.from) {
      this.from = at
      this.found = typeof this.kind === "number"
        ? indexOfCode(this.text, this.kind, at)
        : indexOfMatch(this.text, at, this.kind)
    }
    return this.found
  }
}

/** Position of the next character that matches; the text's length if there is none. */
export const indexOfMatch = (text: string, from: number, kind: RegExp): number => {
  kind.lastIndex = from
  return kind.test(text) ? kind.lastIndex - 1 : text.length
}

/** As far as it is faster to look oneself than to ask V8 for a search, in characters. */
const near = 16

/** Position of a character at or after `from`, by its code; the text's length if there is none. */
export const indexOfCode = (text: string, code: number, from: number): number => {
  const stop = Math.min(text.length, from + near)
  for (let at = from; at < stop; at++) {
    if (text.charCodeAt(at) === code) {
      return at
    }
  }
  const found = text.indexOf(String.fromCharCode(code), stop)
  return found < 0 ? text.length : found
}

const firstOfRedacted = redacted.charCodeAt(0)

/** Whether something hidden stands here. */
export const isRedactedAt = (text: string, at: number): boolean =>
  codeAt(text, at) === firstOfRedacted && text.startsWith(redacted, at)

/** Whether a range is empty or already hidden. */
export const isHidden = (text: string, start: number, end: number): boolean =>
  start >= end || (end - start === redacted.length && isRedactedAt(text, start))

/** Shorter texts are searched as fast in several pieces, in characters. */
const shortestInPieces = 1024

/** The same text in one piece. V8 keeps the pieces of a joined text, and reading a character of it takes a third longer; a split makes it one. */
export const inOnePiece = (text: string): string => {
  const whole = text.length < shortestInPieces ? text : text.split("\uffff", 1)[0]!
  return whole.length === text.length ? whole : text
}

/** Copies a text and replaces parts of it, in order. */
export class Rewriter {
  private out = ""
  private copied = 0

  constructor(private readonly text: string) {}

  replace(start: number, end: number, standIn: string): void {
    this.out += this.text.slice(this.copied, start) + standIn
    this.copied = end
  }

  finish(): string {
    return this.copied === 0 ? this.text : inOnePiece(this.out + this.text.slice(this.copied))
  }
}

const telling = /[\d!@#$%^&*+=~_]/g
const notPunctuation = /[^.!?]/g

/** Tests whether a range of the text looks like a secret rather than a word of a sentence. Punctuation at its end does not count. */
export const looksSecretIn = (text: string): (start: number, end: number) => boolean => {
  const marks = new Lookahead(text, telling)
  const others = new Lookahead(text, notPunctuation)
  return (start, end) => {
    const mark = marks.next(start)
    return end - start >= 4 && mark < end && (text[mark] !== "!" || others.next(mark) < end)
  }
}
