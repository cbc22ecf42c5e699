/**
 * Other names for users: the same user has the same one, and who has not the key cannot tell whose it is.
 *
 * It is a pseudonym, not anonymity: whoever holds the key can try all users, and what a user did is still linked.
 */
import { remembered } from "../remembered.js"
import { hmacSha256 } from "./sha256.js"

const form = /^u_[0-9a-f]{32}$/

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")

/**
 * Gives `u_` and 32 hexadecimal digits (128 bits of an HMAC-SHA-256) for a user. A name of that form is left as it is: what passes here twice, on
 * its way to a tracer of somebody else's, has one pseudonym.
 */
export const pseudonyms = (key: Uint8Array): (user: string) => string => {
  const encoder = new TextEncoder()
  const made = remembered(1024, (user) => `u_${hex(hmacSha256(key, encoder.encode(user)).subarray(0, 16))}`)
  return (user) => form.test(user) ? user : made(user)
}
