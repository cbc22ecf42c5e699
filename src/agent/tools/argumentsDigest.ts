/**
 * A digest of a tool call's arguments, so that readers can detect repeated calls even if content is not recorded.
 *
 * Arguments are often guessable, such as phone numbers, and a plain hash would reveal them to anyone who tries them all. The digest is therefore
 * keyed: SHA-256 of a random key followed by the arguments. The key lives as long as the process and is never recorded. Equal digests mean equal
 * arguments within one process, and nothing more.
 */
import { hex, sha256 } from "../../records/sha256.js"

let key: Uint8Array | undefined

const encoder = new TextEncoder()

/** Twelve hexadecimal digits (48 bits); the order of keys in objects does not matter. `undefined` for arguments that are not JSON. */
export const argumentsDigest = (params: unknown): string | undefined => {
  key ??= crypto.getRandomValues(new Uint8Array(16))
  try {
    const canonical = encoder.encode(JSON.stringify(params, (_, value: unknown) => sorted(value)) ?? "")
    const message = new Uint8Array(key.length + canonical.length)
    message.set(key)
    message.set(canonical, key.length)
    return hex(sha256(message).subarray(0, 6))
  } catch {
    return undefined
  }
}

const sorted = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return value
  }
  const keys = Object.keys(value)
  return keys.every((key, index) => index === 0 || keys[index - 1]! < key)
    ? value
    : Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))
}
