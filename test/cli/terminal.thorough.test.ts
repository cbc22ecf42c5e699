/**
 * Closed pipes, color, width, progress, and text that would control the terminal.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { once } from "node:events"
import { metric, span, spanStart } from "../readers/lines.js"
import { documents, loom, started, until } from "./command.js"
import { type Samples, samples } from "./samples.js"

let files: Samples
beforeAll(async () => {
  files = await samples()
  files.write(
    "long.jsonl",
    Array.from({ length: 40_000 }, (_, id) => `${span({ id: id + 1, trace: id + 1 })}\n`).join("")
  )
  files.write("hostile.jsonl", hostile.map((line) => `${line}\n`).join(""))
}, 60_000)
afterAll(() => files.remove())

/** The characters that move, hide or reorder text on a terminal. */
const dangerous = [
  ...Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)),
  ...Array.from({ length: 33 }, (_, code) => String.fromCharCode(0x7f + code)),
  ..."\u061c\u200b\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u2060\u2066\u2069\ufeff\ufff9\u{e0041}"
]
const evil = `x${dangerous.join("")}\u001b[2J\u001b]0;owned\u0007y`

const raw =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/u

const attributes = { [evil]: evil, tool: evil, model: evil, user_id: evil, session_id: evil, agent: evil, tokens_in: 3 }
const failing = { outcome: "failure", exception: evil, attributes }
const hostile = [
  span({ id: 1, name: evil, ...failing }),
  span({ id: 2, parent: 1, name: "loom.model.stream", ...failing }),
  span({ id: 3, parent: 1, name: "loom.tool", ...failing }),
  span({
    id: 4,
    parent: 9,
    name: "loom.run",
    ...failing,
    events: [{ name: evil, time: "2026-01-31T12:00:00Z", attributes }]
  }),
  span({ id: 4, name: evil }),
  spanStart({ id: 5, parent: 1, name: evil, attributes }),
  metric({ id: 3, name: evil, value: 1, attributes }),
  span({ id: 6, trace: 2, name: evil }).replace("\"trace_id\":\"", `"trace_id":${JSON.stringify(evil).slice(0, -1)}`),
  JSON.stringify({ kind: "dropped", count: 2, reason: evil, at: "2026-01-31T12:00:00.000000Z" }),
  JSON.stringify({ kind: evil }),
  `not json ${evil.replaceAll("\n", "")}`
]

const printing: ReadonlyArray<ReadonlyArray<string>> = [
  ["tree", "--metrics"],
  ["tail"],
  ["stats", "--by", "user"],
  ["stats", "--by", "name"],
  ["cost", "--by", "model"],
  ["errors"],
  ["find"],
  ["doctor"],
  ["export", "--to", "collapsed", "--weight", "tokens"]
]

describe("an attacker's text", { concurrent: true, timeout: 60_000 }, () => {
  it.each(printing.map((command) => [command.join(" "), command] as const))(
    "never reaches the terminal raw: %s",
    async (_, command) => {
      const [text, json] = await Promise.all([
        loom([...command, files.path("hostile.jsonl")]),
        loom([...command, "--json", files.path("hostile.jsonl")])
      ])
      for (const { stderr, stdout } of [text, json]) {
        expect(stdout).not.toBe("")
        expect(raw.exec(stdout + stderr)).toBeNull()
      }
      if (command[0] !== "export") {
        expect(documents(json).length).toBeGreaterThan(0)
      }
    }
  )

  it("is preserved in JSON", async () => {
    const found = await loom(["find", "--json", "--name", "loom.tool", files.path("hostile.jsonl")])
    expect(documents(found)).toMatchObject([{ exception: evil, attributes: { user_id: evil } }])
  })

  it("is escaped in a file name", async () => {
    const { code, stderr } = await loom(["tree", "/tmp/\u001b[2J.jsonl"])
    expect(code).toBe(3)
    expect(stderr).toContain("cannot read /tmp/\\e[2J.jsonl: no such file")
    expect(raw.exec(stderr)).toBeNull()
  })

  it("is escaped when two runs are compared", async () => {
    const { stdout } = await loom(["diff", "--all", files.path("hostile.jsonl"), files.path("ours.jsonl")])
    expect(stdout).toContain("\\e[2J")
    expect(raw.exec(stdout)).toBeNull()
  })
})

describe("a reader that closes the pipe", { concurrent: true, timeout: 60_000 }, () => {
  it.each([["tree"], ["find"], ["tail", "-n", "40000"], ["export", "--to", "otlp"], ["tree", "--json"]])(
    "ends the command quietly with 0: %s %s %s",
    async (...command) => {
      const running = await started([...command, files.path("long.jsonl")])
      await once(running.child.stdout!, "data")
      running.child.stdout!.destroy()
      expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: "" })
    }
  )
})

describe("color", { concurrent: true, timeout: 60_000 }, () => {
  const esc = "\u001b["
  it.each([
    ["is off in a pipe", {}, [], false],
    ["is on with FORCE_COLOR", { FORCE_COLOR: "1" }, [], true],
    ["is off with FORCE_COLOR=0", { FORCE_COLOR: "0" }, [], false],
    ["is off with NO_COLOR, even with FORCE_COLOR", { NO_COLOR: "1", FORCE_COLOR: "1" }, [], false],
    ["is on with --color always, even with NO_COLOR", { NO_COLOR: "1" }, ["--color", "always"], true],
    ["is off with --color never, even with FORCE_COLOR", { FORCE_COLOR: "1" }, ["--color", "never"], false]
  ])("%s", async (_, env, options, isColored) => {
    const { stdout } = await loom(["tree", ...options, files.path("ours.jsonl")], { env })
    expect(stdout.includes(esc)).toBe(isColored)
  })
})

describe("width", { concurrent: true, timeout: 60_000 }, () => {
  it.each([["COLUMNS", { COLUMNS: "60" }, []], ["--width", {}, ["--width", "60"]]] as const)(
    "comes from %s",
    async (_, env, options) => {
      const all = await Promise.all(
        [["tree", "--metrics"], ["find"], ["tail"]].map((command) =>
          loom([...command, ...options, files.path("ours.jsonl")], { env })
        )
      )
      const longest = all.map(({ stdout }) => Math.max(...stdout.split("\n").map((line) => line.length)))
      expect(longest).toEqual([60, 60, 60])
    }
  )

  it.each([["stats", []], ["stats by session", ["--by", "session"]], ["cost", []]])(
    "limits the table of %s",
    async (name, options) => {
      const command = [name.split(" ")[0]!, ...options]
      const { stdout } = await loom([...command, "--width", "40", files.path("ours.jsonl")])
      expect(stdout.split("\n").filter((line) => line.length > 40)).toEqual([])
      expect(stdout).toMatch(/\n… [^]*\shidden;\s--width=\d+\sshows\sall\n$/)
    }
  )

  it("is unlimited in a pipe", async () => {
    const { stdout } = await loom(["tree", files.path("ours.jsonl")])
    expect(stdout).toContain("user_id=alice")
    expect(stdout).not.toContain("…")
  })
})

describe("progress", { concurrent: true, timeout: 60_000 }, () => {
  it("is hidden in a pipe unless --progress is given", async () => {
    const input = `${span({ id: 1 })}\n`.repeat(60_000)
    const [silent, shown] = await Promise.all([loom(["stats"], { input }), loom(["stats", "--progress"], { input })])
    expect(silent.stderr).toBe("")
    expect(shown.stderr).toMatch(/^reading standard input: \d+ MB\n/)
    expect(shown.stdout).toBe(silent.stdout)
  })
})

describe("Ctrl-C", { concurrent: true, timeout: 60_000 }, () => {
  it.each([["stats", "--progress"], ["view", "--progress", "-o", "-"]])(
    "ends a command that waits for input: %s",
    async (...command) => {
      const running = await started([...command, "-"], { input: `${span({ id: 1 })}\n`.repeat(60_000), open: true })
      await until(() => running.stderr().includes("reading"), running.stderr)
      running.child.kill("SIGINT")
      expect(await running.ended).toMatchObject({ code: 130, signal: null })
    }
  )

  it("ends tail -f", async () => {
    const running = await started(["tail", "-f", "-n", "1", files.path("ours.jsonl")])
    await until(() => running.stdout().includes("\n"), running.stderr)
    running.child.kill("SIGINT")
    expect(await running.ended).toMatchObject({ code: 130, signal: null, stderr: "" })
  })
})
