/**
 * Writes the TypeScript blocks of README.md and docs/ as modules into a folder of the repository that git and lint ignore.
 *
 * In this folder, the package's name resolves to its sources, and tsconfig.json includes it: `npm run check` writes the modules and type-checks them
 * with everything else.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type Fence, fencesOf } from "./fences.js"

/** The path of the repository, with a trailing slash. */
export const repository = fileURLToPath(new URL("../../", import.meta.url))

/** The path of the modules, with a trailing slash. */
export const folder = `${repository}coverage/fences/`

/** Every page that users read, relative to the repository. */
export const pages: ReadonlyArray<string> = [
  "README.md",
  ...readdirSync(`${repository}docs`, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => `docs/${path}`)
    .toSorted()
]

/** All blocks of these pages. */
export const fences: ReadonlyArray<Fence> = pages.flatMap((page) =>
  fencesOf(page, readFileSync(`${repository}${page}`, "utf8"))
)

/** The file name of a block's module, made of its page and line. */
export const fileOf = ({ line, page, use }: Fence): string =>
  `${page.replace(/\.md$/, "").replaceAll("/", "-")}-${line}${use === "test" ? ".test" : ""}.ts`

/** Writes all modules. */
export const writeModules = (): void => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const fence of fences) {
    // Empty lines before the code, so that errors have the same line numbers as the page.
    writeFileSync(`${folder}${fileOf(fence)}`, `${"\n".repeat(fence.line - 1)}${fence.code}\nexport {}\n`)
  }
}
