/**
 * Tests whether work grows linearly with the length of a text, on any machine and under any load.
 *
 * Only CPU times of the same process are compared. Noise can only increase them, so the minimum of several tries counts, and a slow result is measured
 * again before it fails a test.
 */

/** Characters: each length is four times the one before, up to 1 MiB. */
export const upToOneMiB: Lengths = [1 << 14, 1 << 16, 1 << 18, 1 << 20]

/** Shorter lengths, to test many texts. */
export const upTo64KiB: Lengths = [1 << 12, 1 << 14, 1 << 16]

/** Lengths to compare, in ascending order. */
type Lengths = readonly [number, ...Array<number>]

/** Limit on the cost per character, relative to the first length. At 1 MiB, n √n would reach 8 and n² 64. */
const most = 4

const tries = 6

/** Microseconds of CPU time. A garbage collection on other threads lasts longer than six tries of a short text. */
const leastEffort = 500_000

/** CPU time of all threads in microseconds. */
const timeOf = (work: () => unknown): number => {
  const start = process.cpuUsage()
  work()
  const { system, user } = process.cpuUsage(start)
  return user + system
}

const leastOf = (times: number, work: () => unknown): number =>
  Math.min(...Array.from({ length: times }, () => timeOf(work)))

/** The minimum time of at least six tries, and more until they outlast a garbage collection. Stops at the first that is short enough. */
const leastUntil = (enough: number, work: () => unknown): number => {
  let least = Infinity
  let effort = 0
  for (let time = 0; least > enough && (time < tries || effort < leastEffort); time++) {
    const taken = timeOf(work)
    least = Math.min(least, taken)
    effort += taken
  }
  return least
}

const costOf = (times: number, work: (text: string) => unknown, text: string): number =>
  leastOf(times, () => work(text)) / text.length

const prose = (length: number): string => "They said: it was late, so we went home. ".repeat(length / 40)

const costOfProse = new Map<unknown, number>()

/** The cost of prose per character; anything below it is too small to compare. */
const leastCost = (work: (text: string) => unknown, length: number): number => {
  const known = costOfProse.get(work) ?? costOf(20, work, prose(length))
  costOfProse.set(work, known)
  return known
}

/**
 * Describes the first length at which the cost per character is too high; `undefined` if the work is linear.
 *
 * If the composition of a text changes with its length, `parts` are its components. The most expensive one is the base, because a text with a growing
 * share of it costs more per character although the work is linear.
 */
export const tooSlowAt = (
  work: (text: string) => unknown,
  make: (length: number) => string,
  [first, ...others]: Lengths = upToOneMiB,
  parts: ReadonlyArray<string> = []
): string | undefined => {
  const pure = parts.map((part) => costOf(3, work, part.repeat(Math.ceil(first / part.length))))
  const base = Math.max(costOf(5, work, make(first)), leastCost(work, first), ...pure)
  for (const length of others) {
    const text = make(length)
    const cost = leastUntil(base * most * text.length, () => work(text)) / text.length
    if (cost > base * most) {
      return `${(cost / base).toFixed(1)} times as much at ${length}`
    }
  }
  return undefined
}
