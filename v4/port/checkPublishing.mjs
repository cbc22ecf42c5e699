/**
 * Tests publishing a release with a registry on this machine: both lines under their own version and tag, each once.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { check } from "../../test/pack/outcome.mjs"
import { startRegistry } from "../../test/pack/registry.mjs"
import { here, main } from "./sources.mjs"

/** No provenance, which only a workflow has, and no scripts: the contents of the packages are checked elsewhere. */
const quiet = ["--provenance=false", "--ignore-scripts", "--loglevel=error"]

const versionOf = (root) => JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version

export const checkPublishing = async () => {
  const { close, documents, env } = await startRegistry()
  const run = async (cwd, command, ...args) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] })
    let printed = ""
    child.stdout.on("data", (chunk) => printed += chunk)
    const [code] = await once(child, "close")
    return { code, printed: printed.trim() }
  }
  try {
    // The way changesets publish it.
    await run(main, "npm", "publish", "--tag", "latest", ...quiet)
    await run(main, process.execPath, "v4/port/publish.mjs", ...quiet)
    const [three, four] = [versionOf(main), versionOf(here)]
    const { "dist-tags": tags, versions } = documents.get("loom-telemetry") ?? {}
    const found = JSON.stringify([tags, Object.keys(versions ?? {})])
    const expected = JSON.stringify([{ latest: three, effect4: four }, [three, four]])
    check(`publishing makes ${three} latest and ${four} effect4`, found === expected ? undefined : found)
    const named = await run(main, "npm", "view", "loom-telemetry@effect4", "version", "peerDependencies.effect")
    check("loom-telemetry@effect4 is for Effect 4", /\^4\./.test(named.printed) ? undefined : named.printed)
    const again = await run(main, process.execPath, "v4/port/publish.mjs", ...quiet)
    const isLeft = again.code === 0 && again.printed.includes("is published already")
    check("publishing again leaves it", isLeft ? undefined : again.printed)
  } finally {
    close()
  }
}
