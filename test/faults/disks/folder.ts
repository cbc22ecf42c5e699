/**
 * Temporary directories for a row's files, removed when the row ends.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"

/** A new directory on the ordinary disk. Other users can enter it only if a row allows it. */
export const temporaryFolder = (mode = 0o700): string => {
  const folder = mkdtempSync(join(tmpdir(), "loom-fault-"))
  chmodSync(folder, mode)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A path for a trace file in a new directory. */
export const temporaryPath = (mode?: number): string => join(temporaryFolder(mode), "traces.jsonl")
