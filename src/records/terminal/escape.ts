/**
 * Escapes untrusted text for a terminal, so that a name, key, value or message stays within its line and its field.
 *
 * Anything in a record may come from an attacker (model output, tool arguments, headers). Control characters move the cursor or clear the screen,
 * bidirectional controls reorder text, a newline forges a line, and a comma forges a field.
 */

// Control characters; line and paragraph separators; Unicode's default-ignorable characters (bidi and zero-width controls, invisible operators,
// fillers, tag characters) except variation selectors, which choose between an emoji and its plain form; interlinear annotations.
const unsafe =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}\ufff9-\ufffb]|(?!\p{Variation_Selector})\p{Default_Ignorable_Code_Point}/gu

const short: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u001b": "\\e", "\u0000": "\\0" }

const escapeOne = (character: string): string => {
  const known = short[character]
  if (known !== undefined) {
    return known
  }
  const code = character.codePointAt(0)!
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`
}

/** Matches text without separators or characters to escape: most names, keys and values. Cheaper than testing for either. */
const bare = /^[!#-'*+\--<>-Z^-~\\]+$/

/** Escapes every character that is not visible. */
export const escapeText = (value: string): string => value.replace(unsafe, escapeOne)

// Backslashes inside quotes are doubled; otherwise a backslash before a quote would end the field early.
const quote = (value: string): string => `"${escapeText(value.replace(/["\\]/g, "\\$&"))}"`

/** Escapes a value or key, and quotes it if it contains a separator. */
export const escapeField = (value: string): string => bare.test(value) ? value : escapeUnusualField(value)

const escapeUnusualField = (value: string): string => {
  const escaped = escapeText(value)
  return escaped === "" || /[\s,="]/.test(escaped) ? quote(value) : escaped
}

/** Escapes the name of a span or metric, and quotes it if it could be mistaken for the beginning or the rest of a line. */
export const escapeName = (value: string): string => bare.test(value) ? value : escapeUnusualName(value)

const escapeUnusualName = (value: string): string => {
  const escaped = escapeText(value)
  return /^[\s•▸★]|[,="()[\]]|\s$/.test(escaped) ? quote(value) : escaped
}
