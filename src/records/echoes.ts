/**
 * A receiver may echo what it was told in confidence: the values of headers, a password in its address. No rule recognizes one without a form of its own,
 * but the sender knows it.
 */
import { redacted } from "./text.js"

/** Shorter values say too little to be a secret, and are part of too many words. */
const shortest = 6

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** What must not come back: the values of these headers, whole and word by word, and the login in the address. The longest comes first. */
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

/** The text without them. */
export const withoutEchoes = (text: string, secrets: ReadonlyArray<string>): string =>
  secrets.reduce((safe, secret) => safe.replaceAll(secret, redacted), text)
