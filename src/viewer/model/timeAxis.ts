/**
 * The time range that the waterfall shows: zooming, moving, and the positions of its lines and labels.
 *
 * All times are milliseconds since the trace started. Every function returns a new range within the trace; none keeps state.
 */
import { formatDuration } from "./format.js"

/** A time range in milliseconds since the trace started; `to` > `from`. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

/** A microsecond, in milliseconds: the resolution of files. */
const shortest = 0.001

/** The range of a whole trace of `total` milliseconds; a trace without length still has an axis. */
export const wholeRange = (total: number): TimeRange => ({ from: 0, to: Math.max(total, shortest) })

const within = (from: number, length: number, total: number): TimeRange => {
  const whole = wholeRange(total)
  const size = Math.min(Math.max(length, shortest), whole.to)
  const start = Math.min(Math.max(from, 0), whole.to - size)
  return { from: start, to: start + size }
}

/** The range between two points in time, in any order. */
export const rangeBetween = (a: number, b: number, total: number): TimeRange =>
  within(Math.min(a, b), Math.abs(b - a), total)

/** Zooms in (`factor` < 1) or out, keeping `anchor` in place. */
export const zoomRange = (range: TimeRange, factor: number, anchor: number, total: number): TimeRange => {
  const length = (range.to - range.from) * factor
  const share = (anchor - range.from) / (range.to - range.from)
  return within(anchor - share * length, length, total)
}

/** Moves by a share of the range's length: 0.5 is half a screen later. */
export const moveRange = (range: TimeRange, share: number, total: number): TimeRange =>
  within(range.from + (range.to - range.from) * share, range.to - range.from, total)

/** Moves or widens the range to show the interval; the same range if it is already visible. */
export const rangeShowing = (range: TimeRange, start: number, end: number, total: number): TimeRange => {
  if (end >= range.from && start <= range.to && (start >= range.from || end > range.from)) {
    return range
  }
  const length = range.to - range.from
  return within((start + end) / 2 - length / 2, Math.max(length, end - start), total)
}

/** The position of an instant in the range: 0 at its start, 1 at its end, beyond that outside. */
export const positionIn = (range: TimeRange, time: number): number => (time - range.from) / (range.to - range.from)

export interface Tick {
  readonly time: number
  readonly label: string
}

/** Lines at round times, at least `gap` pixels apart on `width` pixels. */
export const ticksOf = (range: TimeRange, width: number, gap: number): ReadonlyArray<Tick> => {
  const step = roundStep(((range.to - range.from) * gap) / Math.max(width, gap))
  const ticks: Array<Tick> = []
  for (let n = Math.ceil(range.from / step); n * step <= range.to; n++) {
    ticks.push({ time: n * step, label: tickLabel(n * step, step) })
  }
  return ticks
}

/** The next of 1, 2 or 5 times a power of ten; above a few seconds, the next step of a clock. */
const roundStep = (least: number): number => {
  const clockStep = least > 5_000 ? [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400] : []
  const fromClock = clockStep.find((seconds) => seconds * 1000 >= least)
  if (fromClock !== undefined) {
    return fromClock * 1000
  }
  const power = 10 ** Math.floor(Math.log10(least))
  return (least <= power ? 1 : least <= 2 * power ? 2 : least <= 5 * power ? 5 : 10) * power
}

// Labels have as many digits as their step needs: three significant ones would make 1.001s and 1.002s the same.
const tickLabel = (time: number, step: number): string => {
  if (time === 0) {
    return "0"
  }
  if (time >= 60_000 && step >= 1000) {
    return formatDuration(time)
  }
  const [unit, name] = time >= 1000 ? [1000, "s"] : time >= 1 ? [1, "ms"] : [0.001, "µs"]
  const digits = Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9))
  return `${(time / unit).toFixed(Math.min(digits, 6))}${name}`
}
