/**
 * Places for a row's files that are gone when the row is over.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"

/** A new folder on the ordinary disk. Others may enter it only where a row lets them. */
export const temporaryFolder = (mode = 0o700): string => {
  const folder = mkdtempSync(join(tmpdir(), "loom-fault-"))
  chmodSync(folder, mode)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A path for a trace file in a new folder. */
export const temporaryPath = (mode?: number): string => join(temporaryFolder(mode), "traces.jsonl")
