/**
 * The command line as it is published, bundled from these sources once per test run.
 *
 * Test files run in processes of their own, whose parent is the run: the bundle is in a folder with its id. The first test that needs it builds it; the folder
 * gets its name when it is complete, so no test sees half of it. Folders of finished runs are removed by the next one.
 */
import { execFile } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
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

/** Whether a folder belongs to a finished run; process ids are reused, but no run takes an hour. */
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
  const begun = mkdtempSync(`${folder}-`)
  // Without it Node takes the file for CommonJS first.
  writeFileSync(join(begun, "package.json"), "{\"type\":\"module\"}")
  await promisify(execFile)(process.execPath, ["esbuild.config.mjs", begun], { cwd: repository })
  try {
    renameSync(begun, folder)
  } catch (error) {
    rmSync(begun, { recursive: true })
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
