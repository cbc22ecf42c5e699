/**
 * Runs code checks, two at a time, then tests, and reports the name, progress and duration of each.
 *
 * `node test/run.mjs core` is `npm test`; `node test/run.mjs all` runs everything that needs neither a browser nor a backend. The output of a code
 * check is shown when it has ended. Stops at the first failure, with its exit code.
 */
import { spawn } from "node:child_process"

/** The checks, each with its script in package.json. */
const checks = [
  ["types", "check"],
  ["lint", "lint"],
  ["tests of types", "test:types"],
  ["dependency rules", "check:deps"],
  ["unused files and exports", "check:dead"]
]
const tests = [["contract, units, examples, documentation", "test:core"]]

const sets = {
  core: { checks, tests },
  all: {
    checks: [...checks, ["Effect diagnostics", "check:effect"]],
    tests: [...tests, ["faults, properties, processes, large files", "test:thorough"]]
  }
}

const set = sets[process.argv[2] ?? "core"]
if (set === undefined) {
  console.error(`unknown set of checks "${process.argv[2]}": use one of ${Object.keys(sets).join(", ")}`)
  process.exit(2)
}

const begun = performance.now()
const count = set.checks.length + set.tests.length
const times = []
const running = new Set()
let started = 0

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`

const fail = (code) => {
  running.forEach((child) => process.kill(-child.pid))
  process.exit(code)
}

const run = ([title, script], stdio) =>
  new Promise((resolve) => {
    const name = `[${++started}/${count}] ${title}`
    const since = performance.now()
    console.log(`${name} (npm run ${script})`)
    // In its own process group, so that it can be killed with everything that it started.
    const child = spawn("npm", ["run", "--silent", script], { stdio, detached: true })
    running.add(child)
    let output = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => output += text)
    }
    child.on("close", (code) => {
      running.delete(child)
      process.stdout.write(output)
      console.log(`${name}: ${code === 0 ? "passed in" : "failed after"} ${seconds(since)}`)
      times.push([title, seconds(since)])
      return code === 0 ? resolve() : fail(code ?? 1)
    })
  })

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => fail(1))
}

const waiting = [...set.checks]
const lane = async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    await run(next, ["ignore", "pipe", "pipe"])
  }
}
await Promise.all([lane(), lane()])
for (const each of set.tests) {
  await run(each, "inherit")
}

const width = Math.max(...times.map(([title]) => title.length))
console.log(`\n${times.map(([title, took]) => `  ${title.padEnd(width)}  ${took.padStart(8)}`).join("\n")}`)
console.log(`  ${"all".padEnd(width)}  ${seconds(begun).padStart(8)}`)
