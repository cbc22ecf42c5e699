/**
 * Commands refuse to write to a symbolic link, whatever it points to, and to their own input, and leave them unchanged.
 */
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { file, span } from "../readers/lines.js"
import { loom } from "./command.js"
import { folder, type Samples } from "./samples.js"

let files: Samples
beforeAll(() => {
  files = folder()
  files.write("traces.jsonl", file(span({ name: "loom.run", id: 1 })))
})
afterAll(() => files.remove())

const commands: Record<string, (output: string) => ReadonlyArray<string>> = {
  "view -o": (output) => ["view", "-o", output, files.path("traces.jsonl")],
  "export -o": (output) => ["export", "--to", "otlp", "-o", output, files.path("traces.jsonl")]
}

/** What a link points to. Each function creates the target and returns its path. */
const targets: Record<string, (path: string) => string> = {
  "a file": (path) => {
    writeFileSync(path, "precious")
    return path
  },
  "nothing": (path) => path,
  "a folder": (path) => {
    mkdirSync(path)
    return path
  },
  "another link to a file": (path) => {
    writeFileSync(`${path}.end`, "precious")
    symlinkSync(`${path}.end`, path)
    return path
  },
  "itself": (path) => path.replace(/target$/, "link")
}

describe.each(Object.keys(commands))("%s", { timeout: 60_000 }, (command) => {
  it.each(Object.keys(targets))("refuses a symbolic link to %s, and changes nothing", async (leadsTo) => {
    const base = files.path(`${command} ${leadsTo}`.replaceAll(" ", "-"))
    const [link, target] = [`${base}.link`, targets[leadsTo]!(`${base}.target`)]
    symlinkSync(target, link)
    const { code, stderr } = await loom(commands[command]!(link))
    expect(code).not.toBe(0)
    expect(stderr).toContain(`cannot write ${link}`)
    expect(readlinkSync(link)).toBe(target)
    if (leadsTo.endsWith("file")) {
      expect(readFileSync(link, "utf8")).toBe("precious")
    }
  })

  it("refuses to replace its own input, and leaves it unchanged", async () => {
    const before = readFileSync(files.path("traces.jsonl"), "utf8")
    const { code, stderr } = await loom(commands[command]!(files.path("./traces.jsonl")))
    expect([code, stderr]).toEqual([3, expect.stringContaining("traces.jsonl: it is an input")])
    expect(readFileSync(files.path("traces.jsonl"), "utf8")).toBe(before)
  })

  it("replaces a hard-linked file under the given name, and leaves the other name unchanged", async () => {
    const [one, other] = [files.path(`${command}-one`), files.path(`${command}-other`)]
    writeFileSync(one, "precious")
    linkSync(one, other)
    expect((await loom(commands[command]!(one))).code).toBe(0)
    expect(readFileSync(other, "utf8")).toBe("precious")
    expect(statSync(one).ino).not.toBe(statSync(other).ino)
    expect(lstatSync(one).isFile()).toBe(true)
  })
})
