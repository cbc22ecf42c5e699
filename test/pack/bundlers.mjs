/**
 * Bundles the programs in bundled/, one for each entry point, as users do: with esbuild for Node, and with esbuild and Vite for browsers. Every
 * bundle must be self-contained and is run; bundles for browsers run without Node's globals.
 */
import { build as esbuild } from "esbuild"
import { spawn } from "node:child_process"
import { copyFileSync, cpSync } from "node:fs"
import { isBuiltin } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build as vite, createLogger } from "vite"
import { check } from "./outcome.mjs"

const folder = fileURLToPath(new URL("./bundled/", import.meta.url))
const browserlike = new URL("./browserlike.mjs", import.meta.url).href

/** An optional peer. Bundles of the agent also work without it. */
export const prices = "@pydantic/genai-prices"

const forBrowsers = ["root", "agent", "readers", "testing"]
const forNode = [...forBrowsers, "otel", "promise"]

const viaEsbuild = async (entryPoints, outdir, options) => {
  const settings = { bundle: true, metafile: true, format: "esm", outExtension: { ".js": ".mjs" }, logLevel: "silent" }
  const { metafile, warnings } = await esbuild({ entryPoints, outdir, ...settings, ...options })
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path))
  return { imports, warnings: warnings.map(({ text }) => text) }
}

/** What each program prints in a project without that peer. */
export const printed = {
  root: "request login <redacted> logins true",
  agent: `The sum is 5. 42 true Pricing.genaiPrices needs the package ${prices}: install it, or use Pricing.table`,
  readers: "1 • loom.tool (750.0ms) tool=add, ok=true",
  testing: "as expected, then TraceMismatch",
  otel: "bundled order",
  promise: "outer inner alice"
}

/** Vite's replacement for Node's modules in builds for browsers. */
const replaced = /browser-external/

const viaVite = async (input, outDir, root) => {
  const warnings = []
  const isUnset = process.env.NODE_ENV === undefined
  const { output } = await vite({
    configFile: false,
    root,
    customLogger: { ...createLogger("silent"), warn: (text) => warnings.push(text) },
    build: { outDir, emptyOutDir: false, rollupOptions: { input, output: { entryFileNames: "[name].mjs" } } }
  })
  // Vite leaves "production" there, and npm would no longer install development dependencies.
  if (isUnset) {
    delete process.env.NODE_ENV
  }
  const files = output.map(({ fileName }) => fileName)
  const imports = output.flatMap((chunk) => [
    ...[...chunk.imports, ...chunk.dynamicImports].filter((path) => !files.includes(path)),
    ...chunk.moduleIds.filter((id) => replaced.test(id))
  ])
  return { imports, warnings }
}

/** OpenTelemetry's packages are CommonJS and `require` Node's modules. */
const requireBanner =
  "import { createRequire as __createRequire } from \"node:module\"; const require = __createRequire(import.meta.url);"

const bundlers = {
  "esbuild for Node": {
    programs: forNode,
    bundle: (input, outdir) => viaEsbuild(input, outdir, { platform: "node", banner: { js: requireBanner } })
  },
  "esbuild for Node as CommonJS": {
    programs: forNode,
    extension: "cjs",
    bundle: (input, outdir) =>
      viaEsbuild(input, outdir, { platform: "node", format: "cjs", outExtension: { ".js": ".cjs" } })
  },
  "esbuild for browsers": {
    programs: forBrowsers,
    isForBrowsers: true,
    bundle: (input, outdir) => viaEsbuild(input, outdir, { platform: "browser" })
  },
  "esbuild for any platform": {
    programs: forBrowsers,
    isForBrowsers: true,
    bundle: (input, outdir) => viaEsbuild(input, outdir, { platform: "neutral" })
  },
  "Vite": { programs: forBrowsers, isForBrowsers: true, bundle: viaVite }
}

/** Runs a bundle. Resolves with its standard output, or with a description of the failure. */
const run = (file, isForBrowsers) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [...isForBrowsers ? ["--import", browserlike] : [], file], {
      timeout: 60_000
    })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text) => stdout += text)
    child.stderr.setEncoding("utf8").on("data", (text) => stderr += text)
    child.on("close", (status) => resolve(status === 0 ? stdout.trim() : `it exited with ${status}\n${stderr}`))
  })

const listed = (strangers) => strangers.length > 0 ? strangers.join(", ") : undefined

const checkOne = async (project, bundler, { absent, printed }) => {
  const { bundle, extension = "mjs", isForBrowsers = false, programs } = bundlers[bundler]
  const wanted = programs.filter((program) => printed[program] !== undefined)
  const outdir = join(project, bundler.replaceAll(" ", "-"))
  const { imports, warnings } = await bundle(
    wanted.map((program) => join(project, "bundled", `${program}.mjs`)),
    outdir,
    project
  )
  check(`${bundler}: no warnings`, listed(warnings))
  const strangers = imports.filter((path) => path !== absent && (isForBrowsers || !isBuiltin(path)))
  check(`${bundler}: the bundles are self-contained`, listed(strangers))
  await Promise.all(wanted.map(async (program) => {
    const text = await run(join(outdir, `${program}.${extension}`), isForBrowsers)
    check(`${bundler}: the bundle of ${program} runs`, text === printed[program] ? undefined : text)
  }))
}

const checkWith = async (chosen, project, expected) => {
  for (const bundler of chosen) {
    await checkOne(project, bundler, expected).catch((error) => check(`${bundler}: it bundles`, error.message))
  }
}

/** Requires a project with all peers except the one with the prices. */
export const checkBundlers = async (project) => {
  cpSync(folder, join(project, "bundled"), { recursive: true })
  copyFileSync(new URL("./receiver.mjs", import.meta.url), join(project, "receiver.mjs"))
  await checkWith(Object.keys(bundlers), project, { absent: prices, printed })
}

/** Requires the same project, with the prices installed. */
export const checkPricedBundle = (project) =>
  checkWith(["esbuild for Node", "esbuild for browsers"], project, {
    printed: { agent: "The sum is 5. 42 true Prices are known." }
  })
