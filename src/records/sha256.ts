/**
 * SHA-256 (FIPS 180-4) and HMAC (RFC 2104).
 *
 * Implemented here because a tracer is synchronous, and the platform's own functions are asynchronous or exist only in Node. Not constant-time.
 */

const blockBytes = 64

/** The first 32 bits of the fractional part of a root. */
const fraction = (root: number): number => Math.floor((root - Math.floor(root)) * 2 ** 32) | 0

const primes = (count: number): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) {
      found.push(candidate)
    }
  }
  return found
}

const constants = /* @__PURE__ */ primes(64).map((prime) => fraction(Math.cbrt(prime)))
const initial = /* @__PURE__ */ primes(8).map((prime) => fraction(Math.sqrt(prime)))

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

/** The message, a one bit, zeros, and its length in bits. */
const padded = (message: Uint8Array): DataView => {
  const bytes = new Uint8Array(Math.ceil((message.length + 9) / blockBytes) * blockBytes)
  bytes.set(message)
  bytes[message.length] = 0x80
  const view = new DataView(bytes.buffer)
  view.setUint32(bytes.length - 8, Math.floor(message.length / 2 ** 29))
  view.setUint32(bytes.length - 4, message.length << 3)
  return view
}

const scheduled = (words: Int32Array, index: number): number => {
  const early = words[index - 15]!
  const late = words[index - 2]!
  const first = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)
  const second = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10)
  return words[index - 16]! + first + words[index - 7]! + second
}

/** Adds one block to the hash. */
const compress = (hash: Int32Array, block: DataView, offset: number): void => {
  const words = new Int32Array(64)
  let [a, b, c, d, e, f, g, h] = hash as unknown as [number, number, number, number, number, number, number, number]
  for (let index = 0; index < 64; index++) {
    words[index] = index < 16 ? block.getInt32(offset + index * 4) : scheduled(words, index)
    const choice = (e & f) ^ (~e & g)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const first = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + constants[index]! + words[index]!
    const second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0]
  }
  ;[a, b, c, d, e, f, g, h].forEach((word, index) => hash[index]! += word)
}

/** The 32 bytes of SHA-256. */
export const sha256 = (message: Uint8Array): Uint8Array => {
  const view = padded(message)
  const hash = Int32Array.from(initial)
  for (let offset = 0; offset < view.byteLength; offset += blockBytes) {
    compress(hash, view, offset)
  }
  const bytes = new DataView(new ArrayBuffer(32))
  hash.forEach((word, index) => bytes.setInt32(index * 4, word))
  return new Uint8Array(bytes.buffer)
}

/** The 32 bytes of HMAC-SHA-256. */
export const hmacSha256 = (key: Uint8Array, message: Uint8Array): Uint8Array => {
  const block = new Uint8Array(blockBytes)
  block.set(key.length > blockBytes ? sha256(key) : key)
  const hashed = (pad: number, rest: Uint8Array) => sha256(Uint8Array.of(...block.map((byte) => byte ^ pad), ...rest))
  return hashed(0x5c, hashed(0x36, message))
}

/** Bytes as lower-case hexadecimal digits. */
export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")

const encoder = new TextEncoder()

/** The first twelve hexadecimal digits (48 bits) of a string's SHA-256. They tell strings apart but do not hide them: short ones can be guessed. */
export const shortDigest = (text: string): string => hex(sha256(encoder.encode(text)).subarray(0, 6))
