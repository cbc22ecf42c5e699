/**
 * What the rules need to scan a text in linear time, once from start to end.
 *
 * A rule that searches to the end of the text for every key takes quadratic time on a text full of keys. A `Lookahead` remembers what it found.
 * The trap: it reads each character only once if the positions passed to it never decrease.
 */
import { redacted } from "../text.js"

/** The code of a character; 0 outside of the text, where V8 would deoptimize `charCodeAt`. */
export const codeAt = (text: string, at: number): number => at >= 0 && at < text.length ? text.charCodeAt(at) : 0

export const isSpace = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13

/** The role of a character near a key. */
const outside = 0
export const ofKey = 1
export const quoting = 2
export const space = 3

/** One table lookup is faster than comparing with each range. */
const kinds = /* @__PURE__ */ Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  return /[\w.-]/.test(character) ? ofKey : /["']/.test(character) ? quoting : isSpace(code) ? space : outside
})

export const kindOf = (code: number): number => code < 128 ? kinds[code]! : outside

/** Finds the position of something at or after `from`; the text's length if there is none. */
export type Search = (text: string, from: number) => number

/** Up to this distance, a loop is faster than a native search, in characters. */
const near = 16

/** Finds a character by its code. */
export const ofCode = (code: number): Search => {
  const character = String.fromCharCode(code)
  return (text, from) => {
    const stop = Math.min(text.length, from + near)
    for (let at = from; at < stop; at++) {
      if (text.charCodeAt(at) === code) {
        return at
      }
    }
    const found = text.indexOf(character, stop)
    return found < 0 ? text.length : found
  }
}

/** Finds a match of a single character. */
export const ofMatch = (pattern: RegExp): Search => {
  const global = new RegExp(pattern.source, "g")
  return (text, from) => {
    global.lastIndex = from
    return global.test(text) ? global.lastIndex - 1 : text.length
  }
}

/** Finds one of several characters. */
export const oneOf = (characters: RegExp): Search => {
  const isOne = Uint8Array.from({ length: 128 }, (_, code) => Number(characters.test(String.fromCharCode(code))))
  const distant = ofMatch(characters)
  return (text, from) => {
    const stop = Math.min(text.length, from + near)
    for (let at = from; at < stop; at++) {
      const code = text.charCodeAt(at)
      if (code >= 128) {
        return distant(text, at)
      }
      if (isOne[code] === 1) {
        return at
      }
    }
    return distant(text, stop)
  }
}

/** Remembers what a search found, or that there is nothing more. */
export class Lookahead {
  private from = 0
  private found = -1

  constructor(private readonly text: string, private readonly search: Search) {}

  /** Position of the next match at or after `at`; the text's length if there is none. */
  next(at: number): number {
    if (at > this.found || at < this.from) {
      this.from = at
      this.found = this.search(this.text, at)
    }
    return this.found
  }
}

const firstOfRedacted = redacted.charCodeAt(0)

/** Whether there is a `<redacted>` at this position. */
export const isRedactedAt = (text: string, at: number): boolean =>
  codeAt(text, at) === firstOfRedacted && text.startsWith(redacted, at)

/** Whether a range is empty or already hidden. */
export const isHidden = (text: string, start: number, end: number): boolean =>
  start >= end || (end - start === redacted.length && isRedactedAt(text, start))

/** Flattening shorter texts does not make searching them faster, in characters. */
const shortestInPieces = 1024

/** The same text, flattened. V8 keeps a concatenated string as pieces, and reading a character of it takes a third longer; `split` flattens it. */
export const inOnePiece = (text: string): string => {
  const whole = text.length < shortestInPieces ? text : text.split("\uffff", 1)[0]!
  return whole.length === text.length ? whole : text
}

/** Copies a text and replaces parts of it, in order. */
export class Rewriter {
  private out = ""
  /** The text after `out`, flattened while it is short: V8 keeps a concatenated string as a tree, and flattening a large one takes long. */
  private tail = ""
  private copied = 0

  constructor(private readonly text: string) {}

  replace(start: number, end: number, standIn: string): void {
    this.tail += this.text.slice(this.copied, start) + standIn
    this.copied = end
    if (this.tail.length > longestTail) {
      this.out += inOnePiece(this.tail)
      this.tail = ""
    }
  }

  finish(): string {
    return this.copied === 0 ? this.text : inOnePiece(this.out + this.tail + this.text.slice(this.copied))
  }
}

/** A longer tail is flattened, in characters. */
const longestTail = 4096

const telling = /* @__PURE__ */ oneOf(/[\d!@#$%^&*+=~_]/)
const notPunctuation = /* @__PURE__ */ oneOf(/[^.!?]/)

/** Tests whether a range of the text looks like a secret rather than a word in a sentence. Punctuation at its end does not count. */
export const looksSecretIn = (text: string): (start: number, end: number) => boolean => {
  const marks = new Lookahead(text, telling)
  const others = new Lookahead(text, notPunctuation)
  return (start, end) => {
    const mark = marks.next(start)
    return end - start >= 4 && mark < end && (text[mark] !== "!" || others.next(mark) < end)
  }
}
