/**
 * `npm run test:effect4` of the main line: installs the dependencies of this line, generates its sources, checks their types and runs the tests.
 *
 * Effect 4's packages need Node 22.19. If the running Node is older, a newer one is installed from the npm package `node`, below node_modules.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { leftOut, leftOutBlocks, notRun, otherwise } from "./leftOut.mjs"
import { here, main } from "./sources.mjs"

const wanted = "22.23.3"
const [major, minor] = process.versions.node.split(".").map(Number)

/** The folder of a sufficiently new `node`. */
const nodeFolder = () => {
  if (major > 22 || (major === 22 && minor >= 19)) {
    return join(process.execPath, "..")
  }
  const folder = join(here, "node_modules/.cache/node")
  const bin = join(folder, "node_modules/.bin")
  if (!existsSync(join(bin, "node"))) {
    run("npm", ["install", "--loglevel=error", "--no-save", "--prefix", folder, `node@${wanted}`])
  }
  return bin
}

const run = (command, args, options = {}) => {
  const { status } = spawnSync(command, args, { cwd: here, stdio: "inherit", ...options })
  if (status !== 0) {
    process.exit(status ?? 1)
  }
}

const installed = join(here, "node_modules/.package-lock.json")
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(join(here, "package-lock.json")).mtimeMs) {
  run("npm", ["ci", "--loglevel=error"])
}
const node = join(nodeFolder(), "node")
const env = { ...process.env, PATH: `${nodeFolder()}:${process.env.PATH}` }
const tool = (name, args) => run(node, [join(here, "node_modules", name), ...args], { env })

run(node, ["port/port.mjs"], { env })
run(node, ["--disable-warning=ExperimentalWarning", "port/fences.mjs"], { env })
// Includes the sources, which the tests import.
tool("typescript/bin/tsc", ["--noEmit", "-p", "tsconfig.test.json"])
const report = join(here, "node_modules/.cache/tests.json")
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`]
tool("vitest/vitest.mjs", ["run", ...reporters, ...process.argv.slice(2)])

const nameOf = (root, file, titles) => [file.slice(root.length).replace(/^\//, ""), ...titles].join(" > ")

// Vitest 3 and 5 format values in titles differently.
const plain = (name) =>
  name.replaceAll(/'|%[a-z]|\bundefined\b/g, "").replaceAll("+0", "0").replace(/(> .{25})[^>]*…$/, "$1…").trim()

/** The main line's tests, by file and title. */
const onThree = () => {
  const output = execFileSync(process.execPath, [join(main, "node_modules/vitest/vitest.mjs"), "list", "--json"], {
    cwd: main,
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 64 * 1024 * 1024
  }).toString("utf8")
  return JSON.parse(output.slice(output.indexOf("["))).map(({ file, name }) => nameOf(main, file, [name]))
}

/** The tests that passed on this line. */
const onFour = () =>
  JSON.parse(readFileSync(report, "utf8")).testResults.flatMap(({ assertionResults, name }) =>
    assertionResults.filter(({ status }) => status === "passed")
      .map(({ ancestorTitles, title }) => nameOf(here, name, [...ancestorTitles, title]))
  )

const fileOf = (name) => name.split(" > ", 1)[0]

const versionOf = (root) => JSON.parse(readFileSync(join(root, "node_modules/effect/package.json"), "utf8")).version

if (process.argv.length === 2) {
  const four = new Set(onFour().map(plain))
  const files = new Set([...four].map(fileOf))
  const all = onThree().map(plain)
  const three = new Set(all.filter((name) => files.has(fileOf(name))))
  const inContract = [...three].filter((name) => name.startsWith("test/contract/"))
  const shared = (names) => names.filter((name) => four.has(name)).length
  console.log(
    `\nThe contract: ${shared(inContract)} of the ${inContract.length} tests of effect ${
      versionOf(main)
    } pass on effect ${versionOf(here)}; of all tests in files that both lines run, ${
      shared([...three])
    } of ${three.size}.\nTests in only one line:`
  )
  const isOwn = (name) => /^(test\/effect4|coverage)\//.test(name)
  const apart = [
    ...[...three].filter((name) => !four.has(name)).map((name) => ["3", name]),
    ...[...four].filter((name) => !three.has(name) && !isOwn(name)).map((name) => ["4", name])
  ]
  const reasonOf = (name) =>
    otherwise.find(({ titles }) => titles.some((title) => title.test(name.slice(name.lastIndexOf(" > ") + 3))))?.why
  for (const [line, name] of apart) {
    console.log(`  only on ${line}: ${name}\n    ${reasonOf(name) ?? "UNEXPLAINED"}`)
  }
  const differ = apart.filter(([, name]) => reasonOf(name) === undefined)
  console.log("\nNot in this line:")
  for (const { paths, why } of leftOut) {
    console.log(`  ${paths.map((path) => path.source.replaceAll("\\", "")).join(", ")}\n    ${why}`)
  }
  for (const { tests, why } of notRun) {
    console.log(`  ${tests.join(", ")}\n    ${why}`)
  }
  for (const { uses, why } of leftOutBlocks) {
    console.log(`  Code blocks of the documentation with ${uses.source.replaceAll("\\", "")}\n    ${why}`)
  }
  if (differ.length > 0) {
    process.exit(1)
  }
  console.log("\nThe package, as users get it:")
  run(node, ["port/pack.mjs"], { env })
}
