/**
 * A digest of a tool call's arguments, so that readers can detect repeated calls even if content is not recorded.
 *
 * Arguments are often guessable, such as phone numbers, and a plain hash would reveal them to anyone who tries them all. The digest is therefore
 * keyed (HMAC-SHA-256) with a random key that lives as long as the process and is never recorded. Equal digests mean equal arguments within one
 * process, and nothing more.
 */
import { hex, hmacSha256, sha256 } from "../../records/sha256.js"

let key: Uint8Array | undefined

/** Twelve hexadecimal digits (48 bits); the order of keys in objects does not matter. `undefined` for arguments that are not JSON. */
export const argumentsDigest = (params: unknown): string | undefined => {
  key ??= crypto.getRandomValues(new Uint8Array(32))
  try {
    const canonical = JSON.stringify(params, (_, value: unknown) => sorted(value)) ?? ""
    return hex(hmacSha256(key, sha256(new TextEncoder().encode(canonical))).subarray(0, 6))
  } catch {
    return undefined
  }
}

const sorted = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))
    : value
