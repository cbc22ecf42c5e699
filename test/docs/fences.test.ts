/**
 * Every TypeScript block of README.md and docs/ is a complete program: it runs without errors, and `npm run check` type-checks it.
 */
import { describe, expect, it } from "@effect/vitest"
import { readdirSync } from "node:fs"
import { basename } from "node:path"
import { fileURLToPath } from "node:url"
import { compiledProgram, compileTogether } from "../bundled.js"
import { runScript } from "../examples/runProgram.js"
import { fences, fileOf, folder, pages, repository, writeModules } from "./fenceModules.js"
import { type Fence, fencesOf } from "./fences.js"

const runner = fileURLToPath(new URL("./runBlocks.ts", import.meta.url))

const ofUse = (use: Fence["use"]): ReadonlyArray<Fence> => fences.filter((fence) => fence.use === use)

writeModules()

/** Pages without programs, such as those about the command line. */
const withoutCode = [
  "cli-inspect",
  "cli-export",
  "scale",
  "command-line",
  "loomflow-names",
  "benchmarks",
  "reading-speed",
  "sql",
  "mcp",
  "effect-4"
]
  .map((name) => `docs/${name}.md`)

describe("code blocks in the documentation", { timeout: 300_000 }, () => {
  it("exist in README and in every page for users", () => {
    const empty = pages.filter((page) =>
      !page.startsWith("docs/decisions/") && !withoutCode.includes(page) && !fences.some((fence) => fence.page === page)
    )
    expect(empty).toEqual([])
  })

  it("run without errors if they are programs", async () => {
    const programs = await compileTogether(ofUse("run").map((fence) => folder + fileOf(fence)))
    const { exitCode, stderr } = await runScript(await compiledProgram(runner), {}, programs)
    expect({ exitCode, ...(exitCode !== 0 && { stderr }) }).toEqual({ exitCode: 0 })
  })

  it("write no files into the repository", () => {
    expect(readdirSync(repository).filter((file) => basename(file).endsWith(".jsonl"))).toEqual([])
  })
})

// Importing a block adds its tests to this suite.
describe("code blocks in the documentation that are test files", async () => {
  for (const fence of ofUse("test")) {
    await import(folder + fileOf(fence))
  }
})

describe("fencesOf", () => {
  it("distinguishes programs, tests and blocks that are only checked, and knows their lines", () => {
    const page = ["# Page", "```ts", "const a = 1", "```", "text", "```ts no-run", "const b = 2", "```"]
      .concat(["- item", "  ```ts", "  import { it } from \"@effect/vitest\"", "  ```", "```sh", "ls", "```"])
    expect(fencesOf("page.md", page.join("\n"))).toEqual([
      { page: "page.md", line: 3, code: "const a = 1", use: "run" },
      { page: "page.md", line: 7, code: "const b = 2", use: "check" },
      { page: "page.md", line: 11, code: "import { it } from \"@effect/vitest\"", use: "test" }
    ])
  })

  it("rejects an unknown word after ts, and a block that is not closed", () => {
    expect(() => fencesOf("page.md", "```ts norun\n```")).toThrow("page.md:1: \"norun\"")
    expect(() => fencesOf("page.md", "text\n```ts\nconst a = 1")).toThrow("page.md:2: the block is not closed")
  })
})
