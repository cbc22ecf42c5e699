/**
 * Runs the command line as a shell would, and prints the command and its output.
 */
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { basename } from "node:path"
import { fileURLToPath } from "node:url"

// In a clone, from its sources: npx finds only installed packages. The published package has the sources too, but not their settings.
const sources = new URL("../../src/cli/bin.ts", import.meta.url)
const isClone = existsSync(sources) && existsSync(new URL("../../tsconfig.json", import.meta.url))
const [program, ...before]: [string, ...Array<string>] = isClone
  ? [process.execPath, ...process.execArgv, fileURLToPath(sources)]
  : ["npx", "loom-telemetry"]

const shown = (word: string): string => word.startsWith("/") ? basename(word) : /[ <=]/.test(word) ? `"${word}"` : word

/** Runs `loom-telemetry` with these arguments. Returns its exit code. */
export const loom = (...words: ReadonlyArray<string>): Effect.Effect<number> =>
  Effect.async((resume) => {
    execFile(program, [...before, ...words], (error, stdout, stderr) => {
      console.log(`$ loom-telemetry ${words.map(shown).join(" ")}`)
      process.stdout.write((stdout + stderr).replace(/\/\S+\//g, ""))
      resume(Effect.succeed(error === null ? 0 : Number(error.code)))
    })
  })
