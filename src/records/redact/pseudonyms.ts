/**
 * Pseudonyms for users: the same user always gets the same pseudonym, and only the key links it to the user.
 *
 * This is not anonymisation: anyone with the key can try all users, and the records of one user remain linked.
 */
import { memoize } from "../memoize.js"
import { hex, hmacSha256 } from "../sha256.js"

const form = /^u_[0-9a-f]{32}$/

/**
 * Returns `u_` and 32 hexadecimal digits (128 bits of an HMAC-SHA-256) for a user. A name that already has this form is returned unchanged, so a user
 * that is replaced twice, on the way to another tracer, keeps one pseudonym.
 */
export const pseudonyms = (key: Uint8Array): (user: string) => string => {
  const encoder = new TextEncoder()
  const made = memoize(1024, (user) => `u_${hex(hmacSha256(key, encoder.encode(user)).subarray(0, 16))}`)
  return (user) => form.test(user) ? user : made(user)
}
