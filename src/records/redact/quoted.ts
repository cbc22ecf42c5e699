/**
 * Finds where quoted and bracketed values end in a text that may contain nested JSON strings.
 *
 * At the first level a quote has no backslash before it, inside a JSON string one, and one level deeper three. Every function here reads each
 * character once.
 */

/** The number of backslashes right before a position, not looking further back than `least`. */
export const backslashesBefore = (text: string, at: number, least: number): number => {
  let start = at
  while (start > least && text[start - 1] === "\\") {
    start--
  }
  return at - start
}

/** Position after the backslashes at `from`. */
export const endOfBackslashes = (text: string, from: number): number => {
  let at = from
  while (text[at] === "\\") {
    at++
  }
  return at
}

/**
 * Where the content that begins at `from` ends: before the backslashes and the quote that close it. `level` is the number of backslashes before the
 * opening quote. Returns the text's length if nothing closes it.
 */
export const endOfQuoted = (text: string, from: number, quote: string, level: number): number => {
  const period = 2 * (level + 1)
  for (let at = text.indexOf(quote, from), least = from; at >= 0; least = at + 1, at = text.indexOf(quote, at + 1)) {
    const backslashes = backslashesBefore(text, at, least)
    // Fewer backslashes than before the opening quote: the enclosing string ends here.
    if (backslashes < level) {
      return at - backslashes
    }
    if (backslashes % period === level) {
      return at - level
    }
  }
  return text.length
}

/** The position after the bracket that closes the one at `from`; the text's length if nothing closes it. */
export const endOfBrackets = (text: string, from: number, level: number): number => {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const character = text[at]!
    if (character === "\"") {
      at = endOfQuoted(text, at + 1, "\"", level) + level
    } else if (character === "{" || character === "[") {
      depth++
    } else if ((character === "}" || character === "]") && --depth === 0) {
      return at + 1
    }
  }
  return text.length
}

/** A text with more kinds of unclosed quotes than this is hostile: everything after the next such quote counts as its value. */
const mostUnclosed = 4

/** Finds where quoted values end and remembers which kinds of quotes are never closed, so that it searches to the end once per kind. */
export class Quotes {
  private readonly unclosed: Array<number> = []

  constructor(private readonly text: string) {}

  /** Where the content that starts at `from` ends; `undefined` if it is never closed. */
  end(from: number, quote: string, level: number): number | undefined {
    const kind = quote === "'" ? -1 - level : level
    if (this.unclosed.includes(kind)) {
      return undefined
    }
    const end = endOfQuoted(this.text, from, quote, level)
    if (end < this.text.length) {
      return end
    }
    this.unclosed.push(kind)
    return this.unclosed.length > mostUnclosed ? end : undefined
  }
}
