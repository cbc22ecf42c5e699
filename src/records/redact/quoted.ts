/**
 * Where quoted and bracketed values end in a text that may be JSON inside of JSON.
 *
 * At the first level a quote stands alone, inside a JSON string it has one backslash before it, one level deeper three. Every function here looks at
 * each character once.
 */

/** How many backslashes stand right before a place, not looking further back than `least`. */
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
 * Where the content of a quoted value ends that begins at `from`: before the backslashes and the quote that close it. `level` is how many
 * backslashes stand before its own quotes. The text's length where nothing closes it.
 */
export const endOfQuoted = (text: string, from: number, quote: string, level: number): number => {
  const period = 2 * (level + 1)
  for (let at = text.indexOf(quote, from), least = from; at >= 0; least = at + 1, at = text.indexOf(quote, at + 1)) {
    const backslashes = backslashesBefore(text, at, least)
    // Fewer than its own: the string around it ends here.
    if (backslashes < level) {
      return at - backslashes
    }
    if (backslashes % period === level) {
      return at - level
    }
  }
  return text.length
}

/** The place after the bracket that closes the one at `from`; the text's length where none does. */
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

/** With more kinds of unclosed quotes than this, a text is hostile: everything after the next one is taken for its value. */
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
