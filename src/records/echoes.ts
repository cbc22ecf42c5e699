/**
 * Hides secrets that a receiver echoes: header values, and the password in its address. Redaction rules only recognize secrets of a known form, but
 * the sender knows all of them.
 */
import { redacted } from "./text.js"

/** Shorter values are not treated as secrets: they occur in too many words. */
const shortest = 6

/** Percent-decodes a part of an address; returns it unchanged if it is malformed. */
export const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** The secrets sent to a receiver, longest first: header values, as a whole and word by word, and the login in the address. */
export const sentSecrets = (
  address: string,
  headers: { readonly [name: string]: string }
): ReadonlyArray<string> => {
  const { password, username } = new URL(address)
  return [...Object.values(headers), decoded(username), decoded(password)]
    .flatMap((value) => [value, ...value.split(/\s+/)])
    .filter((value) => value.length >= shortest)
    .sort((one, other) => other.length - one.length)
}

/** The text with these secrets hidden. */
export const withoutEchoes = (text: string, secrets: ReadonlyArray<string>): string =>
  secrets.reduce((safe, secret) => safe.replaceAll(secret, redacted), text)
