/**
 * A child program that appends lines to the file, each in two halves with a pause in between, so that killing it usually tears a line.
 */
import { appendFileSync, writeSync } from "node:fs"

const path = process.argv[2] ?? ""
const half = "\"tearing\":\"".padEnd(200, "t")
const pause = (milliseconds: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)

for (;;) {
  appendFileSync(path, `{${half}`)
  writeSync(1, ".")
  pause(1)
  appendFileSync(path, `"}\n`)
  pause(1)
}
