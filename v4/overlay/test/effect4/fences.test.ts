/**
 * The code blocks of the documentation that are programs, renamed for Effect 4. Blocks that are tests run separately.
 */
import { readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { compiledProgram, compileTogether } from "../bundled.js"
import { runScript } from "../examples/runProgram.js"

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const folder = here("../../coverage/fences/")

it("runs the code blocks of the documentation without errors", { timeout: 60_000 }, async () => {
  const programs = readdirSync(folder).filter((file) => file.endsWith(".run.ts")).map((file) => folder + file)
  expect(programs.length).toBeGreaterThan(30)
  const runner = await compiledProgram(here("../../../test/docs/runBlocks.ts"))
  const { exitCode, stderr } = await runScript(runner, {}, await compileTogether(programs))
  expect({ exitCode, ...(exitCode !== 0 && { stderr }) }).toEqual({ exitCode: 0 })
})
