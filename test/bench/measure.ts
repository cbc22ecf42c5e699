/**
 * Measures one case: warm-up by CPU time, then batches with only minor collections between them.
 *
 * A full collection would discard optimised code. CPU time is that of the main thread if the system provides it, otherwise wall time.
 */
import { existsSync, readFileSync } from "node:fs"
import { monitorEventLoopDelay } from "node:perf_hooks"
import type { Case, Measured, Reading } from "./Case.js"

/** Where Linux provides how long the main thread has run: the first of three numbers, in nanoseconds. */
export const schedstat = "/proc/self/schedstat"

/** How long the main thread has run, in nanoseconds. */
export const cpuNanos: () => number = existsSync(schedstat)
  ? () => Number(readFileSync(schedstat, "latin1").split(" ", 1)[0])
  : () => Number(process.hrtime.bigint())

const warmUp = 400_000_000
const batchTime = 25_000_000
const batches = 15

const collect = (): void => {
  globalThis.gc?.({ type: "minor" })
}

let consumed: unknown

const runFor = async (subject: Case, nanos: number): Promise<number> => {
  const start = cpuNanos()
  let runs = 0
  do {
    consumed = await subject.batch()
    runs++
  } while (cpuNanos() - start < nanos)
  return (cpuNanos() - start) / (runs * subject.ops)
}

/** The median of some numbers. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Measures nanoseconds per operation: the median over the batches. */
export const measure = async (subject: Case | Reading): Promise<Measured> => {
  if ("value" in subject) {
    return { value: subject.value }
  }
  await runFor(subject, warmUp)
  const found: Array<number> = []
  for (let batch = 0; batch < batches; batch++) {
    collect()
    found.push(await runFor(subject, batchTime))
  }
  await subject.check?.()
  if (consumed === measure) {
    throw new Error("never: keeps the result of the work alive")
  }
  return { value: median(found) }
}

/** The longest time that the event loop was blocked in five runs after a first one, in milliseconds. */
export const longestStall = async (run: () => Promise<unknown>): Promise<Reading> => {
  await run()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  for (let round = 0; round < 5; round++) {
    await run()
  }
  delay.disable()
  return { value: delay.max / 1e6 }
}

/**
 * The most CPU time of the main thread in one turn of the event loop, in five runs after a first one, in milliseconds. Unlike a stall, this does not
 * include time in which the system ran something else. Accurate to a few milliseconds.
 */
export const longestTurn = async (run: () => Promise<unknown>): Promise<Reading> => {
  await run()
  let longest = 0
  let before = cpuNanos()
  let isRunning = true
  const look = (): void => {
    const now = cpuNanos()
    longest = Math.max(longest, now - before)
    before = now
    if (isRunning) {
      setImmediate(look)
    }
  }
  setImmediate(look)
  for (let round = 0; round < 5; round++) {
    await run()
  }
  isRunning = false
  return { value: longest / 1e6 }
}
