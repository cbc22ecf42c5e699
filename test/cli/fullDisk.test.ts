/**
 * Every command reports that standard output cannot be written, and exits with 3.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { closeSync, cpSync, existsSync, openSync, symlinkSync } from "node:fs"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { metric, score, span } from "../readers/lines.js"
import { bundled } from "./bundle.js"
import { folder, type Samples } from "./samples.js"

let files: Samples
let path: string
/** The command, with its optional packages. */
let bin: string
beforeAll(async () => {
  files = folder()
  cpSync(dirname(await bundled()), files.path("package"), { recursive: true })
  symlinkSync(fileURLToPath(new URL("../../node_modules", import.meta.url)), files.path("package/node_modules"))
  bin = files.path("package/bin.js")
  path = files.write(
    "traces.jsonl",
    [
      span({
        id: 2,
        parent: 1,
        name: "loom.tool",
        outcome: "failure",
        exception: "Error: no",
        attributes: { tool: "t" }
      }),
      span({ id: 1, name: "loom.run", attributes: { agent: "a", input: "Go" } }),
      metric({ name: "m", value: 1, id: 1 }),
      score({ name: "good", value: 1, id: 1 })
    ].map((each) => `${each}\n`).join("")
  )
}, 60_000)
afterAll(() => files.remove())

const commands: ReadonlyArray<ReadonlyArray<string>> = [
  ["stats", "FILE"],
  ["stats", "--json", "FILE"],
  ["cost", "FILE"],
  ["tree", "FILE"],
  ["tree", "--last", "1", "FILE"],
  ["tree", "--json", "FILE"],
  ["find", "FILE"],
  ["errors", "FILE"],
  ["doctor", "FILE"],
  ["tail", "FILE"],
  ["tail", "-f", "FILE"],
  ["diff", "FILE", "FILE"],
  ["diff", "--by", "case", "FILE", "FILE"],
  ["export", "--to", "otlp", "FILE"],
  ["export", "--to", "chrome", "FILE"],
  ["export", "--to", "collapsed", "FILE"],
  ["export", "--to", "html", "FILE"],
  ["view", "--out", "-", "FILE"],
  ["view", "--serve", "FILE"],
  ["sql", "select 1 as one", "FILE"],
  ["sql", "--json", "select 1 as one", "FILE"],
  ["cassette", "check", "FILE"],
  ["score", "--json", "--trace", "0af7651916cd43dd8448eb211c80319c", "--name", "n", "--value", "1", "SCORES"],
  ["dataset", "add", "CASES", "FILE"],
  ["dataset", "add", "--json", "CASES", "FILE"],
  ["--help"],
  ["stats", "--help"],
  ["--version"],
  ["--completions", "bash"]
]

let runs = 0

const run = async (args: ReadonlyArray<string>, stdout: number) => {
  // A dataset of its own for each run, because cases that are already in it are neither added nor printed.
  const paths = { FILE: path, SCORES: files.path("scores.jsonl"), CASES: files.path(`cases-${runs++}.jsonl`) }
  const words = args.map((word) => Object.hasOwn(paths, word) ? paths[word as keyof typeof paths] : word)
  const child = spawn(process.execPath, [bin, ...words], { stdio: ["ignore", stdout, "pipe"] })
  let stderr = ""
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
  })
  const [code] = await once(child, "close")
  return { code: code as number, stderr }
}

describe.skipIf(!existsSync("/dev/full"))("a full disk at standard output", { timeout: 120_000 }, () => {
  it.each(commands.map((command) => [command.join(" "), command] as const))(
    "is reported with exit code 3 by %s",
    async (_, command) => {
      const full = openSync("/dev/full", "w")
      try {
        const { code, stderr } = await run(command, full)
        expect(code).toBe(3)
        expect(stderr).toContain("loom-telemetry: cannot write to standard output: no space left on the device")
      } finally {
        closeSync(full)
      }
    }
  )
})
