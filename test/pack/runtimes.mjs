/**
 * Bun and Deno: the programs of bundled/, one for each entry point, print there what they print on Node.
 *
 * Both come from their npm packages, whose install scripts are not needed: the programs are in packages of the platform. Where npm finds none for it, the
 * runtime is left out, which is said.
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

/** The program of a runtime in the project, or `undefined`. */
const programOf = (project, { program, scope }) => {
  const folder = join(project, "node_modules", scope)
  const packages = existsSync(folder) ? readdirSync(folder) : []
  return packages.map((name) => join(folder, name, program)).find((path) => existsSync(path))
}

/** Needs a project with the programs of `checkBundlers`, and all peers except the one with the prices. */
export const checkRuntimes = (project) => {
  install(project, "--no-save", "bun@1", "deno@2")
  for (const [name, runtime] of Object.entries(runtimes)) {
    const path = programOf(project, runtime)
    if (path === undefined) {
      console.log(`skipped ${name}: its npm package has no program for ${process.platform} ${process.arch}`)
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
        isSame ? undefined : `it ended with ${status}\n${stdout}${stderr}`
      )
    }
  }
}
