/**
 * Generates span and trace ids.
 *
 * Random ids come from a pool of random bytes: requesting eight bytes at a time from the system costs more than the rest of a span. They are not
 * substrings of one long string: OpenTelemetry's SDK reads a parent's id digit by digit for every child, which is slow for substrings. All-zero ids
 * are invalid (W3C Trace Context) and never returned.
 */

/** A source of ids: lower-case hexadecimal digits. `traceId` is called once per trace, `spanId` once per span. */
export interface IdSource {
  /** 32 digits. */
  readonly traceId: () => string
  /** 16 digits. */
  readonly spanId: () => string
}

const pool = new Uint8Array(4096)
let used = pool.length

/** The index of the next eight unused bytes of the pool. */
const nextEight = (): number => {
  if (used === pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  used += 8
  return used - 8
}

const codes = new TextEncoder().encode("0123456789abcdef")
const high = (at: number): number => codes[pool[at]! >> 4]!
const low = (at: number): number => codes[pool[at]! & 15]!

const noId = "0".repeat(16)

/** Sixteen digits, not all of them zero. */
const sixteenDigits = (): string => {
  const at = nextEight()
  const digits = String.fromCharCode(
    high(at),
    low(at),
    high(at + 1),
    low(at + 1),
    high(at + 2),
    low(at + 2),
    high(at + 3),
    low(at + 3),
    high(at + 4),
    low(at + 4),
    high(at + 5),
    low(at + 5),
    high(at + 6),
    low(at + 6),
    high(at + 7),
    low(at + 7)
  )
  return digits === noId ? sixteenDigits() : digits
}

/** Ids from the platform's cryptographic random numbers. */
export const randomIds: IdSource = { traceId: () => sixteenDigits() + sixteenDigits(), spanId: sixteenDigits }

/** A random UUID (RFC 9562, version 4). */
export const randomUuid = (): string => crypto.randomUUID()

/** Ids that count from 1, for tests that compare whole records. Each source has its own counters. */
export const sequentialIds = (): IdSource => {
  let traces = 0
  let spans = 0
  return {
    traceId: () => (++traces).toString(16).padStart(32, "0"),
    spanId: () => (++spans).toString(16).padStart(16, "0")
  }
}

const tracePattern = /^(?!0{32})[0-9a-f]{32}$/
const spanPattern = /^(?!0{16})[0-9a-f]{16}$/

/** Whether both ids are valid by W3C Trace Context; ids from outside the program may be anything. */
export const areValidIds = (traceId: string, spanId: string): boolean =>
  tracePattern.test(traceId) && spanPattern.test(spanId)
