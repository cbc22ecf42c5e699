/**
 * The version of this line: `node v4/port/version.mjs` writes it into its package.json and package-lock.json.
 *
 * npm allows one package per name and version. So the first non-zero number of the main line's version is 400 higher here: 0.1.2 becomes 0.401.2, and
 * 1.2.3 becomes 401.2.3. Ranges such as `^0.1.2` or `^1.2.3` fix exactly this number, so a range of one line never matches a version of the other.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const here = fileURLToPath(new URL("../", import.meta.url))

export const versionOnFour = (version) => version.replace(/[1-9]\d*/, (number) => String(400 + Number(number)))

const read = (path) => JSON.parse(readFileSync(join(here, path), "utf8"))

/** Updates the version of this line to match the main line's. */
export const writeVersion = () => {
  const version = versionOnFour(read("../package.json").version)
  for (const path of ["package.json", "package-lock.json"]) {
    const content = read(path)
    if (content.version !== version) {
      content.version = version
      if (content.packages !== undefined) {
        content.packages[""].version = version
      }
      writeFileSync(join(here, path), `${JSON.stringify(content, undefined, 2)}\n`)
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeVersion()
}
