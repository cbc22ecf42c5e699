/**
 * The second half of `npm run release:publish`: publishes this line under its tag, unless this version is already published. Arguments are passed to
 * `npm publish`.
 *
 * The tag is explicit, because npm would otherwise publish as `latest`.
 */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { here } from "./sources.mjs"
import { writeVersion } from "./version.mjs"

writeVersion()
const { name, publishConfig: { tag }, version } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"))
const there = spawnSync("npm", ["view", `${name}@${version}`, "version"], { cwd: here, encoding: "utf8" })
if (there.stdout.trim() === version) {
  console.log(`${name}@${version} is published already`)
} else {
  const args = ["publish", "--tag", tag, ...process.argv.slice(2)]
  process.exitCode = spawnSync("npm", args, { cwd: here, stdio: "inherit" }).status ?? 1
}
