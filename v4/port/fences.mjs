/**
 * Writes the code blocks of the documentation, renamed for Effect 4, to `coverage/fences/`. They are type-checked with the tests, and run by
 * `test/effect4/fences.test.ts`.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fencesOf } from "../../test/docs/fences.ts"
import { leftOutBlocks } from "./leftOut.mjs"
import { rename } from "./rename.mjs"
import { here, main } from "./sources.mjs"

const folder = join(here, "coverage/fences")
const pages = ["README.md", ...readdirSync(join(main, "docs"), { recursive: true }).map((path) => join("docs", path))]
  .filter((page) => page.endsWith(".md"))

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (
  const { code, line, page, use } of pages.flatMap((page) => fencesOf(page, readFileSync(join(main, page), "utf8")))
) {
  if (!leftOutBlocks.some(({ uses }) => uses.test(code))) {
    const name = `${page.replace(/\.md$/, "").replaceAll("/", "-")}-${line}.${use}.ts`
    writeFileSync(join(folder, name), `${rename(code)}\nexport {}\n`)
  }
}
