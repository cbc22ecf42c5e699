/**
 * What the rules share to scan a text in linear time: from start to end, once.
 *
 * A rule that searches to the end of the text for every key takes quadratic time on a text full of keys. A `Lookahead` remembers what it found instead.
 * The one trap: it reads each character once only if the positions passed to it never decrease.
 */
import { redacted } from "../text.js"

/** The code of a character; 0 outside the text, where V8 would stop optimizing `charCodeAt`. */
export const codeAt = (text: string, at: number): number => at >= 0 && at < text.length ? text.charCodeAt(at) : 0

/** Finds the next character of a kind and remembers its position, or that there is none. */
export class Lookahead {
  private from = 0
  private found = -1

  /** `kind` matches a single character and has the flag `g`. */
  constructor(private readonly text: string, private readonly kind: RegExp) {}

  /** Position of the next match at or after `at`; the text's length if there is none. */
  next(at: number): number {
    if (at > this.found || at < this.from) {
      this.from = at
      this.found = indexOfMatch(this.text, at, this.kind)
    }
    return this.found
  }
}

/** Position of the next character that matches; the text's length if there is none. */
export const indexOfMatch = (text: string, from: number, kind: RegExp): number => {
  kind.lastIndex = from
  return kind.test(text) ? kind.lastIndex - 1 : text.length
}

/** Whether a range is empty or already hidden. */
export const isHidden = (text: string, start: number, end: number): boolean =>
  start >= end || (end - start === redacted.length && text.startsWith(redacted, start))

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
    return this.copied === 0 ? this.text : this.out + this.text.slice(this.copied)
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
