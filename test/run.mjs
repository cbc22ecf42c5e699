/**
 * Runs checks one after another and says of each what it is, how far the run is and how long it took.
 *
 * `node test/run.mjs core` is `npm test`; `node test/run.mjs all` is everything that needs neither a browser nor a backend. Stops at the first check that
 * fails, with its exit code.
 */
import { spawn } from "node:child_process"

/** What the script does, and its name in package.json. */
const core = [
  ["types", "check"],
  ["lint", "lint"],
  ["rules of the rooms", "check:deps"],
  ["unused files and exports", "check:dead"],
  ["tests of types", "test:types"],
  ["contract, units, examples, documentation", "test:core"]
]

const sets = {
  core,
  all: [
    ...core,
    ["Effect diagnostics", "check:effect"],
    ["faults, properties, processes, large files", "test:thorough"]
  ]
}

const steps = sets[process.argv[2] ?? "core"]
if (steps === undefined) {
  console.error(`unknown set of checks "${process.argv[2]}": use one of ${Object.keys(sets).join(", ")}`)
  process.exit(2)
}

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`

const run = (script) =>
  new Promise((resolve, reject) => {
    const child = spawn("npm", ["run", "--silent", script], { stdio: "inherit" })
    child.on("error", reject)
    child.on("close", (code, signal) => resolve(signal === null ? code : 1))
  })

const begun = performance.now()
const times = []
for (const [index, [title, script]] of steps.entries()) {
  console.log(`\n[${index + 1}/${steps.length}] ${title} (npm run ${script})`)
  const since = performance.now()
  const code = await run(script)
  const took = seconds(since)
  if (code !== 0) {
    console.log(`[${index + 1}/${steps.length}] ${title}: failed after ${took}`)
    process.exit(code)
  }
  console.log(`[${index + 1}/${steps.length}] ${title}: passed in ${took}`)
  times.push([title, took])
}

const width = Math.max(...times.map(([title]) => title.length))
console.log(`\n${times.map(([title, took]) => `  ${title.padEnd(width)}  ${took.padStart(8)}`).join("\n")}`)
console.log(`  ${"all".padEnd(width)}  ${seconds(begun).padStart(8)}`)
