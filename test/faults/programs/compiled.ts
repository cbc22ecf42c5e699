/**
 * The child programs as plain JavaScript, bundled once a test file: a row that starts two hundred of them can't wait for `tsx` each time.
 */
import { build } from "esbuild"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll } from "vitest"

const here = fileURLToPath(new URL(".", import.meta.url))
const names = ["busy", "driven", "life", "tearing"] as const

/** The child programs. */
export type ProgramName = typeof names[number]

// Some dependencies of the bundle are CommonJS and ask for built-in modules.
const banner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);"

const bundle = (folder: string) =>
  build({
    entryPoints: names.map((name) => join(here, `${name}.ts`)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    tsconfig: join(here, "../../../tsconfig.json"),
    banner: { js: banner },
    logLevel: "error"
  })

/** Bundles the programs before the tests of this file and gives the path of each; they are gone afterwards. */
export const compiledPrograms = (): (name: ProgramName) => string => {
  const folder = mkdtempSync(join(tmpdir(), "loom-programs-"))
  // Programs that run as somebody else have to read them.
  chmodSync(folder, 0o755)
  beforeAll(async () => void await bundle(folder))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return (name) => join(folder, `${name}.mjs`)
}
