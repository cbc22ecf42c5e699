/**
 * What a user gets: packs the package, installs the tarball into an empty project and imports every entry point of
 * package.json `exports`. First beside the required peers alone, then beside the optional ones too.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const repository = fileURLToPath(new URL("../../", import.meta.url))
const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"))
const { bin = {}, name, peerDependencies = {}, peerDependenciesMeta = {} } = manifest

/** What README tells users to install. The range of a peer stands in package.json. */
const required = ["effect@3", "@effect/platform@0.97"]
const optional = Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional === true)

/** These load with the required peers alone; any other entry point may ask for an optional peer, by its name. */
const frugal = [".", "./testing", "./readers"]

const entries = Object.entries(manifest.exports).filter(([subpath]) => !subpath.includes("*"))
const modules = entries.map(([subpath]) => subpath).filter((subpath) => !subpath.endsWith(".json"))
const specifier = (subpath) => name + subpath.slice(1)

const count = { passed: 0, failed: 0 }
const check = (what, problem) => {
  count[problem === undefined ? "passed" : "failed"] += 1
  console.log(problem === undefined ? `ok      ${what}` : `FAILED  ${what}: ${problem}`)
}

const temporary = mkdtempSync(join(tmpdir(), "loom-pack-"))
const project = join(temporary, "project")

const npm = (cwd, ...args) =>
  execFileSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"]
  })

const pack = () => {
  // `prepack` builds; it has to run where install scripts are switched off, too.
  npm(repository, "pack", "--ignore-scripts=false", "--pack-destination", temporary)
  const tarball = readdirSync(temporary).find((file) => file.endsWith(".tgz"))
  check("npm pack writes a tarball", tarball === undefined ? "there is none" : undefined)
  return join(temporary, tarball)
}

const install = (...specs) => npm(project, "install", "--ignore-scripts", ...specs)

/** The files that one entry of `exports` names, whatever its conditions. */
const targets = (target) => typeof target === "string" ? [target] : Object.values(target).flatMap(targets)

const checkTargets = () => {
  const installed = join(project, "node_modules", name)
  for (const [subpath, target] of entries) {
    const missing = targets(target).filter((file) => !existsSync(join(installed, file)))
    check(`${specifier(subpath)} has its files`, missing.length > 0 ? `missing ${missing.join(", ")}` : undefined)
  }
}

/** Imports the module in a process of its own. What went wrong, or `undefined`. */
const importing = (subpath) => {
  const code = `const m = await import(${JSON.stringify(specifier(subpath))})
if (Object.keys(m).length === 0) throw new Error("exports nothing")`
  const run = spawnSync(process.execPath, ["--input-type=module", "--eval", code], { cwd: project, encoding: "utf8" })
  return run.status === 0 ? undefined : run.stderr.match(/^.*Error.*$/m)?.[0] ?? run.stderr
}

const absentPeer = (problem) =>
  optional.find((peer) => problem.includes(`Cannot find package '${peer}'`) || problem.includes(`'${peer}/`))

/** The entry points that load once the optional peers are there. */
const checkRequired = () =>
  modules.filter((subpath) => {
    const problem = importing(subpath)
    const peer = problem === undefined || frugal.includes(subpath) ? undefined : absentPeer(problem)
    check(
      `import ${specifier(subpath)} beside the required peers${peer ? ` asks for ${peer}` : ""}`,
      peer === undefined ? problem : undefined
    )
    return peer !== undefined
  })

const checkOneEffect = () => {
  const copies = new Set(npm(project, "ls", "effect", "--all", "--parseable").trim().split("\n"))
  check("one copy of effect is installed", copies.size === 1 ? undefined : [...copies].join(", "))
}

const checkTypes = () => {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc")
  const lines = modules.map((subpath, i) => `export * as entry${i} from ${JSON.stringify(specifier(subpath))}`)
  writeFileSync(join(project, "consumer.mts"), lines.join("\n"))
  for (const [module, resolution] of [["NodeNext", "NodeNext"], ["ESNext", "Bundler"]]) {
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      target: "ES2022",
      lib: ["ES2023", "DOM", "DOM.AsyncIterable"],
      types: [],
      module,
      moduleResolution: resolution
    }
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.mts"] }))
    const run = spawnSync(process.execPath, [tsc, "--project", project, "--pretty", "false"], {
      encoding: "utf8",
      cwd: project
    })
    // The declarations of other packages are not this package's to answer for.
    const own = run.stdout.split("\n").filter((line) =>
      line.startsWith("consumer.mts") || line.includes(`modules/${name}/`)
    )
    check(`types of every entry point, moduleResolution ${resolution}`, own.length > 0 ? own.join("\n") : undefined)
  }
}

const checkCommands = () => {
  for (const command of Object.keys(typeof bin === "string" ? { [name]: bin } : bin)) {
    const run = spawnSync(join(project, "node_modules", ".bin", command), ["--help"], { encoding: "utf8" })
    check(`${command} --help`, run.status === 0 ? undefined : run.error?.message ?? run.stderr)
  }
}

try {
  const tarball = pack()
  mkdirSync(project)
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }))
  install(tarball, ...required)
  checkTargets()
  const waiting = checkRequired()
  install(...optional.map((peer) => `${peer}@${peerDependencies[peer]}`), "@types/node@20")
  for (const subpath of waiting) {
    check(`import ${specifier(subpath)} beside all peers`, importing(subpath))
  }
  checkOneEffect()
  checkTypes()
  checkCommands()
} catch (error) {
  check("the pack check itself", String(error))
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

console.log(`pack: ${count.passed} passed, ${count.failed} failed`)
process.exitCode = count.failed === 0 ? 0 : 1
