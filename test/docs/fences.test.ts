/**
 * Every TypeScript block of README.md and docs/ is a program of its own: it type-checks, and it runs to its end.
 *
 * The blocks are written out as modules in a folder of the repository that git and lint ignore, where the package's name resolves to its
 * sources. Below node_modules it would not: tsx and vitest take what is there as it is.
 */
import { describe, expect, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { basename } from "node:path"
import { fileURLToPath } from "node:url"
import { runProgram } from "../examples/runProgram.js"
import { type Fence, fencesOf } from "./fences.js"

const repository = fileURLToPath(new URL("../../", import.meta.url))
const folder = `${repository}coverage/fences/`

const pages = [
  "README.md",
  ...readdirSync(`${repository}docs`, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => `docs/${path}`)
    .toSorted()
]

const fences = pages.flatMap((page) => fencesOf(page, readFileSync(`${repository}${page}`, "utf8")))

/** The module of a block, named after where it stands. */
const fileOf = ({ line, page, use }: Fence): string =>
  `${page.replace(/\.md$/, "").replaceAll("/", "-")}-${line}${use === "test" ? ".test" : ""}.ts`

const runner = fileURLToPath(new URL("./runBlocks.ts", import.meta.url))

/** The modules of a page that are programs. */
const programsOf = (page: string): ReadonlyArray<string> =>
  ofUse("run").filter((fence) => fence.page === page).map((fence) => folder + fileOf(fence))

const tsconfig = { extends: "../../tsconfig.json", files: fences.map(fileOf), include: [] }

const vitestConfig = `import { defineConfig } from "vitest/config"
import base from "../../vitest.config.ts"
export default defineConfig({ ...base, root: import.meta.dirname, test: { include: ["*.test.ts"] } })
`

const writeModules = (): void => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const fence of fences) {
    // As many lines above the code as the page has: what is said about a module then names the page's own lines.
    writeFileSync(`${folder}${fileOf(fence)}`, `${"\n".repeat(fence.line - 1)}${fence.code}\nexport {}\n`)
  }
  writeFileSync(`${folder}tsconfig.json`, JSON.stringify(tsconfig))
  writeFileSync(`${folder}vitest.config.ts`, vitestConfig)
}

/** Runs a tool of this repository; what it said, where it was not satisfied. */
const complaints = (script: string, args: ReadonlyArray<string>): Promise<string> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [`${repository}node_modules/${script}`, ...args],
      { cwd: folder, encoding: "utf8", timeout: 100_000 },
      (error, stdout, stderr) => resolve(error === null ? "" : `${stdout}${stderr}` || error.message)
    )
  })

const ofUse = (use: Fence["use"]): ReadonlyArray<Fence> => fences.filter((fence) => fence.use === use)

writeModules()

/** Pages that are about no code: the command line, and numbers. */
const withoutCode = ["docs/command-line.md", "docs/benchmarks.md"]

describe("the blocks of the documentation", { concurrent: true, timeout: 120_000 }, () => {
  it("are there: README has some, and so has every page for users", () => {
    const empty = pages.filter((page) =>
      !page.startsWith("docs/decisions/") && !withoutCode.includes(page) && !fences.some((fence) => fence.page === page)
    )
    expect(empty).toEqual([])
  })

  it("type-check, all in one program", async () => {
    expect(await complaints("typescript/bin/tsc", ["--pretty", "false", "-p", `${folder}tsconfig.json`])).toBe("")
  })

  it("that are test files pass", async () => {
    const args = ["run", "--config", `${folder}vitest.config.ts`, "--reporter", "default"]
    expect(ofUse("test").length).toBeGreaterThan(0)
    expect(await complaints("vitest/vitest.mjs", args)).toBe("")
  })

  it.each(pages.filter((page) => programsOf(page).length > 0))("of %s run to their end", async (page) => {
    const { exitCode, stderr } = await runProgram(runner, {}, programsOf(page))
    expect({ exitCode, ...(exitCode !== 0 && { stderr }) }).toEqual({ exitCode: 0 })
  })

  it("write no file into the repository", () => {
    expect(readdirSync(repository).filter((file) => basename(file).endsWith(".jsonl"))).toEqual([])
  })
})

describe("finding blocks", () => {
  it("tells programs, tests and what is only checked apart, and knows their lines", () => {
    const page = ["# Page", "```ts", "const a = 1", "```", "text", "```ts no-run", "const b = 2", "```"]
      .concat(["- item", "  ```ts", "  import { it } from \"@effect/vitest\"", "  ```", "```sh", "ls", "```"])
    expect(fencesOf("page.md", page.join("\n"))).toEqual([
      { page: "page.md", line: 3, code: "const a = 1", use: "run" },
      { page: "page.md", line: 7, code: "const b = 2", use: "check" },
      { page: "page.md", line: 11, code: "import { it } from \"@effect/vitest\"", use: "test" }
    ])
  })

  it("refuses a mark that it does not know, and a block that is not closed", () => {
    expect(() => fencesOf("page.md", "```ts norun\n```")).toThrow("page.md:1: \"norun\"")
    expect(() => fencesOf("page.md", "text\n```ts\nconst a = 1")).toThrow("page.md:2: the block is not closed")
  })
})
