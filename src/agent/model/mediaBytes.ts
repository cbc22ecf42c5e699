/**
 * Decodes media that is written as text: base64, or the percent encoding of a `data:` URL. The work is linear and done in pieces.
 */
import * as Effect from "effect/Effect"

/** Work in pieces. It yields to let the process do other work. */
export type Paced<A> = Generator<undefined, A>

/** Characters per piece: less than a millisecond of work, a few milliseconds while the process warms up. */
export const pieceLength = 131_072

/** Lets the process do other work. */
const pause = Effect.promise(() => new Promise<void>((resolve) => setTimeout(resolve, 0)))

/** Does the work, with a pause after each piece. */
export const inPieces = <A>(work: Paced<A>): Effect.Effect<A> =>
  Effect.suspend(() => {
    const next = work.next()
    return next.done === true ? Effect.succeed(next.value) : Effect.zipRight(pause, inPieces(work))
  })

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/** White space (RFC 2045 wraps lines) and padding, which carry no bits. */
const empty = 64

const foreign = 65

/** The value of each character: six bits, `empty` or `foreign`. Covers both alphabets of RFC 4648. */
const values = new Uint8Array(128).fill(foreign)
for (const [value, letter] of [...letters].entries()) {
  values[letter.charCodeAt(0)] = value
}
for (
  const [letter, value] of [["-", 62], ["_", 63], ["=", empty], ["\n", empty], ["\r", empty], [" ", empty], [
    "\t",
    empty
  ]] as const
) {
  values[letter.charCodeAt(0)] = value
}

/** Decodes base64, plain or URL-safe, padded or not; `undefined` if the text is not base64. */
export function* base64Bytes(text: string): Paced<Uint8Array | undefined> {
  const bytes = new Uint8Array(Math.ceil(text.length * 0.75))
  let size = 0
  let bits = 0
  let held = 0
  for (let from = 0; from < text.length; from += pieceLength) {
    if (from > 0) {
      yield
    }
    const to = Math.min(text.length, from + pieceLength)
    for (let at = from; at < to; at++) {
      const value = values[text.charCodeAt(at)] ?? foreign
      if (value < empty) {
        bits = (bits << 6) | value
        held += 6
        if (held >= 8) {
          held -= 8
          bytes[size++] = bits >> held
          bits &= (1 << held) - 1
        }
      } else if (value === foreign) {
        return undefined
      }
    }
  }
  return bytes.subarray(0, size)
}

const percent = 0x25

const hexDigit = (code: number | undefined): number =>
  code === undefined ? NaN : parseInt(String.fromCharCode(code), 16)

/** Decodes percent encoding: `%` and two hexadecimal digits (RFC 3986). */
export function* percentBytes(text: string): Paced<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  let size = 0
  let pauseAt = pieceLength
  for (let at = 0; at < bytes.length; at++) {
    if (at >= pauseAt) {
      pauseAt += pieceLength
      yield
    }
    const byte = bytes[at] === percent ? hexDigit(bytes[at + 1]) * 16 + hexDigit(bytes[at + 2]) : NaN
    bytes[size++] = Number.isNaN(byte) ? bytes[at]! : byte
    at += Number.isNaN(byte) ? 0 : 2
  }
  return bytes.subarray(0, size)
}
