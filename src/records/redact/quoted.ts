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
