/**
 * Runs the benchmarks and prints the table of goals: `npm run bench`, or `npm run bench -- span otel` for some questions;
 * `npm run bench -- reading` for the table of the command line.
 *
 * Each case runs in a separate process. The cases of each round run in random order, so that other load on the machine affects all of them.
 */
import { build } from "esbuild"
import { execFile } from "node:child_process"
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Measured, Question } from "./Case.js"
import { goals } from "./goals.js"
import { median } from "./measure.js"
import { page, table } from "./report.js"

const here = fileURLToPath(new URL(".", import.meta.url))
const root = fileURLToPath(new URL("../../", import.meta.url))
/** Inside the package, so that its own name resolves to the build. */
const out = `${root}.bench/`
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 7)

const compile = async (): Promise<ReadonlyArray<string>> => {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out)
  const questions = readdirSync(`${here}questions`).map((file) => file.replace(".ts", ""))
  await build({
    entryPoints: [
      `${here}child.ts`,
      `${here}otherReader.ts`,
      ...questions.map((question) => `${here}questions/${question}.ts`)
    ],
    outbase: here,
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external"
  })
  return questions
}

const casesOf = async (question: string): Promise<ReadonlyArray<string>> => {
  const { cases } = await import(`${out}questions/${question}.mjs`) as Question
  return Object.keys(cases).map((name) => `${question} ${name}`)
}

const flags = ["--expose-gc", "--max-semi-space-size=32"]

const runOnce = async (which: string): Promise<number> => {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, `${out}child.mjs`, ...which.split(" ")], {
    cwd: root,
    maxBuffer: 1 << 28
  })
  return (JSON.parse(stdout.trim().split("\n").at(-1)!) as Measured).value
}

const shuffled = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> =>
  items.map((item) => [Math.random(), item] as const).sort(([a], [b]) => a - b).map(([, item]) => item)

const measureAll = async (cases: ReadonlyArray<string>): Promise<ReadonlyMap<string, ReadonlyArray<number>>> => {
  const found = new Map<string, Array<number>>()
  for (let round = 1; round <= rounds; round++) {
    for (const [index, which] of shuffled(cases).entries()) {
      process.stderr.write(`\r\u001b[Kround ${round} of ${rounds}, ${index + 1} of ${cases.length}: ${which}`)
      const key = which.replace(" ", ".")
      found.set(key, [...(found.get(key) ?? []), await runOnce(which)])
    }
  }
  process.stderr.write("\r\u001b[K")
  return found
}

const all = await compile()
const asked = process.argv.slice(2)
const questions = asked.length === 0 ? all : all.filter((question) => asked.includes(question))
if (questions.length > 0) {
  const found = await measureAll((await Promise.all(questions.map(casesOf))).flat())
  const results = new Map([...found].map(([key, values]) => [key, median(values)]))
  writeFileSync(`${out}result.json`, JSON.stringify({ rounds, found: Object.fromEntries(found) }, undefined, 2))
  process.stdout.write(table(goals, results))
  if (asked.length === 0) {
    writeFileSync(`${root}docs/benchmarks.md`, page(goals, results, found, rounds))
  }
}
if (asked.includes("reading")) {
  const { readingPage } = await import("./reading.js")
  const text = await readingPage()
  writeFileSync(`${root}docs/reading-speed.md`, text)
  process.stdout.write(text)
}
