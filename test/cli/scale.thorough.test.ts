/**
 * `stats` on a large file: constant memory, correct numbers, and progress; `find`: a few bytes for each trace.
 *
 * `LOOM_LARGE_MB` sets the size in megabytes, 256 by default; `.ci/run` uses 2,048. The file is written piece by piece to the system's temporary directory.
 */
import { expect, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createWriteStream } from "node:fs"
import { metric, span } from "../readers/lines.js"
import { bundled } from "./bundle.js"
import { folder } from "./samples.js"

const megabytes = Number(process.env["LOOM_LARGE_MB"] ?? 256)

/** The traces of one block. They differ within the block; blocks differ by their ids, so no trace occurs twice. */
const perBlock = 500

const block = Array.from({ length: perBlock }, (_, trace) => {
  const id = trace * 8 + 1
  const whose = { user_id: `user ${trace % 50}`, session_id: `s-${trace}` }
  const model = { model: `model ${trace % 3}` }
  return [
    metric({ name: "loom.cost.usd", value: 0.25, trace, id: id + 2, attributes: { ...model, ...whose } }),
    span({
      id: id + 2,
      parent: id + 1,
      trace,
      name: "loom.model.stream",
      ms: 1 + trace % 10,
      attributes: { ...model, ...whose, cost_usd: 0.25, tokens_in: 100, tokens_out: 10 }
    }),
    span({
      id: id + 3,
      parent: id + 1,
      trace,
      name: "loom.tool",
      outcome: trace % 5 === 0 ? "failure" : "success",
      attributes: { tool: "search", ...whose }
    }),
    span({ id: id + 1, parent: id, trace, name: "loom.turn", attributes: { turn: 0, ...whose } }),
    span({ id, trace, name: "loom.run", ms: 20, attributes: { agent: "planner", ...whose } })
  ].map((line) => `${line}\n`).join("")
}).join("")

const blockOf = (number: number): string =>
  block.replaceAll("\"trace_id\":\"00000000", `"trace_id":"${number.toString(16).padStart(8, "0")}`)

const write = async (path: string): Promise<number> => {
  const blocks = Math.ceil((megabytes * 1e6) / Buffer.byteLength(block))
  const out = createWriteStream(path)
  for (let number = 0; number < blocks; number++) {
    if (!out.write(blockOf(number))) {
      await once(out, "drain")
    }
  }
  await once(out.end(), "close")
  return blocks
}

/** Runs a command and measures its peak memory, in megabytes. */
const measured = async (args: ReadonlyArray<string>) => {
  const report = "process.on('exit',()=>process.stderr.write('\\npeak '+process.resourceUsage().maxRSS+'\\n'))"
  const preload = `data:text/javascript,${encodeURIComponent(report)}`
  const child = spawn(process.execPath, ["--import", preload, await bundled(), ...args])
  let [stdout, stderr] = ["", ""]
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
  })
  const [code] = await once(child, "close")
  return { code: code as number, stdout, stderr, peak: Number(/peak (\d+)/.exec(stderr)?.[1]) / 1024 }
}

it("stats takes no more memory for a large file than for a small one", async () => {
  const files = folder()
  try {
    const blocks = await write(files.path("large.jsonl"))
    const { code, peak, stderr, stdout } = await measured(["stats", "--json", "--progress", files.path("large.jsonl")])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      spans: blocks * perBlock * 4,
      traces: blocks * perBlock,
      failures: blocks * perBlock / 5,
      bad: 0,
      usage: { cost_usd: blocks * perBlock / 4, tokens_in: blocks * perBlock * 100 }
    })
    const shares = stderr.match(/\d+(?= %)/g)?.map(Number) ?? []
    expect(shares.length).toBeGreaterThan(megabytes / 20)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    process.stderr.write(`stats of ${megabytes} MB: ${Math.round(peak)} MB of memory at most\n`)
    expect(peak).toBeLessThan(320)
    const found = await measured([
      "find",
      "--name",
      "loom.tool",
      "--attr",
      "user_id=user 7",
      "--json",
      files.path("large.jsonl")
    ])
    expect(found.code).toBe(0)
    expect(found.stdout.split("\n").length - 1).toBe(blocks * perBlock / 50)
    process.stderr.write(`find in ${megabytes} MB: ${Math.round(found.peak)} MB of memory at most\n`)
    expect(found.peak).toBeLessThan(200 + 100 * megabytes / 1000)
  } finally {
    files.remove()
  }
}, 1_800_000)
