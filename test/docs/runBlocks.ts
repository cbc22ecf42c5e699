/**
 * Runs the given modules in sequence in one process, so that their imports are loaded once. Files that they write are placed next to them.
 *
 * If a module fails, its name is printed.
 */
import { dirname } from "node:path"
import { pathToFileURL } from "node:url"

let current = ""

process.on("exit", (code) => {
  if (code !== 0) {
    process.stderr.write(`${current} failed\n`)
  }
})

for (const path of process.argv.slice(2)) {
  current = path
  process.chdir(dirname(path))
  await import(pathToFileURL(path).href)
}
