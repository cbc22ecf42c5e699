/**
 * How much time and memory does each command take for a large file? `npm run bench -- reading` measures each command once, in a separate process, and
 * writes the table to docs/reading-speed.md. `BENCH_FILE_MB=100,1000` sets the sizes.
 */
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { aligned, machine } from "./report.js"
import { writeRuns } from "./runsFile.js"

const sizes = (process.env["BENCH_FILE_MB"] ?? "100,1000").split(",").map(Number)

const bin = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url))
const otherReader = fileURLToPath(new URL("../../.bench/otherReader.mjs", import.meta.url))

interface Cost {
  /** Seconds. */
  readonly wall: number
  /** Seconds, for all threads. */
  readonly cpu: number
  /** The peak, in megabytes. */
  readonly memory: number
  /** How often the file is read. */
  readonly files: number
}

const report = `process.on("exit", () => {
  const { maxRSS, systemCPUTime, userCPUTime } = process.resourceUsage()
  process.stderr.write("\\nused " + JSON.stringify([(systemCPUTime + userCPUTime) / 1e6, maxRSS / 1024]) + "\\n")
})`
const reporting = ["--import", `data:text/javascript,${encodeURIComponent(report)}`]

const costOf = (start: number, stderr: string, files = 1): Cost => {
  const wall = (performance.now() - start) / 1000
  const [, used = "null"] = /\nused (.*)\n/.exec(stderr) ?? []
  const [cpu, memory] = JSON.parse(used) as [number, number]
  return { wall, cpu, memory, files }
}

/** Runs a Node program until it exits. */
const run = async (args: ReadonlyArray<string>, files?: number): Promise<Cost> => {
  const start = performance.now()
  const child = spawn(process.execPath, [...reporting, ...args], { stdio: ["ignore", "ignore", "pipe"] })
  let stderr = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
  })
  const [code] = await once(child, "close") as [number]
  if (code !== 0) {
    throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`)
  }
  return costOf(start, stderr, files)
}

const loom = (...args: ReadonlyArray<string>) => (path: string): Promise<Cost> => run([bin, ...args, path])

const other = (name: string) => (path: string): Promise<Cost> => run([otherReader, name, path])

/** Requests the list of traces through an MCP client, and waits until the server has ended. */
const listTraces = async (path: string): Promise<Cost> => {
  const start = performance.now()
  const args = [...reporting, bin, "mcp", path]
  const transport = new StdioClientTransport({ command: process.execPath, args, stderr: "pipe" })
  let stderr = ""
  transport.stderr!.on("data", (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const client = new Client({ name: "bench", version: "1" })
  await client.connect(transport)
  await client.callTool({ name: "list_traces", arguments: {} }, undefined, { timeout: 600_000 })
  await client.close()
  return costOf(start, stderr)
}

const query = "select model, count(*), sum(cost_usd) from model_calls group by all"

const rows: { readonly [row: string]: (path: string) => Promise<Cost> } = {
  "lines and JSON.parse, one thread": other("parse"),
  "node:readline and JSON.parse": other("readline"),
  "DuckDB, read_json": other("duckdb"),
  stats: loom("stats"),
  cost: loom("cost"),
  "tree --last 1": loom("tree", "--last", "1"),
  errors: loom("errors"),
  "find --outcome failure": loom("find", "--outcome", "failure"),
  doctor: loom("doctor"),
  "diff, file with itself": (path) => run([bin, "diff", path, path], 2),
  "export --to otlp": loom("export", "--to", "otlp"),
  "export --to collapsed": loom("export", "--to", "collapsed"),
  "sql, cost by model": loom("sql", query),
  "mcp, list of traces": listTraces,
  view: loom("view", "--out", "-")
}

type Costs = ReadonlyMap<string, ReadonlyArray<Cost>>

const measure = async (): Promise<Costs> => {
  const costs = new Map(Object.keys(rows).map((row) => [row, new Array<Cost>()]))
  for (const size of sizes) {
    const folder = mkdtempSync(join(tmpdir(), "loom-bench-"))
    try {
      const path = join(folder, "records.jsonl")
      writeRuns(path, size * 1e6)
      for (const [row, measured] of Object.entries(rows)) {
        process.stderr.write(`\r\u001b[K${size} MB: ${row}`)
        costs.get(row)!.push(await measured(path))
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  process.stderr.write("\r\u001b[K")
  return costs
}

const cells = ({ cpu, files, memory, wall }: Cost, size: number): ReadonlyArray<string> => [
  wall.toFixed(1),
  cpu.toFixed(1),
  (files * size / wall).toFixed(0),
  memory.toFixed(0)
]

const ratio = (costs: Costs, row: string): string =>
  sizes.map((_, at) => (costs.get(row)![at]!.cpu / costs.get("stats")![at]!.cpu).toFixed(2)).join(" and ")

const lines = (costs: Costs): string =>
  aligned([
    ["", ...sizes.flatMap((size) => [`${size} MB:`, "", "", ""])],
    ["", ...sizes.flatMap(() => ["s", "CPU s", "MB/s", "memory"])],
    ...[...costs].map(([row, all]) => [row, ...all.flatMap((cost, at) => cells(cost, sizes[at]!))])
  ], 1)

const page = (costs: Costs, load: string): string =>
  `# Reading speed

Written by \`npm run bench -- reading\`; do not edit. ${
    new Date().toISOString().slice(0, 10)
  }, ${machine()}, load average ${load}.

One run per command, its start included, over a file of agent runs with 16 spans each. CPU seconds are of all threads, memory is the peak in MB. DuckDB only counts, and sums durations and cost by name.

\`\`\`text
${lines(costs)}
\`\`\`

Goal for \`tree\` and \`errors\`: at most 1.3 times the CPU time of \`stats\`, in at most 200 MB. Result: \`tree\` ${
    ratio(costs, "tree --last 1")
  }, \`errors\` ${ratio(costs, "errors")}.
`

/** Measures everything and returns the page of the docs. */
export const readingPage = async (): Promise<string> => {
  const load = loadavg()[0]!.toFixed(1)
  return page(await measure(), load)
}
