/**
 * Projects of users: folders that contain only a package.json, into which npm installs.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { specifier } from "./manifest.mjs"

const quiet = ["--no-audit", "--no-fund", "--loglevel=error"]

/** Runs npm in a folder and returns its output. Throws if npm fails. */
export const npm = (cwd, ...args) =>
  execFileSync("npm", [...args, ...quiet], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })

/** Creates an empty project. */
export const emptyProject = (folder) => {
  mkdirSync(folder)
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }))
  return folder
}

/** Installs packages into a project. */
export const install = (project, ...specs) => npm(project, "install", "--ignore-scripts", ...specs)

/** Tries to install packages. Returns npm's error output, or `undefined` if it succeeds. */
export const refusal = (project, ...specs) => {
  const { status, stderr } = spawnSync("npm", ["install", "--ignore-scripts", ...specs, ...quiet], {
    cwd: project,
    encoding: "utf8"
  })
  return status === 0 ? undefined : stderr
}

/** Runs the code of a module in a separate process. Returns the error, or `undefined`. */
export const running = (project, code) => {
  const run = spawnSync(process.execPath, ["--input-type=module", "--eval", code], { cwd: project, encoding: "utf8" })
  return run.status === 0 ? undefined : run.stderr.match(/^.*Error.*$/m)?.[0] ?? run.stderr
}

/** Imports an entry point in a separate process. Returns the error, or `undefined`. */
export const importing = (project, subpath) =>
  running(
    project,
    `const m = await import(${JSON.stringify(specifier(subpath))})
if (Object.keys(m).length === 0) throw new Error("exports nothing")`
  )
