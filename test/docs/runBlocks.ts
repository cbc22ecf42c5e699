/**
 * Runs the given modules in sequence in one process, so that their imports are loaded once. Files they write land next to them.
 *
 * If a module fails, it is named.
 */
import { dirname } from "node:path"
import { pathToFileURL } from "node:url"

let current = ""

process.on("exit", (code) => {
  if (code !== 0) {
    process.stderr.write(`${current} did not run to its end\n`)
  }
})

for (const path of process.argv.slice(2)) {
  current = path
  process.chdir(dirname(path))
  await import(pathToFileURL(path).href)
}
