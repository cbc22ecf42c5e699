/**
 * `npm run build`, also run by `npm pack`: generates the sources, compiles them, adds the command line and copies files of the main line's package, with
 * the documentation's programs in the names of Effect 4.
 *
 * The command line is one bundle that contains Effect, so it runs with any installed version: it is built from the main line's sources.
 */
import { execFileSync } from "node:child_process"
import { cpSync, rmSync } from "node:fs"
import { join } from "node:path"
import { writePages } from "./pages.mjs"
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
writePages("docs")
