/**
 * Child programs as plain JavaScript, bundled once per test file: a row that starts two hundred of them can't wait for `tsx` each time.
 *
 * `tsx` would also start a process of its own for what it has not compiled before. That one inherits standard error and makes the
 * descriptor blocking, for both: a program whose output is not read would then block.
 */
import { build, type BuildOptions } from "esbuild"
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll } from "vitest"

// Some dependencies of the bundle are CommonJS and ask for built-in modules.
const banner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);"

const bundle = (entryPoints: Array<string>, outdir: string, more: BuildOptions = {}) =>
  build({
    entryPoints,
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.16",
    tsconfig: fileURLToPath(new URL("../tsconfig.json", import.meta.url)),
    logLevel: "error",
    ...more
  })

/** Inside the repository, for programs that load dependencies, or parts of this package, by name when they run. */
export const besideDependencies = (): string => {
  const folder = fileURLToPath(new URL("../coverage/programs/", import.meta.url))
  mkdirSync(folder, { recursive: true })
  return folder
}

/**
 * Bundles the programs of a folder before the tests of this file and gives the path of each; they are gone afterwards.
 * `parent` is where they are put, by default where programs that run as somebody else can read them; packages that are `external`
 * must be found from there.
 */
export const bundledPrograms = <Name extends string>(
  source: URL,
  names: ReadonlyArray<Name>,
  parent = tmpdir(),
  external: Array<string> = []
): (name: Name) => string => {
  const folder = mkdtempSync(join(parent, "loom-programs-"))
  chmodSync(folder, 0o755)
  const entryPoints = names.map((name) => join(fileURLToPath(source), `${name}.ts`))
  beforeAll(async () => void await bundle(entryPoints, folder, { banner: { js: banner }, external }))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return (name) => join(folder, `${name}.mjs`)
}

let programFolder: string | undefined

/** A folder of this process in the repository; it is gone with the process. */
const ownFolder = (): string => {
  if (programFolder === undefined) {
    const folder = mkdtempSync(join(besideDependencies(), "loom-programs-"))
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
    programFolder = folder
  }
  return programFolder
}

/** Compiles programs together, each with this package inside and other packages outside, and gives the path of each in the same order. */
export const compileTogether = async (paths: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const folder = mkdtempSync(join(ownFolder(), "together-"))
  await bundle([...paths], folder, { packages: "external" })
  return paths.map((path) => join(folder, basename(path).replace(/\.ts$/, ".mjs")))
}

const compiled = new Map<string, Promise<string>>()

/** A program compiled like that, once a process. */
export const compiledProgram = (path: string): Promise<string> => {
  const known = compiled.get(path) ?? compileTogether([path]).then(([program]) => program!)
  compiled.set(path, known)
  return known
}
