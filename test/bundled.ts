/**
 * Bundles child programs as plain JavaScript, once per test file: a test that starts two hundred of them cannot wait for `tsx` each time.
 *
 * `tsx` also starts a process of its own for code that it has not compiled before. That process inherits standard error and makes the descriptor
 * blocking for both, so a program whose output is not read would block.
 */
import { build, type BuildOptions } from "esbuild"
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll } from "vitest"

// Some dependencies in the bundle are CommonJS and require built-in modules.
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

/** A folder inside the repository, for programs that import dependencies, or parts of this package, by name at run time. */
export const besideDependencies = (): string => {
  const folder = fileURLToPath(new URL("../coverage/programs/", import.meta.url))
  mkdirSync(folder, { recursive: true })
  return folder
}

/**
 * Bundles the programs of a folder before the tests of this file, and removes them afterwards. Returns a function from name to path. `parent` is the
 * folder for the bundles; by default, programs that run as another user can read it. Packages in `external` must be resolvable from there.
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

/** A folder in the repository that is removed when this process exits. */
const ownFolder = (): string => {
  if (programFolder === undefined) {
    const folder = mkdtempSync(join(besideDependencies(), "loom-programs-"))
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
    programFolder = folder
  }
  return programFolder
}

/** Compiles programs together, with this package bundled and other packages external. Returns their paths in the same order. */
export const compileTogether = async (paths: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const folder = mkdtempSync(join(ownFolder(), "together-"))
  await bundle([...paths], folder, { packages: "external" })
  return paths.map((path) => join(folder, basename(path).replace(/\.ts$/, ".mjs")))
}

const compiled = new Map<string, Promise<string>>()

/** Compiles one program like that, once per process. Returns its path. */
export const compiledProgram = (path: string): Promise<string> => {
  const known = compiled.get(path) ?? compileTogether([path]).then(([program]) => program!)
  compiled.set(path, known)
  return known
}
