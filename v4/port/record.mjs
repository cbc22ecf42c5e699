/**
 * Records edits of the generated files in `src/`, `test/` and `examples/` as patches, or updates their overlay: `node port/record.mjs`.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { applyPatch } from "./patches.mjs"
import { readState, writeState } from "./port.mjs"
import { rename } from "./rename.mjs"
import { digestOf, filesBelow, folders, here, main, ported, readReplaced } from "./sources.mjs"

const scratch = mkdtempSync(join(tmpdir(), "port-"))

const diff = (before, after, context) => {
  writeFileSync(join(scratch, "before"), before)
  writeFileSync(join(scratch, "after"), after)
  try {
    execFileSync("git", [
      "diff",
      "--no-index",
      "--no-color",
      `-U${context}`,
      join(scratch, "before"),
      join(scratch, "after")
    ])
    return ""
  } catch (error) {
    return error.stdout.toString("utf8").split("\n").filter((line) => !/^(diff|index|---|\+\+\+) /.test(line)).join(
      "\n"
    )
      .replaceAll(/^@@.*$/gm, "@@")
  }
}

/** The smallest patch whose hunks each fit once. */
const patchOf = (before, after) => {
  for (let context = 1; context < 40; context++) {
    const patch = diff(before, after, context)
    try {
      if (applyPatch(before, patch) === after) {
        return patch
      }
    } catch {
      // With more context lines, the hunk may match only once.
    }
  }
  throw new Error("no patch fits")
}

const write = (file, text) => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

const replaced = readReplaced()
const state = readState()
const paths = new Set(ported())
for (const path of folders.flatMap((folder) => filesBelow(here, folder))) {
  if (!/\.[cm]?[tj]sx?$/.test(path)) {
    continue
  }
  const edited = readFileSync(join(here, path), "utf8")
  // Generated before it was added to `leftOut`.
  if (!paths.has(path) && existsSync(join(main, path))) {
    continue
  }
  if (!paths.has(path) || path in replaced) {
    const overlay = join(here, "overlay", path)
    if (!existsSync(overlay) || readFileSync(overlay, "utf8") !== edited) {
      write(overlay, edited)
      replaced[path] = existsSync(join(main, path)) ? digestOf(readFileSync(join(main, path))) : null
      console.log(`overlay ${path}`)
    }
    continue
  }
  if (state[path] === undefined) {
    throw new Error(`the source of ${path} is unknown: delete it and generate it again`)
  }
  // The rules may have changed since.
  const before = rename(state[path].from)
  const after = rename(edited)
  const file = join(here, "patches", `${path}.patch`)
  if (before === after) {
    rmSync(file, { force: true })
    continue
  }
  const patch = patchOf(before, after)
  if (!existsSync(file) || readFileSync(file, "utf8") !== patch) {
    write(file, patch)
    console.log(`patch ${path}`)
  }
}
const sorted = Object.fromEntries(Object.entries(replaced).sort(([a], [b]) => a < b ? -1 : 1))
writeFileSync(join(here, "overlay/replaces.json"), `${JSON.stringify(sorted, undefined, 2)}\n`)
rmSync(scratch, { recursive: true })
// The edits are recorded now, so the next run may overwrite the files.
writeState()
