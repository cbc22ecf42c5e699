/**
 * Child programs as plain JavaScript, bundled once a test file: a row that starts two hundred of them can't wait for `tsx` each time.
 *
 * `tsx` would also start a process of its own for what it has not compiled before. That one inherits standard error and makes the
 * descriptor blocking, for both: a program that prints where nobody reads would then stand still.
 */
import { build } from "esbuild"
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll } from "vitest"

// Some dependencies of the bundle are CommonJS and ask for built-in modules.
const banner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);"

const bundle = (source: string, names: ReadonlyArray<string>, outdir: string) =>
  build({
    entryPoints: names.map((name) => join(source, `${name}.ts`)),
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    tsconfig: fileURLToPath(new URL("../tsconfig.json", import.meta.url)),
    banner: { js: banner },
    logLevel: "error"
  })

/** Below the dependencies, for programs that load some of theirs by name when they run. */
export const besideDependencies = (): string => {
  const folder = fileURLToPath(new URL("../node_modules/.cache/", import.meta.url))
  mkdirSync(folder, { recursive: true })
  return folder
}

/**
 * Bundles the programs of a folder before the tests of this file and gives the path of each; they are gone afterwards.
 * `parent` is where they are put, by default where programs that run as somebody else can read them.
 */
export const bundledPrograms = <Name extends string>(
  source: URL,
  names: ReadonlyArray<Name>,
  parent = tmpdir()
): (name: Name) => string => {
  const folder = mkdtempSync(join(parent, "loom-programs-"))
  chmodSync(folder, 0o755)
  beforeAll(async () => void await bundle(fileURLToPath(source), names, folder))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return (name) => join(folder, `${name}.mjs`)
}
