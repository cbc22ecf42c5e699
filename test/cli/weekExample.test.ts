/**
 * The example of a week in a clone: no command line is installed there.
 */
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { describe, expect, it } from "vitest"

const repository = fileURLToPath(new URL("../../", import.meta.url))

describe("an example in a clone", () => {
  it("runs the command line from its sources", async () => {
    const folder = mkdtempSync(join(tmpdir(), "loom-week-clone-"))
    try {
      const program = join(folder, "help.mts")
      const command = JSON.stringify(join(repository, "examples/week/command.ts"))
      const effect = JSON.stringify(join(repository, "node_modules/effect/dist/esm/index.js"))
      writeFileSync(
        program,
        `import { loom } from ${command}\nimport { Effect } from ${effect}\nawait Effect.runPromise(loom("score", "--help"))\n`
      )
      // Without npx, which finds an installed command line on some machines.
      const options = { cwd: repository, env: { PATH: "" } }
      const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", program], options)
      expect(stdout).toMatch(/^\$ loom-telemetry score --help\n[^]*--explanation/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
