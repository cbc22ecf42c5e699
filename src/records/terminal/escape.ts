/**
 * Foreign text on a terminal: whatever a name, key, value or message holds, it stays within its line and its field.
 *
 * Everything in a record may be an attacker's text (model output, tool arguments, headers). Control characters would move the cursor or
 * clear the screen, bidirectional controls reorder what is read, a newline forges a line, a comma forges a field.
 */

// C0, DEL, C1; line and paragraph separator; bidi and zero-width controls; interlinear annotations; tag characters.
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu

const short: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u001b": "\\e", "\u0000": "\\0" }

const escapeOne = (character: string): string => {
  const known = short[character]
  if (known !== undefined) {
    return known
  }
  const code = character.codePointAt(0)!
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`
}

/** Most names, keys and values: nothing to escape, and nothing that separates anything. To see that costs less than to look for either. */
const bare = /^[!#-'*+\--<>-Z^-~\\]+$/

/** The text with every character that is not plainly visible written as an escape. */
export const escapeText = (value: string): string => value.replace(unsafe, escapeOne)

// A backslash inside quotes is doubled: else one before a quote would end the field early.
const quote = (value: string): string => `"${escapeText(value.replace(/["\\]/g, "\\$&"))}"`

/** A value or key: quoted where it holds what separates fields. */
export const escapeField = (value: string): string => bare.test(value) ? value : escapeUnusualField(value)

const escapeUnusualField = (value: string): string => {
  const escaped = escapeText(value)
  return escaped === "" || /[\s,="]/.test(escaped) ? quote(value) : escaped
}

/** A span's or metric's name: quoted where it could be taken for the beginning or the rest of a line. */
export const escapeName = (value: string): string => bare.test(value) ? value : escapeUnusualName(value)

const escapeUnusualName = (value: string): string => {
  const escaped = escapeText(value)
  return /^[\s•▸]|[,="()[\]]|\s$/.test(escaped) ? quote(value) : escaped
}
