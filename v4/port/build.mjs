/**
 * `npm run build`, and so `npm pack`: makes the sources, compiles them, puts the command line beside them and copies what the package has of the main line.
 *
 * The command line is one bundle with Effect inside, which runs whatever version is installed: it is built from the main line's sources.
 */
import { execFileSync } from "node:child_process"
import { cpSync, rmSync } from "node:fs"
import { join } from "node:path"
import { here, main } from "./sources.mjs"

const node = (cwd, ...args) => execFileSync(process.execPath, args, { cwd, stdio: ["ignore", "inherit", "inherit"] })

node(here, "port/port.mjs")
rmSync(join(here, "dist"), { recursive: true, force: true })
node(here, join(here, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json")
node(main, "esbuild.config.mjs", join(here, "dist/cli"))
for (const path of ["LICENSE", "CHANGELOG.md", "docs", "schema/records.json"]) {
  rmSync(join(here, path), { recursive: true, force: true })
  cpSync(join(main, path), join(here, path), { recursive: true })
}
