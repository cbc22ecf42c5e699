/**
 * The command line as published, bundled from the sources once per test run.
 *
 * Each test file runs in its own process, whose parent is the test run: the bundle is in a directory named after that process id. The first test that
 * needs the bundle builds it; the directory gets its name once it is complete, so no test sees an incomplete one. The next run removes the
 * directories of finished runs.
 */
import { execFile } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const repository = fileURLToPath(new URL("../../", import.meta.url))

const prefix = "loom-telemetry-cli-"
const folder = join(tmpdir(), `${prefix}${process.ppid}`)

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Whether a directory belongs to a finished run. Process ids are reused, but no run takes an hour. */
const isOver = (name: string): boolean => {
  const pid = Number(/^\d+/.exec(name.slice(prefix.length))?.[0])
  return !isAlive(pid) || Date.now() - statSync(join(tmpdir(), name)).mtimeMs > 3_600_000
}

const tidy = (): void => {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(prefix))) {
    try {
      if (isOver(name)) {
        rmSync(join(tmpdir(), name), { recursive: true, force: true })
      }
    } catch {
      // Another process was faster.
    }
  }
}

const make = async (): Promise<void> => {
  const temporary = mkdtempSync(`${folder}-`)
  // Otherwise Node tries to load the file as CommonJS first.
  writeFileSync(join(temporary, "package.json"), "{\"type\":\"module\"}")
  await promisify(execFile)(process.execPath, ["esbuild.config.mjs", temporary], { cwd: repository })
  try {
    renameSync(temporary, folder)
  } catch (error) {
    rmSync(temporary, { recursive: true })
    if (!existsSync(folder)) {
      throw error
    }
  }
}

let made: Promise<void> | undefined

/** The path of the bundled command. */
export const bundled = async (): Promise<string> => {
  if (made === undefined) {
    tidy()
    made = existsSync(folder) ? Promise.resolve() : make()
  }
  await made
  return join(folder, "bin.js")
}

/** Copies the bundled command to a new folder, next to the packages, as if it were installed; returns its path. */
export const installedIn = async (directory: string): Promise<string> => {
  const installed = join(directory, "installed")
  cpSync(dirname(await bundled()), installed, { recursive: true })
  symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"))
  return join(installed, "bin.js")
}
