/**
 * Runs the programs in bundled/, one for each entry point, on Bun and Deno: they must print the same as on Node.
 *
 * Both runtimes are installed from npm. Their install scripts are not needed, because the executables are in platform-specific packages. If npm has
 * none for this platform, the runtime is skipped with a message.
 */
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { printed } from "./bundlers.mjs"
import { check } from "./outcome.mjs"
import { install } from "./project.mjs"

const runtimes = {
  Bun: { scope: "@oven", program: "bin/bun", flags: [] },
  Deno: { scope: "@deno", program: "deno", flags: ["run", "--allow-all", "--node-modules-dir=manual"] }
}

/** The executable of a runtime in the project, if any. */
const programOf = (project, { program, scope }) => {
  const folder = join(project, "node_modules", scope)
  const packages = existsSync(folder) ? readdirSync(folder) : []
  return packages.map((name) => join(folder, name, program)).find((path) => existsSync(path))
}

/** Requires a project with the programs of `checkBundlers`, and all peers except the one with the prices. */
export const checkRuntimes = (project) => {
  install(project, "--no-save", "bun@1", "deno@2")
  for (const [name, runtime] of Object.entries(runtimes)) {
    const path = programOf(project, runtime)
    if (path === undefined) {
      console.log(`skipped ${name}: its npm package has no executable for ${process.platform} ${process.arch}`)
      continue
    }
    for (const [program, text] of Object.entries(printed)) {
      const { status, stderr, stdout } = spawnSync(
        path,
        [...runtime.flags, join(project, "bundled", `${program}.mjs`)],
        { cwd: project, encoding: "utf8", timeout: 60_000 }
      )
      const isSame = status === 0 && stdout.trim() === text
      check(
        `${name} runs the program of ${program}`,
        isSame ? undefined : `it exited with ${status}\n${stdout}${stderr}`
      )
    }
  }
}
