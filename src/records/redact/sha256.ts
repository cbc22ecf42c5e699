/**
 * SHA-256 (FIPS 180-4) and HMAC (RFC 2104) without waiting: a tracer is synchronous, the platform's own are not, or are Node's alone.
 *
 * For pseudonyms of short texts. It is not written to resist somebody who can measure how long it takes; tests compare it with Node's.
 */

const blockBytes = 64

/** The first 32 bits of the fractional part of a root of a prime. */
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

const constants = primes(64).map((prime) => fraction(Math.cbrt(prime)))
const initial = primes(8).map((prime) => fraction(Math.sqrt(prime)))

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

/** The message, a one, zeros, and its length in bits. */
const padded = (message: Uint8Array): DataView => {
  const bytes = new Uint8Array(Math.ceil((message.length + 9) / blockBytes) * blockBytes)
  bytes.set(message)
  bytes[message.length] = 0x80
  const view = new DataView(bytes.buffer)
  view.setUint32(bytes.length - 8, Math.floor(message.length / 2 ** 29))
  view.setUint32(bytes.length - 4, message.length << 3)
  return view
}

const schedule = (view: DataView, offset: number, words: Int32Array): void => {
  for (let index = 0; index < 16; index++) {
    words[index] = view.getInt32(offset + index * 4)
  }
  for (let index = 16; index < 64; index++) {
    const early = words[index - 15]!
    const late = words[index - 2]!
    const first = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)
    const second = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10)
    words[index] = words[index - 16]! + first + words[index - 7]! + second
  }
}

type State = [number, number, number, number, number, number, number, number]

const round = ([a, b, c, d, e, f, g, h]: State, word: number, constant: number): State => {
  const choice = (e & f) ^ (~e & g)
  const majority = (a & b) ^ (a & c) ^ (b & c)
  const first = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + constant + word
  const second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority
  return [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g]
}

/** The 32 bytes of SHA-256. */
export const sha256 = (message: Uint8Array): Uint8Array => {
  const view = padded(message)
  const hash = Int32Array.from(initial)
  const words = new Int32Array(64)
  for (let offset = 0; offset < view.byteLength; offset += blockBytes) {
    schedule(view, offset, words)
    let state = [...hash] as State
    for (let index = 0; index < 64; index++) {
      state = round(state, words[index]!, constants[index]!)
    }
    state.forEach((word, index) => hash[index] = hash[index]! + word)
  }
  const bytes = new DataView(new ArrayBuffer(32))
  hash.forEach((word, index) => bytes.setInt32(index * 4, word))
  return new Uint8Array(bytes.buffer)
}

const concat = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

/** The 32 bytes of HMAC-SHA-256. */
export const hmacSha256 = (key: Uint8Array, message: Uint8Array): Uint8Array => {
  const block = new Uint8Array(blockBytes)
  block.set(key.length > blockBytes ? sha256(key) : key)
  const inner = sha256(concat(block.map((byte) => byte ^ 0x36), message))
  return sha256(concat(block.map((byte) => byte ^ 0x5c), inner))
}
