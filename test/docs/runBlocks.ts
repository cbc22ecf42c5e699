/**
 * Runs the modules that it is given, one after another, in one process: what they import is loaded once. Files that they write land beside them.
 *
 * Says which one it was where one of them fails.
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
