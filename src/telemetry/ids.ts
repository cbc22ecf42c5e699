/**
 * Where span and trace ids come from.
 *
 * Random ids are cut from a pool of random bytes that is turned into hexadecimal text in one go: asking the system for sixteen
 * bytes at a time costs more than the rest of a span. All-zero ids are invalid (W3C Trace Context) and never handed out.
 */

/** A source of ids. Both functions return lower-case hexadecimal digits and are called once a span, once a trace. */
export interface IdSource {
  /** 32 digits. */
  readonly traceId: () => string
  /** 16 digits. */
  readonly spanId: () => string
}

const poolBytes = 4096
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

const randomHex = (bytes: Uint8Array): string => {
  crypto.getRandomValues(bytes)
  let hex = ""
  for (const byte of bytes) {
    hex += hexOfByte[byte]
  }
  return hex
}

const makeRandom = (): IdSource => {
  const bytes = new Uint8Array(poolBytes)
  let pool = ""
  let used = 0
  const take = (digits: number): string => {
    if (used + digits > pool.length) {
      pool = randomHex(bytes)
      used = 0
    }
    const id = pool.slice(used, used + digits)
    used += digits
    return isZero(id) ? take(digits) : id
  }
  return { traceId: () => take(32), spanId: () => take(16) }
}

const isZero = (id: string): boolean => id.charCodeAt(0) === 48 && /^0+$/.test(id)

/** Ids from the platform's cryptographic random numbers. */
export const randomIds: IdSource = makeRandom()

/** Ids that count from 1, for tests that compare whole records. Each source has counters of its own. */
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

/** Whether both ids are what W3C Trace Context allows; ids from outside the program may be anything. */
export const areValidIds = (traceId: string, spanId: string): boolean =>
  tracePattern.test(traceId) && spanPattern.test(spanId)
