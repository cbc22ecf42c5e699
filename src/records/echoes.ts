/**
 * Hides secrets that a receiver echoes: header values, a password in its address. Redaction rules only recognize secrets with a known form, but the
 * sender knows all of them.
 */
import { redacted } from "./text.js"

/** Shorter values are not secrets, and occur in too many words. */
const shortest = 6

/** Percent-decodes a part of an address; returns the part itself if it is malformed. */
export const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** The values of these headers, whole and word by word, and the login in the address, longest first. */
export const confided = (
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
