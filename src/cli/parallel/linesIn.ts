/**
 * Reads the lines that begin in a part of a file, so that each line belongs to exactly one part.
 */
import { readSync } from "node:fs"
import type { Line, LineSplitter } from "../../readers/LineSplitter.js"

/** A part of a file, in bytes. */
export interface Part {
  readonly from: number
  readonly to: number
}

const newline = 10

// Each thread loads this module, so each has its own block.
const block = new Uint8Array(256 * 1024)

/** Passes on the lines that begin in a part. `splitter` must have read everything before it, or nothing. */
export const eachLineIn = (
  fd: number,
  { from, to }: Part,
  splitter: LineSplitter,
  onLine: (line: Line) => void
): void => {
  // A line begins after the newline of the one before.
  let isWithin = from === 0
  for (let at = Math.max(0, from - 1);;) {
    const read = block.subarray(0, readSync(fd, block, 0, block.length, at))
    const end = at + read.length
    if (read.length === 0) {
      return splitter.end(onLine)
    }
    const begin = isWithin ? 0 : read.indexOf(newline) + 1
    if (!isWithin && (begin === 0 ? end : at + begin) >= to) {
      return
    }
    isWithin ||= begin > 0
    if (isWithin) {
      const next = end < to ? 0 : read.indexOf(newline, Math.max(begin, to - 1 - at)) + 1
      splitter.push(read.subarray(begin, next > 0 ? next : undefined), onLine)
      if (next > 0) {
        return
      }
    }
    at = end
  }
}
