/**
 * The TypeScript blocks of README.md and docs/ as modules in a folder of the repository that git and lint ignore.
 *
 * There the package's name resolves to its sources, and tsconfig.json includes them: `npm run check` writes them and type-checks them with everything else.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type Fence, fencesOf } from "./fences.js"

/** Where the repository is; ends with a slash. */
export const repository = fileURLToPath(new URL("../../", import.meta.url))

/** Where the modules are; ends with a slash. */
export const folder = `${repository}coverage/fences/`

/** Every page that users read, relative to the repository. */
export const pages: ReadonlyArray<string> = [
  "README.md",
  ...readdirSync(`${repository}docs`, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => `docs/${path}`)
    .toSorted()
]

/** Their blocks. */
export const fences: ReadonlyArray<Fence> = pages.flatMap((page) =>
  fencesOf(page, readFileSync(`${repository}${page}`, "utf8"))
)

/** The module of a block, named after where it stands. */
export const fileOf = ({ line, page, use }: Fence): string =>
  `${page.replace(/\.md$/, "").replaceAll("/", "-")}-${line}${use === "test" ? ".test" : ""}.ts`

/** Writes them all. */
export const writeModules = (): void => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const fence of fences) {
    // As many lines above the code as the page has: what is said about a module then names the page's own lines.
    writeFileSync(`${folder}${fileOf(fence)}`, `${"\n".repeat(fence.line - 1)}${fence.code}\nexport {}\n`)
  }
}
