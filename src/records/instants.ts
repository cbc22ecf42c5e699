/**
 * The times of records, which are more precise than a `Date`.
 *
 * A `Date` counts whole milliseconds; spans are measured in nanoseconds and written in microseconds. The dates in our records carry the exact time,
 * so a copied record keeps it.
 */

const one = BigInt(1)
const thousand = BigInt(1000)
const million = BigInt(1_000_000)

/** Division that rounds down; `/` rounds towards zero, which is up for times before 1970. */
const floor = (value: bigint, by: bigint): bigint => {
  const quotient = value / by
  return value < 0 && quotient * by !== value ? quotient - one : quotient
}

/** A date with nanoseconds. Its setters throw: all sinks share a record, and `Object.freeze` does not protect the time of a `Date`. */
class ExactDate extends Date {
  readonly #nanos: bigint
  readonly #sequence: number

  constructor(nanos: bigint, sequence: number) {
    super(Number(floor(nanos, million)))
    this.#nanos = nanos
    this.#sequence = sequence
  }

  static nanosOf(date: Date): bigint | undefined {
    return #nanos in date ? date.#nanos : undefined
  }

  static sequenceOf(date: Date): number | undefined {
    return #sequence in date ? date.#sequence : undefined
  }
}

const refuse = (): never => {
  throw new TypeError("The times of a telemetry record cannot be changed. Copy them with `new Date(time)`")
}
for (const name of Object.getOwnPropertyNames(Date.prototype)) {
  if (name.startsWith("set")) {
    Object.defineProperty(ExactDate.prototype, name, { value: refuse })
  }
}
// Makes test runners and `console.log` treat it as a Date.
Object.defineProperty(ExactDate.prototype, "constructor", { value: Date })

/**
 * Makes a `Date` from nanoseconds since the epoch, rounded down to the millisecond. `sequence` is the order in which spans opened within one recorder
 * or one file. It breaks ties between equal times.
 */
export const dateFromNanos = (nanos: bigint, sequence = 0): Date => Object.freeze(new ExactDate(nanos, sequence))

/** Nanoseconds since the epoch: exact for the dates in our records, whole milliseconds for other dates. */
export const nanosFromDate = (date: Date): bigint => ExactDate.nanosOf(date) ?? BigInt(date.getTime()) * million

/** The `sequence` of a record's start time; `undefined` for other dates. */
export const sequenceFromDate = (date: Date): number | undefined => ExactDate.sequenceOf(date)

/** Elapsed milliseconds between two instants: fractional, never negative. */
export const elapsedMs = (start: bigint, end: bigint): number => end <= start ? 0 : Number(end - start) / 1_000_000

const threeDigits = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, "0"))
const millisOf = threeDigits.map((digits) => `.${digits}`)
const microsOf = threeDigits.map((digits) => `${digits}Z`)

/** The whole second of the last instant, in nanoseconds, and its ISO text. */
let lastSecond = BigInt(0)
let lastIso = "1970-01-01T00:00:00"

/** ISO-8601 UTC with microseconds: `2026-01-31T12:00:00.000000Z`. */
export const isoFromNanos = (nanos: bigint): string => {
  // In a busy program many records share a second, and bigints cost ten times as much as numbers.
  const past = Number(nanos - lastSecond)
  if (!(past >= 0 && past < 1_000_000_000)) {
    return isoOfOtherSecond(nanos)
  }
  const fraction = `${millisOf[Math.floor(past / 1_000_000)]}${microsOf[Math.floor(past / 1000) % 1000]}`
  return `${lastIso}${fraction}`
}

const isoOfOtherSecond = (nanos: bigint): string => {
  // Whole microseconds are exact in a number for three centuries.
  const micros = Number(floor(nanos, thousand))
  if (micros < 0 || micros > Number.MAX_SAFE_INTEGER) {
    return isoOfAnyTime(nanos)
  }
  const seconds = Math.floor(micros / 1_000_000)
  lastIso = isoSecond(seconds)
  lastSecond = BigInt(seconds) * thousand * million
  return isoFromNanos(nanos)
}

// Two slots, because a span may end in a different second than it started in. Formatting costs more than a lookup.
const lastSeconds = [Number.NaN, Number.NaN]
const lastIsos = ["", ""]
const isoSecond = (seconds: number): string => {
  const slot = seconds % 2
  if (lastSeconds[slot] !== seconds) {
    lastSeconds[slot] = seconds
    lastIsos[slot] = isoMillis(seconds * 1000).slice(0, -".000Z".length)
  }
  return lastIsos[slot]!
}

const isoOfAnyTime = (nanos: bigint): string => {
  const micros = floor(nanos, thousand)
  const millis = floor(micros, thousand)
  return `${isoMillis(Number(millis)).slice(0, -1)}${threeDigits[Number(micros - millis * thousand)]}Z`
}

// `toISOString` throws outside the range of a Date; a clock that far off is meaningless anyway.
const isoMillis = (millis: number): string => new Date(Math.abs(millis) <= 8.64e15 ? millis : 0).toISOString()

// Years beyond 9999 have a sign and six digits, as in `toISOString`.
const isoPattern = /^((?:\d{4}|[+-]\d{6})-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/

/** The last parsed text in UTC with microseconds, up to and including its decimal point, and its instant in nanoseconds. */
let readSecond = "none"
let readNanos = BigInt(0)

/** Parses ISO-8601 with an offset into nanoseconds since the epoch; `undefined` if the text is invalid. */
export const nanosFromIso = (value: string): bigint | undefined => {
  // In a busy program many records share a second.
  if (value.length === 27 && value.startsWith(readSecond)) {
    const micros = microsAt(value)
    if (micros !== undefined) {
      return readNanos + BigInt(micros * 1000)
    }
  }
  return nanosOfAnyIso(value)
}

/** The six digits before the `Z` at the end; `undefined` if there are none. */
const microsAt = (value: string): number | undefined => {
  let micros = 0
  for (let at = 20; at < 26; at++) {
    const digit = value.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) {
      return undefined
    }
    micros = micros * 10 + digit
  }
  return value.endsWith("Z") ? micros : undefined
}

const nanosOfAnyIso = (value: string): bigint | undefined => {
  const match = isoPattern.exec(value)
  if (match === null) {
    return undefined
  }
  const millis = Date.parse(`${match[1]}${match[3]}`)
  if (Number.isNaN(millis)) {
    return undefined
  }
  const second = BigInt(millis) * million
  if (value.length === 27 && match[3] === "Z" && match[2]?.length === 6) {
    readSecond = value.slice(0, 20)
    readNanos = second
  }
  return second + BigInt((match[2] ?? "0").padEnd(9, "0"))
}
