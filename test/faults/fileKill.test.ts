/**
 * `kill -9` at random instants of a busy writer, many times on the same file.
 *
 * Each process appends to what the last one left: a torn line costs the killed process at most one record, and no other process any.
 */
import { PCGRandom } from "effect/Utils"
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs"
import { describe, expect } from "vitest"
import { temporaryPath } from "./disks/folder.js"
import type { BusyOptions } from "./programs/busy.js"
import { compiledPrograms } from "./programs/compiled.js"
import { endingOf, startNode } from "./programs/driving.js"
import { chosenSeed, repetitions } from "./programs/repetitions.js"
import { flawsIn, indexesOf, readTrace } from "./programs/traceFile.js"
import { faultRow } from "./row.js"

const program = compiledPrograms()

const seed = chosenSeed()

/** The maximum life of a writer after it has opened its file, or after a record is safe, in milliseconds. */
const longestLife = 60

/** The maximum life of a writer that is killed during startup, in milliseconds. Every fifth is. */
const startUp = 150

/** Bytes per record. Batches of the larger ones take long enough to be killed halfway. */
const sizes = [400, 6000, 60_000]

/** Kills run in parallel, each lane on its own file. */
const lanes = 2

interface Killed {
  /** Records that the process had reported as safe. */
  readonly safe: number
  readonly records: number
  readonly torn: boolean
}

/** Starts a writer and kills it, with `isLate` only after a record is safe. Returns what it had acknowledged. */
const killOne = async (options: BusyOptions, random: PCGRandom, isLate: boolean): Promise<number> => {
  const child = startNode([program("busy"), JSON.stringify(options)], {}, 4)
  const ended = endingOf(child)
  child.stdout!.resume()
  const kill = () => void child.kill("SIGKILL")
  const life = random.number()
  if (random.integer(5) === 0 && !isLate) {
    setTimeout(kill, life * startUp)
  }
  let acknowledged = ""
  let isDoomed = false
  child.stdio[3]!.on("data", (text: Buffer) => {
    acknowledged += text.toString("latin1")
    // The first line says that the file is open.
    if (!isDoomed && (!isLate || acknowledged.includes("\n", acknowledged.indexOf("\n") + 1))) {
      isDoomed = true
      setTimeout(kill, life * longestLife)
    }
  })
  const { signal, stderr } = await ended
  expect({ signal, stderr }).toEqual({ signal: "SIGKILL", stderr: "" })
  // The last line of the pipe may be torn too.
  return Number(acknowledged.split("\n").slice(0, -1).at(-1) ?? 0)
}

/** The text appended since the file had this size. */
const appended = (path: string, since: number): { readonly text: string; readonly size: number } => {
  if (!existsSync(path)) {
    // Killed before it opened the file.
    return { text: "", size: 0 }
  }
  const file = openSync(path, "r")
  try {
    const { size } = fstatSync(file)
    const bytes = Buffer.alloc(size - since)
    readSync(file, bytes, 0, bytes.length, since)
    return { text: bytes.toString("utf8"), size }
  } finally {
    closeSync(file)
  }
}

const lane = async (
  mode: "background" | "write-through",
  kills: number,
  random: PCGRandom
): Promise<ReadonlyArray<Killed>> => {
  const path = temporaryPath()
  const killed: Array<Killed> = []
  let before = { size: 0, endsWhole: true }
  for (let kill = 0; kill < kills; kill++) {
    const writer = `writer ${kill}`
    const size = sizes[random.integer(sizes.length)]!
    const safe = await killOne({ path, writer, mode, size }, random, kill % 2 === 1)
    const { size: end, text } = appended(path, before.size)
    // A torn line is repaired before the first record of the next process.
    expect(before.endsWhole || text === "" || text.startsWith("\n"), `glued onto a torn line, seed ${seed}`).toBe(true)
    const trace = readTrace(text)
    const indexes = indexesOf(trace, writer)
    const flaws = flawsIn(indexes, Math.max(safe, indexes.length))
    expect({ flaws, others: trace.spansAndScores.length - indexes.length }, `${writer}, seed ${seed}`)
      .toEqual({ flaws: [], others: 0 })
    expect(trace.bad.length, `${writer}, seed ${seed}: ${trace.bad}`).toBeLessThanOrEqual(trace.endsWhole ? 0 : 1)
    before = { size: end, endsWhole: text === "" ? before.endsWhole : trace.endsWhole }
    killed.push({ safe, records: indexes.length, torn: !trace.endsWhole })
  }
  return killed
}

describe("kill -9 of a busy writer", () => {
  for (const mode of ["background", "write-through"] as const) {
    const promise = mode === "background" ? "flushed" : "acknowledged"
    faultRow("file", `kill -9 loses no ${promise} span or score and tears at most one line, ${mode}`, async (row) => {
      // At least two a lane: one of them is late.
      const kills = Math.max(2 * lanes, repetitions(200))
      const each = await Promise.all(
        Array.from(
          { length: lanes },
          (_, number) => lane(mode, Math.ceil(kills / lanes), new PCGRandom(seed + number))
        )
      )
      const all = each.flat()
      const sum = (of: (killed: Killed) => number) => all.reduce((total, killed) => total + of(killed), 0)
      row.note(
        `${all.length} kills, ${sum(({ torn }) => Number(torn))} torn lines, ${sum(({ safe }) => safe)} records safe, ${
          sum(({ records }) => records)
        } there, seed ${seed}`
      )
      expect(sum(({ safe }) => safe)).toBeGreaterThan(0)
    }, 300_000)
  }
})
