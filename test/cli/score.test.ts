/**
 * `score` appends a score to a file, even while others write to it.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { mkdirSync, readFileSync, symlinkSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { span } from "../readers/lines.js"
import { documents, loom } from "./command.js"
import { folder, type Samples } from "./samples.js"

const traceId = "1".padStart(32, "0")
const spanId = "2".padStart(16, "0")

let files: Samples
beforeAll(() => {
  files = folder()
})
afterAll(() => files.remove())

describe("the command score", { timeout: 60_000 }, () => {
  const of = ["--trace", traceId]
  const lines = (name: string) => readFileSync(files.path(name), "utf8").split("\n")

  it("appends one line, which starts on a new line after a torn one", async () => {
    const path = files.write("torn.jsonl", `${span({ id: 1 })}\n{"kind":"spa`)
    const args = [...of, "--span", spanId, "--name", "tone", "--label", "rude", "--explanation", "swears", path]
    expect(await loom(["score", ...args])).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining("chmod 600")
    })
    const [first, torn, added, end] = lines("torn.jsonl")
    expect([first, torn, end]).toEqual([span({ id: 1 }), "{\"kind\":\"spa", ""])
    expect(JSON.parse(added!)).toMatchObject({
      kind: "score",
      name: "tone",
      value: null,
      label: "rude",
      explanation: "swears",
      source: "human",
      trace_id: traceId,
      span_id: spanId
    })
  })

  it("accepts negative values and another source, redacts secrets, and prints the written score with --json", async () => {
    const path = files.path("new.jsonl")
    const secret = ["--explanation", "password=hunter2hunter2"]
    const args = ["score", "--json", ...of, "--name", "delta", "--value", "-0.5", "--source", "code", ...secret, path]
    const run = await loom(args)
    expect([run.code, documents(run)]).toMatchObject([0, [{
      name: "delta",
      value: -0.5,
      source: "code",
      span_id: null
    }]])
    expect(JSON.parse(lines("new.jsonl")[0]!)).toMatchObject({ value: -0.5, explanation: "password=<redacted>" })
  })

  it.each<readonly [string, ReadonlyArray<string>, RegExp]>([
    ["no file", [...of, "--name", "s", "--value", "1"], /missing argument FILE/],
    ["standard output as the file", [...of, "--name", "s", "--value", "1", "-"], /name the file/],
    ["no trace", ["--name", "s", "--value", "1", "x"], /--trace/],
    ["no name", [...of, "--value", "1", "x"], /--name/],
    ["an empty name", [...of, "--name", "", "--value", "1", "x"], /no name/],
    ["neither value nor label", [...of, "--name", "s", "x"], /missing option --value N or --label LABEL/],
    ["NaN", [...of, "--name", "s", "--value", "NaN", "x"], /a finite number/],
    [
      "a part of a trace id",
      ["--trace", "0af7", "--name", "s", "--value", "1", "x"],
      /32 lower-case.*find --json FILE/
    ],
    ["an invalid span id", [...of, "--span", "xyz", "--name", "s", "--value", "1", "x"], /16 lower-case/],
    ["an unknown source", [...of, "--name", "s", "--value", "1", "--source", "robot", "x"], /code, model or human/]
  ])("fails with code 2 and writes nothing for %s", async (_, args, message) => {
    expect(await loom(["score", ...args])).toMatchObject({ code: 2, stderr: expect.stringMatching(message) })
  })

  it("refuses a folder and a symbolic link", async () => {
    mkdirSync(files.path("folder"))
    symlinkSync(files.write("target.jsonl", ""), files.path("link.jsonl"))
    for (const name of ["folder", "link.jsonl"]) {
      const { code, stderr } = await loom(["score", ...of, "--name", "s", "--value", "1", files.path(name)])
      expect([code, stderr]).toEqual([3, expect.stringContaining("Cannot open")])
    }
    expect(readFileSync(files.path("target.jsonl"), "utf8")).toBe("")
  })

  it.each<readonly [string, string | Uint8Array, string]>([
    ["packed.jsonl.gz", gzipSync(`${span({ id: 1 })}\n`), "it is compressed"],
    ["notes.txt", "hello\n", "text that is not JSON"],
    ["package.json", "{\n  \"name\": \"x\"\n}\n", "some other JSON"],
    ["cases.jsonl", "{\"id\":\"a\",\"input\":\"x\"}\n", "some other JSON"],
    ["otlp.jsonl", "{\"resourceSpans\":[]}\n", "OTLP/JSON"]
  ])("leaves a file unchanged if it is compressed or not a trace file: %s", async (name, content, what) => {
    const path = files.write(name, content)
    const { code, stderr } = await loom(["score", ...of, "--name", "s", "--value", "1", path])
    expect([code, stderr]).toEqual([3, expect.stringContaining(what)])
    expect(readFileSync(path)).toEqual(Buffer.from(content))
  })

  it.each(["", "\n", "{\"ki", "{\"kind\":\"spa", "torn\":1}\n{\"kind\": \"metric\"}\n"])(
    "appends to a file that contains only %j",
    async (content) => {
      const path = files.write("begun.jsonl", content)
      expect(await loom(["score", ...of, "--name", "s", "--value", "1", path])).toMatchObject({ code: 0 })
      expect(lines("begun.jsonl").at(-2)).toContain("\"name\":\"s\"")
    }
  )

  it("loses nothing when several processes append at once", async () => {
    const path = files.path("shared.jsonl")
    const values = Array.from({ length: 12 }, (_, index) => index)
    const runs = await Promise.all(
      values.map((value) => loom(["score", ...of, "--name", "s", "--value", String(value), path]))
    )
    expect(new Set(runs.map(({ code }) => code))).toEqual(new Set([0]))
    const written = lines("shared.jsonl").filter((line) => line !== "").map((line) => JSON.parse(line).value)
    expect(written.sort((a, b) => a - b)).toEqual(values)
  })
})
