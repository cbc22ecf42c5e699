/**
 * Writes large trace files, and measures how much memory a command takes for one.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { appendFileSync, createWriteStream } from "node:fs"
import { gzipSync } from "node:zlib"
import { metric, span } from "../readers/lines.js"
import { bundled } from "./bundle.js"

/** The traces of one block. They differ within the block; blocks differ by their ids, so no trace occurs twice. */
const perBlock = 500

type Attributes = { readonly [key: string]: string }

const traceOf = (trace: number, more: Attributes): string => {
  const id = trace * 8 + 1
  const owner = { user_id: `user ${trace % 50}`, session_id: `s-${trace}`, ...more }
  const model = { model: `model ${trace % 3}` }
  return [
    metric({ name: "loom.cost.usd", value: 0.25, trace, id: id + 2, attributes: { ...model, ...owner } }),
    span({
      id: id + 2,
      parent: id + 1,
      trace,
      name: "loom.model.stream",
      ms: 1 + trace % 10,
      attributes: { ...model, ...owner, cost_usd: 0.25, tokens_in: 100, tokens_out: 10 }
    }),
    span({
      id: id + 3,
      parent: id + 1,
      trace,
      name: "loom.tool",
      outcome: trace % 5 === 0 ? "failure" : "success",
      attributes: { tool: "search", ...owner }
    }),
    span({ id: id + 1, parent: id, trace, name: "loom.turn", attributes: { turn: 0, ...owner } }),
    span({ id, trace, name: "loom.run", ms: 20, attributes: { agent: "planner", ...owner } })
  ].map((line) => `${line}\n`).join("")
}

/** Writes a file of about this many megabytes, piece by piece; returns the number of its traces. Each has four spans. */
export const writeLarge = async (path: string, megabytes: number, more: Attributes = {}): Promise<number> => {
  const block = Array.from({ length: perBlock }, (_, trace) => traceOf(trace, more)).join("")
  const blocks = Math.ceil((megabytes * 1e6) / Buffer.byteLength(block))
  const out = createWriteStream(path)
  for (let number = 0; number < blocks; number++) {
    const ids = `"trace_id":"${number.toString(16).padStart(8, "0")}`
    if (!out.write(block.replaceAll("\"trace_id\":\"00000000", ids))) {
      await once(out, "drain")
    }
  }
  await once(out.end(), "close")
  return blocks * perBlock
}

/**
 * Writes a compressed file of about this many megabytes before compression, with the same traces again and again; returns the number of its spans.
 */
export const writeRepeated = (path: string, megabytes: number, more: Attributes): number => {
  const block = Array.from({ length: perBlock }, (_, trace) => traceOf(trace, more)).join("")
  const blocks = Math.ceil((megabytes * 1e6) / Buffer.byteLength(block))
  const member = gzipSync(block)
  for (let number = 0; number < blocks; number++) {
    appendFileSync(path, member)
  }
  return blocks * perBlock * 4
}

/** Runs a command and measures its peak memory, in megabytes. */
export const measured = async (args: ReadonlyArray<string>, bin?: string) => {
  const report = "process.on('exit',()=>process.stderr.write('\\npeak '+process.resourceUsage().maxRSS+'\\n'))"
  const preload = `data:text/javascript,${encodeURIComponent(report)}`
  const child = spawn(process.execPath, ["--import", preload, bin ?? await bundled(), ...args])
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
