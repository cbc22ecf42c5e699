/**
 * Generates `src/`, `test/` and `examples/` of this line from those of the main line: `node port/port.mjs`.
 *
 * A file is renamed by rule and then patched, or replaced by the one in `overlay/`. If a patch or an overlay does not fit, the run fails and names
 * the file. Generated files that were edited by hand are not overwritten: `node port/record.mjs` records such edits as patches.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { digestOf, filesBelow, folders, here, main, makeAll, renamedFile } from "./sources.mjs"
import { writeVersion } from "./version.mjs"

const stateFile = join(here, "node_modules/.cache/made.json")

const fromOf = (path) => {
  const renamed = existsSync(join(main, path)) ? renamedFile(path) : ""
  return typeof renamed === "string" ? renamed : ""
}

export const readState = () => existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, "utf8")) : {}

/** For each generated file, its digest and the text it was generated from, against which edits are recorded. */
export const writeState = () => {
  const state = Object.fromEntries(
    folders.flatMap((folder) => filesBelow(here, folder)).map((path) => [path, {
      made: digestOf(readFileSync(join(here, path))),
      from: fromOf(path)
    }])
  )
  mkdirSync(dirname(stateFile), { recursive: true })
  writeFileSync(stateFile, JSON.stringify(state))
}

// Not `import.meta.resolve`, which would also find the packages of the main line.
const isInstalled = (specifier) => {
  const name = specifier.startsWith("@") ? specifier.split("/", 2).join("/") : specifier.split("/", 1)[0]
  const path = specifier.slice(name.length + 1)
  return ["", "/index"].some((end) => existsSync(join(here, "node_modules", name, "dist", `${path}${end}.js`)))
}

const port = () => {
  const missing = []
  const { files, problems } = makeAll()
  const made = readState()
  for (const [path, content] of files) {
    for (const [, specifier] of path.startsWith("src/") ? String(content).matchAll(/from "(@?effect\/[^"]+)"/g) : []) {
      if (!isInstalled(specifier)) {
        missing.push(
          `v4/${path} imports ${specifier}, which does not exist: add a rule or a patch for it`
        )
      }
    }
  }
  if (missing.length > 0) {
    console.warn(missing.join("\n"))
  }
  const present = folders.flatMap((folder) => filesBelow(here, folder))
  for (const path of present) {
    const now = readFileSync(join(here, path))
    if (
      made[path] !== undefined && made[path].made !== digestOf(now) && digestOf(files.get(path) ?? "") !== digestOf(now)
    ) {
      problems.push(`v4/${path} was edited by hand: record the edit with \`npm run port:record\`, or delete the file`)
    }
  }
  if (problems.length > 0) {
    console.error(problems.join("\n\n"))
    return false
  }
  for (const path of present) {
    if (!files.has(path)) {
      rmSync(join(here, path))
    }
  }
  for (const [path, content] of files) {
    const target = join(here, path)
    if (!existsSync(target) || digestOf(readFileSync(target)) !== digestOf(content)) {
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, content)
    }
  }
  writeState()
  writeVersion()
  return true
}

if (process.argv[1] === new URL(import.meta.url).pathname && !port()) {
  process.exit(1)
}
