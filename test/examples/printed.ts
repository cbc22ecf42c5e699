/**
 * The output of examples, run as a user would run them.
 */
import { expect } from "@effect/vitest"
import { fileURLToPath } from "node:url"
import { runProgram } from "./runProgram.js"

/** Where the examples are. */
export const folder = fileURLToPath(new URL("../../examples/", import.meta.url))

/** Examples run in parallel, each in a process, which is slow during a whole test run. */
export const patience = { concurrent: true, timeout: 180_000 }

/** The standard output of a program that succeeds and prints nothing on standard error. */
export const printed = async (file: string, env?: NodeJS.ProcessEnv): Promise<ReadonlyArray<string>> => {
  const { exitCode, stderr, stdout } = await runProgram(`${folder}${file}`, env)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
  return stdout.trimEnd().split("\n")
}

/** The lines, with placeholders for what changes from run to run. */
export const stable = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.map((line) =>
    line
      .replace(/run_[0-9A-HJKMNP-TV-Z]{26}/g, "run_ID")
      .replace(/\( *[\d.]+(µs|ms|s)\)/g, "(…ms)")
      .replace(/_ms=\d+(\.\d+)?/g, "_ms=…")
  )

/** The tree of the arithmetic agent: two turns, a tool in the first. */
export const isTree = (lines: ReadonlyArray<string>): void => {
  expect(lines).toEqual([
    expect.stringMatching(
      /^• loom\.run \(\d+\.\dms\) agent=arithmetic, model=ScriptedModel, .*\[42 in, 12 out, \$0\.000306\]$/
    ),
    expect.stringMatching(/^ {2}• loom\.turn \(\d+\.\dms\) turn=0, session_id=/),
    expect.stringMatching(/^ {4}• loom\.model\.stream \(\d+\.\dms\) model=ScriptedModel/),
    expect.stringMatching(/^ {4}• loom\.tool \(\d+\.\dms\) tool=add, ok=true, .*call_id=c1/),
    expect.stringMatching(/^ {2}• loom\.turn \(\d+\.\dms\) turn=1, session_id=/),
    expect.stringMatching(/^ {4}• loom\.model\.stream \(\d+\.\dms\) model=ScriptedModel/)
  ])
}
