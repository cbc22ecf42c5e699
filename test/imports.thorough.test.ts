/**
 * What importing an entry point loads, observed from outside: the package is built and imported in a separate process, and every module that is
 * resolved there is logged.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const repository = fileURLToPath(new URL("../", import.meta.url))

interface Resolution {
  /** The import specifier. */
  readonly specifier: string
  /** The importing module; `undefined` for the entry point. */
  readonly parent: string | undefined
  readonly url: string
}

/** Runs on the module loader's thread and logs each resolution as a line. */
const hooks = `import { appendFileSync } from "node:fs"
let log
export const initialize = (path) => { log = path }
export const resolve = async (specifier, context, next) => {
  const resolved = await next(specifier, context)
  appendFileSync(log, JSON.stringify({ specifier, parent: context.parentURL, url: resolved.url }) + "\\n")
  return resolved
}`

const entry = `import { register } from "node:module"
register("./hooks.mjs", import.meta.url, { data: process.argv[2] })
const loaded = await import(process.argv[3])
if (Object.keys(loaded).length === 0) throw new Error("exports nothing")`

let folder = ""

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "loom-imports-"))
  const compiler = join(repository, "node_modules", "typescript", "bin", "tsc")
  const built = join(folder, "dist")
  // Types are checked elsewhere; this is about the imports that are left after removing them.
  execFileSync(process.execPath, [compiler, "-p", "tsconfig.build.json", "--outDir", built, "--noCheck"], {
    cwd: repository
  })
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"))
  writeFileSync(join(folder, "package.json"), "{ \"type\": \"module\" }")
  writeFileSync(join(folder, "hooks.mjs"), hooks)
  writeFileSync(join(folder, "entry.mjs"), entry)
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** All modules that are resolved when this module is imported. */
const resolutionsOf = (module: string): ReadonlyArray<Resolution> => {
  const log = join(folder, `${module.replaceAll("/", "-")}.log`)
  const url = pathToFileURL(join(folder, "dist", module)).href
  execFileSync(process.execPath, [join(folder, "entry.mjs"), log, url], { cwd: folder })
  return readFileSync(log, "utf8").trimEnd().split("\n").map((line): Resolution => JSON.parse(line))
}

/** The package that a module belongs to: `.` for ours, `node:` for built-in modules. */
const packageOf = (url: string): string =>
  url.startsWith("node:")
    ? "node:"
    : /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? "."

const isOurs = (url: string | undefined): boolean => url !== undefined && packageOf(url) === "."

const packagesOf = (resolutions: ReadonlyArray<Resolution>): ReadonlyArray<string> =>
  [...new Set(resolutions.map(({ url }) => packageOf(url)))].toSorted()

/** The built-in modules that our own code imports. */
const builtinsOf = (resolutions: ReadonlyArray<Resolution>): ReadonlyArray<string> =>
  resolutions.filter(({ parent, url }) => isOurs(parent) && !parent!.endsWith("entry.mjs") && url.startsWith("node:"))
    .map(({ specifier }) => specifier)

describe("an import", () => {
  it("of the root loads at most effect and @effect/platform, and no built-in modules of Node", () => {
    const resolutions = resolutionsOf("index.js")
    expect(resolutions.length).toBeGreaterThan(30)
    expect(builtinsOf(resolutions)).toEqual([])
    for (const name of packagesOf(resolutions.filter(({ parent }) => isOurs(parent)))) {
      expect([".", "effect", "@effect/platform", "node:"]).toContain(name)
    }
  })

  it("of the root loads no OpenTelemetry, no model and no command line, not even indirectly", () => {
    const loaded = packagesOf(resolutionsOf("index.js"))
    expect(loaded.filter((name) => /^@opentelemetry\/|^@effect\/(ai|cli|opentelemetry|platform-node)/.test(name)))
      .toEqual([])
  })

  it("of the root loads only records, sinks and telemetry", () => {
    const rooms = resolutionsOf("index.js").map(({ url }) => /\/dist\/([^/]+)\//.exec(url)?.[1])
    expect(new Set(rooms.filter((room) => room !== undefined && packageRooms.includes(room)))).toEqual(
      new Set(["records", "sinks", "telemetry"])
    )
  })

  it("of the testing entry point loads no test runner", () => {
    const resolutions = resolutionsOf("testing/index.js")
    expect(builtinsOf(resolutions)).toEqual([])
    expect(packagesOf(resolutions).filter((name) => /vitest|jest|mocha|^@opentelemetry\/|^@effect\/ai/.test(name)))
      .toEqual([])
  })

  it("of the promise entry point loads only async_hooks of Node, and no sink, OpenTelemetry or file system", () => {
    const resolutions = resolutionsOf("promise/index.js")
    expect(builtinsOf(resolutions)).toEqual(["node:async_hooks"])
    expect(packagesOf(resolutions).filter((name) => /^@/.test(name))).toEqual([])
    expect(resolutions.filter(({ url }) => isOurs(url) && url.includes("/dist/sinks/"))).toEqual([])
  })

  it("of the agent entry point loads no OpenTelemetry and no sink", () => {
    const resolutions = resolutionsOf("agent/index.js")
    expect(builtinsOf(resolutions)).toEqual([])
    expect(packagesOf(resolutions).filter((name) => /^@opentelemetry\//.test(name))).toEqual([])
    expect(resolutions.filter(({ url }) => isOurs(url) && url.includes("/dist/sinks/"))).toEqual([])
  })
})

const packageRooms = [
  "agent",
  "cli",
  "config",
  "otel",
  "promise",
  "readers",
  "records",
  "sinks",
  "telemetry",
  "testing",
  "viewer"
]
