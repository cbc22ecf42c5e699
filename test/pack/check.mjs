/**
 * Checks what users get: packs the package, installs the tarball into empty projects and imports every entry point in package.json `exports`: with
 * only the required peers, with the optional peers too, with the oldest versions, and with an unsupported version of effect.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { checkApi } from "./api.mjs"
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
import { checkRuntimes } from "./runtimes.mjs"
import { checkVendors } from "./vendors.mjs"
import { checkWithoutEffect } from "./withoutEffect.mjs"

/** These load with only the required peers. Other entry points may fail, if the error names the missing optional peer. */
const frugal = [".", "./testing", "./readers", "./promise"]

const temporary = mkdtempSync(join(tmpdir(), "loom-pack-"))

const pack = () => {
  // `prepack` builds. It must also run if install scripts are disabled.
  npm(repository, "pack", "--ignore-scripts=false", "--pack-destination", temporary)
  const tarball = readdirSync(temporary).find((file) => file.endsWith(".tgz"))
  check("npm pack writes a tarball", tarball === undefined ? "there is none" : undefined)
  return join(temporary, tarball)
}

/** The files in one entry of `exports`, for all conditions. */
const targets = (target) => typeof target === "string" ? [target] : Object.values(target).flatMap(targets)

const checkTargets = (project) => {
  const installed = join(project, "node_modules", name)
  for (const [subpath, target] of entries) {
    const missing = targets(target).filter((file) => !existsSync(join(installed, file)))
    check(`${specifier(subpath)} has its files`, missing.length > 0 ? `missing ${missing.join(", ")}` : undefined)
    const isTypesFirst = typeof target === "string" || Object.keys(target)[0] === "types"
    check(`${specifier(subpath)} lists its types first`, isTypesFirst ? undefined : JSON.stringify(target))
  }
}

/** Tools look for llms.txt and the skill at conventional paths. */
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

/** Imports every entry point, and returns those that require optional peers. */
const checkRequired = (project) =>
  modules.filter((subpath) => {
    const problem = importing(project, subpath)
    const peer = problem === undefined || frugal.includes(subpath) ? undefined : absentPeer(problem)
    check(
      `import ${specifier(subpath)} with the required peers${peer ? ` reports that ${peer} is missing` : ""}`,
      peer === undefined ? problem : undefined
    )
    return peer !== undefined
  })

const checkSchema = (project) => {
  const path = specifier("./schema/records.json")
  const code = `import schema from ${JSON.stringify(path)} with { type: "json" }
if (schema.$schema === undefined) throw new Error("it is not a JSON schema")`
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
    // Errors in the declarations of other packages do not count.
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

/** Checks a project that is installed as documented in README. */
const checkNewest = async (project, tarball) => {
  install(project, tarball, ...required)
  checkTargets(project)
  checkCompanions(project)
  const waiting = checkRequired(project)
  checkSchema(project)
  await checkBundle(project)
  install(project, ...optionalSpecs.filter((spec) => !spec.startsWith(prices)), "@types/node@20")
  for (const subpath of waiting) {
    check(`import ${specifier(subpath)} with its optional peers`, importing(project, subpath))
  }
  await checkBundlers(project)
  checkRuntimes(project)
  install(project, ...optionalSpecs)
  await checkPricedBundle(project)
  checkOneEffect(project)
  checkTypes(project)
  checkDeclarations(project)
  checkWithoutEffect(project)
  checkCommands(project)
}

/** Checks a project with the oldest versions that package.json allows. */
const checkOldest = (project, tarball) => {
  install(project, tarball, ...oldestSpecs)
  for (const subpath of modules) {
    check(`import ${specifier(subpath)} with the oldest peers`, importing(project, subpath))
  }
}

try {
  const tarball = pack()
  await checkPublished(tarball)
  await checkApi()
  await checkNewest(emptyProject(join(temporary, "newest")), tarball)
  checkOldest(emptyProject(join(temporary, "oldest")), tarball)
  checkVendors(temporary, tarball)
  checkEffectFour(emptyProject(join(temporary, "four")), tarball)
  await checkFirstContact(temporary, tarball)
} catch (error) {
  check("the pack check itself", String(error))
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

finish()
