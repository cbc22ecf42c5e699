/**
 * The scripts printed by `--completions` work in their shells. For zsh, only the syntax is checked.
 */
import { beforeAll, describe, expect, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { commands } from "../../src/cli/commands/index.js"
import { loom } from "./command.js"

const shells = ["bash", "zsh", "fish"] as const

const scripts = new Map<string, string>()

beforeAll(async () => {
  for (const shell of shells) {
    const { code, stderr, stdout } = await loom(["--completions", shell])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    scripts.set(shell, stdout)
  }
}, 60_000)

const hasShell = (shell: string): boolean => spawnSync(shell, ["-c", "true"]).status === 0

/** The output lines of a program that runs after the script. */
const answer = (shell: string, program: string): ReadonlyArray<string> => {
  const { status, stderr, stdout } = spawnSync(shell, ["-c", `${scripts.get(shell)}\n${program}`], { encoding: "utf8" })
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
  return stdout.split("\n").filter((line) => line !== "")
}

/** The completions in bash for these words, the last of which is incomplete. */
const inBash = (...words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const line = ["loom-telemetry", ...words].map((word) => `'${word}'`).join(" ")
  return answer(
    "bash",
    `COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _loom_telemetry; printf '%s\\n' "\${COMPREPLY[@]}"`
  )
}

const inFish = (line: string): ReadonlyArray<string> =>
  answer("fish", `complete -C '${line}'`).map((offer) => offer.split("\t")[0]!)

const optionsOf = (name: string): ReadonlyArray<string> =>
  Object.keys(commands.find((command) => command.name === name)!.options).map((option) => `--${option}`)

describe("completions", { timeout: 30_000 }, () => {
  it.each(["bash", "zsh"].filter(hasShell))("for %s are a valid script", (shell) => {
    const { status, stderr } = spawnSync(shell, ["-n", "-c", scripts.get(shell)!], { encoding: "utf8" })
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
  })

  it.each(shells)("for %s explain how to enable them", (shell) => {
    expect(scripts.get(shell)).toContain(`loom-telemetry --completions ${shell}`)
  })

  it.each(shells)("for %s cover every command and every option", (shell) => {
    const script = scripts.get(shell)!
    for (const { name } of commands) {
      const lines = script.split("\n").filter((line) => line.includes(name))
      for (const option of optionsOf(name).map((word) => word.slice(2))) {
        expect([name, option, lines.some((line) => new RegExp(`(--|-l )${option}\\b`).test(line))])
          .toEqual([name, option, true])
      }
    }
  })

  it("offer commands, options and choices in bash", () => {
    expect(inBash("st")).toEqual(["stats"])
    expect(inBash("d")).toEqual(["diff", "dataset", "doctor"])
    expect(inBash("help", "ta")).toEqual(["tail"])
    expect(inBash("stats", "--")).toEqual(optionsOf("stats"))
    expect(inBash("stats", "traces.jsonl", "--fa")).toEqual(["--fail-if"])
    expect(inBash("stats", "--by", "m")).toEqual(["model"])
    expect(inBash("stats", "--by", "=", "m")).toEqual(["model"])
    expect(inBash("stats", "--by", "=")).toEqual([
      "name",
      "tool",
      "model",
      "user",
      "session",
      "agent",
      "version",
      "score"
    ])
    expect(inBash("--completions", "")).toEqual([...shells])
  })

  it("leave file names to bash, with and without an option", () => {
    expect(inBash("stats", "tra")).toEqual([])
    expect(inBash("export", "--out", "")).toEqual([])
    expect(scripts.get("bash")).toMatch(/^complete -o bashdefault -o default -F _loom_telemetry loom-telemetry$/m)
  })

  it.skipIf(!hasShell("fish"))("offer commands, options and choices in fish", () => {
    expect(inFish("loom-telemetry st")).toEqual(["stats"])
    expect(inFish("loom-telemetry stats --by m")).toEqual(["model"])
    expect(inFish("loom-telemetry stats --fa")).toEqual(["--fail-if"])
    expect(inFish("loom-telemetry --completions ")).toEqual([...shells].toSorted())
  })

  it("fail for other shells with a message that lists the supported ones", async () => {
    const failed = (message: string) => ({ code: 2, stdout: "", stderr: `loom-telemetry: ${message}\n` })
    expect(await loom(["--completions", "tcsh"])).toMatchObject(
      failed("--completions \"tcsh\": expected bash, zsh or fish")
    )
    expect(await loom(["--completions"])).toMatchObject(
      failed("--completions needs a value: --completions bash|zsh|fish")
    )
    expect((await loom(["--completions=fish"])).stdout).toBe(scripts.get("fish"))
  })
})
