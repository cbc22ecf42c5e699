/**
 * What a user gets: packs the package, installs the tarball into empty projects and imports every entry point of package.json `exports`. First beside the
 * required peers alone, then beside the optional ones too, beside the oldest of all, and beside an effect that it does not run on.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { checkBundle } from "./bundle.mjs"
import { checkBundlers, checkPricedBundle, prices } from "./bundlers.mjs"
import { checkDeclarations } from "./declarations.mjs"
import { checkEffectFour } from "./effectFour.mjs"
import { checkFirstContact } from "./firstContact.mjs"
import {
  bin,
  entries,
  modules,
  name,
  oldestSpecs,
  optional,
  optionalSpecs,
  repository,
  required,
  specifier
} from "./manifest.mjs"
import { check, finish } from "./outcome.mjs"
import { emptyProject, importing, install, npm, running } from "./project.mjs"
import { checkPublished } from "./published.mjs"

/** These load with the required peers alone; any other entry point may ask for an optional peer, by its name. */
const frugal = [".", "./testing", "./readers"]

const temporary = mkdtempSync(join(tmpdir(), "loom-pack-"))

const pack = () => {
  // `prepack` builds; it has to run where install scripts are switched off, too.
  npm(repository, "pack", "--ignore-scripts=false", "--pack-destination", temporary)
  const tarball = readdirSync(temporary).find((file) => file.endsWith(".tgz"))
  check("npm pack writes a tarball", tarball === undefined ? "there is none" : undefined)
  return join(temporary, tarball)
}

/** The files that one entry of `exports` names, whatever its conditions. */
const targets = (target) => typeof target === "string" ? [target] : Object.values(target).flatMap(targets)

const checkTargets = (project) => {
  const installed = join(project, "node_modules", name)
  for (const [subpath, target] of entries) {
    const missing = targets(target).filter((file) => !existsSync(join(installed, file)))
    check(`${specifier(subpath)} has its files`, missing.length > 0 ? `missing ${missing.join(", ")}` : undefined)
    const isTypesFirst = typeof target === "string" || Object.keys(target)[0] === "types"
    check(`${specifier(subpath)} names its types first`, isTypesFirst ? undefined : JSON.stringify(target))
  }
}

/** A tool that is not told about a file does not find it: llms.txt and the skill are looked for where they are by convention. */
const checkCompanions = (project) => {
  const files = [
    "llms.txt",
    "skills/loom-telemetry/SKILL.md",
    "docs/getting-started.md",
    "examples/01-console.ts",
    "LICENSE"
  ]
  for (const file of files) {
    const isThere = existsSync(join(project, "node_modules", name, file))
    check(`the package has ${file}`, isThere ? undefined : "it is missing")
  }
}

const absentPeer = (problem) =>
  optional.find((peer) => problem.includes(`Cannot find package '${peer}'`) || problem.includes(`'${peer}/`))

/** The entry points that load once the optional peers are there. */
const checkRequired = (project) =>
  modules.filter((subpath) => {
    const problem = importing(project, subpath)
    const peer = problem === undefined || frugal.includes(subpath) ? undefined : absentPeer(problem)
    check(
      `import ${specifier(subpath)} beside the required peers${peer ? ` asks for ${peer}` : ""}`,
      peer === undefined ? problem : undefined
    )
    return peer !== undefined
  })

const checkSchema = (project) => {
  const path = specifier("./schema/records.json")
  const code = `import schema from ${JSON.stringify(path)} with { type: "json" }
if (schema.$schema === undefined) throw new Error("it is no JSON schema")`
  check(`import ${path}`, running(project, code))
}

const checkOneEffect = (project) => {
  const copies = new Set(npm(project, "ls", "effect", "--all", "--parseable").trim().split("\n"))
  check("one copy of effect is installed", copies.size === 1 ? undefined : [...copies].join(", "))
}

const checkTypes = (project) => {
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

const checkCommands = (project) => {
  for (const command of Object.keys(bin)) {
    const run = spawnSync(join(project, "node_modules", ".bin", command), ["--help"], { encoding: "utf8" })
    check(`${command} --help`, run.status === 0 ? undefined : run.error?.message ?? run.stderr)
  }
}

/** The project of somebody who installs what README says. */
const checkNewest = async (project, tarball) => {
  install(project, tarball, ...required)
  checkTargets(project)
  checkCompanions(project)
  const waiting = checkRequired(project)
  checkSchema(project)
  await checkBundle(project)
  install(project, ...optionalSpecs.filter((spec) => !spec.startsWith(prices)), "@types/node@20")
  for (const subpath of waiting) {
    check(`import ${specifier(subpath)} beside its optional peers`, importing(project, subpath))
  }
  await checkBundlers(project)
  install(project, ...optionalSpecs)
  await checkPricedBundle(project)
  checkOneEffect(project)
  checkTypes(project)
  checkDeclarations(project)
  checkCommands(project)
}

/** The project of somebody who has everything as old as package.json allows. */
const checkOldest = (project, tarball) => {
  install(project, tarball, ...oldestSpecs)
  for (const subpath of modules) {
    check(`import ${specifier(subpath)} beside the oldest peers`, importing(project, subpath))
  }
}

try {
  const tarball = pack()
  await checkPublished(tarball)
  await checkNewest(emptyProject(join(temporary, "newest")), tarball)
  checkOldest(emptyProject(join(temporary, "oldest")), tarball)
  checkEffectFour(emptyProject(join(temporary, "four")), tarball)
  await checkFirstContact(temporary, tarball)
} catch (error) {
  check("the pack check itself", String(error))
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

finish()
