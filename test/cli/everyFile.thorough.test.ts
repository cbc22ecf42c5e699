/**
 * Every command on every kind of file: the right result, or a clear error with its exit code.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { documents, loom } from "./command.js"
import { type Samples, samples } from "./samples.js"

let files: Samples
beforeAll(async () => {
  files = await samples()
}, 60_000)
afterAll(() => files.remove())

/** The commands that print a result for one file. */
const answering = [
  ["tree"],
  ["tail"],
  ["stats"],
  ["cost"],
  ["errors"],
  ["find", "--name", "loom.*"],
  ["doctor"],
  ["export", "--to", "otlp"],
  ["export", "--to", "chrome"],
  ["export", "--to", "collapsed"],
  ["export", "--to", "html"],
  ["view", "-o", "-"]
] as const

/** Commands with their names. */
const named = (commands: ReadonlyArray<ReadonlyArray<string>>) =>
  commands.map((command) => [command.join(" "), command] as const)

describe("every command", { concurrent: true, timeout: 120_000 }, () => {
  describe.each(named(answering))("%s", (_, command) => {
    const on = (name: string) => loom([...command, files.path(name)])

    it("prints the same for a file, a compressed file and standard input", async () => {
      const [plain, packed, piped] = await Promise.all([
        on("ours.jsonl"),
        on("ours.jsonl.gz"),
        loom([...command], { input: readFileSync(files.path("ours.jsonl.gz")) })
      ])
      expect(plain).toMatchObject({ code: 0, signal: null, stderr: "" })
      expect(plain.stdout.length).toBeGreaterThan(20)
      const anonymous = (text: string) => text.replace(/<title>.*<\/title>|"title":"[^"]*"/g, "")
      expect(anonymous(packed.stdout)).toBe(anonymous(plain.stdout))
      expect(anonymous(piped.stdout)).toBe(anonymous(plain.stdout))
    })

    it("reads a file written by LoomFlow", async () => {
      const { code, stderr, stdout } = await on("python.jsonl")
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
      expect(stdout.length).toBeGreaterThan(20)
    })

    it("fails with 3 if the file is missing or a directory, and names it", async () => {
      const [missing, folder] = await Promise.all([on("missing.jsonl"), on("folder")])
      expect(missing).toMatchObject({ code: 3 })
      expect(missing.stderr).toContain("missing.jsonl: no such file")
      expect(folder).toMatchObject({ code: 3 })
      expect(folder.stderr).toContain("folder: it is a directory; name a file in it")
    })
  })
})

/** Commands that succeed even if a line is bad. */
const counting = answering.filter(([name, , to]) => name !== "doctor" && name !== "view" && to !== "html")

describe("a command", { concurrent: true, timeout: 120_000 }, () => {
  it.each(named(counting))("reports a torn line on standard error: %s", async (_, command) => {
    const { code, stderr, stdout } = await loom([...command, files.path("torn.jsonl")])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "skipped 1 bad line (1 torn); run `doctor` for details\n" })
    expect(stdout).not.toBe("")
  })

  it.each(named(counting))(
    "prints a result for the readable part of a truncated gzip file, then fails: %s",
    async (_, command) => {
      const { code, stderr, stdout } = await loom([...command, files.path("cut.jsonl.gz")])
      expect({ code, stderr }).toMatchObject({ code: 3 })
      expect(stderr).toContain("skipped 2 bad lines (1 torn); run `doctor` for details")
      expect(stderr).toMatch(
        /cut\.jsonl\.gz: the compressed data is truncated or corrupt\. The result covers only the part that could be read\n/
      )
      expect(stdout).not.toBe("")
    }
  )

  it("creates a page from the readable part of a truncated gzip file, then fails", async () => {
    const { code, stderr, stdout } = await loom(["export", "--to", "html", files.path("cut.jsonl.gz")])
    expect({ code, stderr: stderr.split(": ")[1] }).toEqual({
      code: 3,
      stderr: expect.stringContaining("cut.jsonl.gz")
    })
    expect(stdout).toMatch(/<\/html>\s*$/)
    expect(stdout).toContain("loom.run")
  })

  it("exits with the code of --fail-if, and still reports a truncated file", async () => {
    const { code, stderr } = await loom(["stats", "--fail-if", "spans > 0", files.path("cut.jsonl.gz")])
    expect(code).toBe(1)
    expect(stderr).toContain("is truncated or corrupt")
  })

  it.each(["tree", "stats", "cost", "errors"])(
    "fails for a file that contains no records: %s",
    async (command) => {
      const { code, stderr } = await loom([command, files.path("foreign.jsonl")])
      expect(code).toBe(3)
      expect(stderr).toContain(`no records in ${files.path("foreign.jsonl")}: it seems to be text`)
    }
  )

  it.each(
    named([["tree"], ["tail"], ["stats"], ["cost"], ["errors"], ["find"], ["doctor"], ["export", "--to", "otlp"]])
  )(
    "accepts an empty file: %s",
    async (_, command) => {
      const { code, stdout } = await loom([...command, files.path("empty.jsonl")])
      expect(code).toBe(0)
      expect(stdout.length).toBeLessThan(200)
    }
  )

  it("adds up several files", async () => {
    const [one, two] = await Promise.all([
      loom(["stats", "--json", files.path("ours.jsonl")]),
      loom(["stats", "--json", files.path("ours.jsonl"), files.path("python.jsonl")])
    ])
    const spans = (ended: typeof one) => (documents(ended)[0] as { readonly spans: number }).spans
    expect(spans(two)).toBe(2 * spans(one))
  })

  it("writes a page only once it is complete, and leaves no other file", async () => {
    const [written, failed] = await Promise.all([
      loom(["view", files.path("ours.jsonl"), "-o", files.path("page.html")]),
      loom(["view", files.path("folder"), "-o", files.path("none.html")])
    ])
    expect(written).toMatchObject({ code: 0, stdout: "", stderr: `wrote ${files.path("page.html")}\n` })
    expect(failed.code).toBe(3)
    expect(readFileSync(files.path("page.html"), "utf8")).toMatch(
      /^<!doctype html>[^]*loom\.model\.stream[^]*<\/html>\n$/
    )
    expect(readdirSync(files.path(".")).filter((name) => name.includes(".part") || name === "none.html")).toEqual([])
  })

  it.each([
    ["export", ["export", "--to", "chrome"]],
    ["view", ["view"]]
  ])("explains why it cannot write: %s", async (_, command) => {
    const to = (path: string) => loom([...command, "-o", path, files.path("ours.jsonl")])
    const [nowhere, folder, below] = await Promise.all([
      to(files.path("none/page.html")),
      to(files.path("folder")),
      to(files.path("ours.jsonl/page.html"))
    ])
    const failed = (path: string, reason: string) => ({
      code: 3,
      stderr: `loom-telemetry: cannot write ${files.path(path)}: ${reason}\n`
    })
    expect(nowhere).toMatchObject(failed("none/page.html", "no such directory"))
    expect(folder).toMatchObject(failed("folder", "it is a directory; name a file in it"))
    expect(below).toMatchObject(failed("ours.jsonl/page.html", "part of its path is not a directory"))
  })

  it("writes to a device without replacing it with a file", async () => {
    expect(await loom(["export", "--to", "chrome", "-o", "/dev/null", files.path("ours.jsonl")])).toMatchObject({
      code: 0
    })
    expect(readFileSync("/dev/null", "utf8")).toBe("")
  })
})
