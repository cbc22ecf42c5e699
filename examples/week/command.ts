/**
 * Runs the command line as a shell would, and prints the command and its output.
 */
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { basename } from "node:path"

const shown = (word: string): string => word.startsWith("/") ? basename(word) : /[ <=]/.test(word) ? `"${word}"` : word

/** Runs `npx loom-telemetry` with these arguments. Returns its exit code. */
export const loom = (...words: ReadonlyArray<string>): Effect.Effect<number> =>
  Effect.async((resume) => {
    execFile("npx", ["loom-telemetry", ...words], (error, stdout, stderr) => {
      console.log(`$ loom-telemetry ${words.map(shown).join(" ")}`)
      process.stdout.write((stdout + stderr).replace(/\/\S+\//g, ""))
      resume(Effect.succeed(error === null ? 0 : Number(error.code)))
    })
  })
