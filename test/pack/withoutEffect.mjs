/**
 * Runs the programs in withoutEffect/, for users who do not use Effect: each is short, runs in a project with the tarball, and records one tree, the
 * same on the console and in the file.
 */
import { spawnSync } from "node:child_process"
import { copyFileSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { check } from "./outcome.mjs"

const folder = fileURLToPath(new URL("./withoutEffect/", import.meta.url))

/** Their trees: each span with its ancestors. */
const trees = {
  nested: ["answer", "answer/search", "answer/search", "answer/count", "answer/broken"],
  http: ["client", "client/GET user", "client/GET user/load"],
  stream: ["read", "read/stream", "read/stream/part", "read/stream/part", "read/use", "read/use"],
  sdk: ["answer", "answer/generate", "answer/generate/tool"]
}

const spansIn = (text) =>
  text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line)).filter(({ kind }) => kind === "span")

/** Each span with its ancestors. A span whose parent is not in the file is a root. */
const inFile = (spans) => {
  const byId = new Map(spans.map((span) => [span.span_id, span]))
  const pathOf = (span) => {
    const parent = byId.get(span.parent_span_id)
    return parent === undefined ? span.name : `${pathOf(parent)}/${span.name}`
  }
  return spans.map(pathOf).toSorted()
}

/** How the console shows a path: the name, indented by its depth. */
const indented = (path) => "  ".repeat(path.split("/").length - 1) + path.split("/").at(-1)

const onConsole = (text) =>
  [...text.matchAll(/^( *)• (.+?) \([\d.]+ms\)/gm)].map(([, indent, name]) => indent + name).toSorted()

const problemOf = (spans, console, expected) => {
  const traces = new Set(spans.map((span) => span.trace_id)).size
  const roots = spans.filter((span) => span.parent_span_id === null).length
  const seen = { traces, roots, file: inFile(spans), console: onConsole(console) }
  const wanted = { traces: 1, roots: 1, file: expected.toSorted(), console: expected.map(indented).toSorted() }
  return JSON.stringify(seen) === JSON.stringify(wanted) ? undefined : `${JSON.stringify(seen)}\n${console}`
}

const checkProgram = (project, program) => {
  const file = `${program}.mjs`
  const source = readFileSync(join(folder, file), "utf8")
  const lines = source.trimEnd().split("\n").length
  check(`${file} has ${lines} lines, fewer than 25`, lines < 25 ? undefined : "too many")
  check(`${file} does not import Effect`, /from "(effect|@effect)/.test(source) ? source : undefined)
  copyFileSync(join(folder, file), join(project, file))
  const { status, stderr } = spawnSync(process.execPath, [file], { cwd: project, encoding: "utf8", timeout: 60_000 })
  if (status !== 0) {
    check(`${file} runs`, `it exited with ${status}\n${stderr}`)
    return
  }
  const spans = spansIn(readFileSync(join(project, `${program}.jsonl`), "utf8"))
  check(`${file} records one tree, in the file and on the console`, problemOf(spans, stderr, trees[program]))
}

/** Requires a project with the optional peers. */
export const checkWithoutEffect = (project) => {
  for (const file of readdirSync(folder)) {
    checkProgram(project, file.replace(/\.mjs$/, ""))
  }
}
