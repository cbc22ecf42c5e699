/**
 * The size of a program that imports only the service: bundled, minified and gzipped, without the peers, in bytes.
 *
 * Vite puts the sinks that `Telemetry.layerConfig` may need into a separate chunk, which is loaded when that layer is built and does not count.
 * Without splitting, esbuild puts everything into one file. An exceeded budget means that the service now imports code that it did not import before.
 */
import { transform } from "esbuild"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { build } from "vite"
import { name, peerDependencies } from "./manifest.mjs"
import { check } from "./outcome.mjs"
import { sizeOfOneFile } from "./sizes.mjs"

const names = ["Telemetry", "NoTelemetryLive"]

/** Gzipped bytes: the measured size plus 1 %. */
const budgets = { vite: 31_200, esbuild: 52_400, promise: 55_700 }

const minified = { minify: true, format: "esm", target: "es2022" }

/** The parts of the root entry point. */
const rooms = ["config", "records", "sinks", "telemetry", "index.js"]

/** The chunks that are loaded immediately: the entry point and its static imports. */
const loadedAtOnce = (output) => {
  const byName = new Map(output.map((chunk) => [chunk.fileName, chunk]))
  const found = new Set()
  const visit = (chunk) => {
    if (chunk !== undefined && !found.has(chunk)) {
      found.add(chunk)
      chunk.imports.forEach((name) => visit(byName.get(name)))
    }
  }
  visit(output.find(({ isEntry }) => isEntry))
  return [...found]
}

const isPeer = (id) => Object.keys(peerDependencies).some((peer) => id === peer || id.startsWith(`${peer}/`))

const bundle = async (project, entry) => {
  const isUnset = process.env.NODE_ENV === undefined
  const [{ output }] = await build({
    configFile: false,
    root: project,
    logLevel: "silent",
    build: {
      write: false,
      target: "es2022",
      lib: { entry, formats: ["es"] },
      rollupOptions: { external: (id) => isPeer(id) || id.startsWith("node:") }
    }
  })
  // Vite leaves "production" there, and npm would no longer install development dependencies.
  if (isUnset) {
    delete process.env.NODE_ENV
  }
  const chunks = loadedAtOnce(output)
  const ours = new Set(output.map(({ fileName }) => fileName))
  // Vite does not minify libraries, but applications are minified.
  const codes = await Promise.all(chunks.map(({ code }) => transform(code, minified)))
  return {
    bytes: gzipSync(codes.map(({ code }) => code).join("")).length,
    files: chunks.flatMap(({ moduleIds }) => moduleIds).filter((id) => id !== entry),
    imports: chunks.flatMap(({ imports }) => imports).filter((path) => !ours.has(path))
  }
}

const roomOf = (file) => file.split(`node_modules/${name}/dist/`)[1]?.split("/")[0] ?? file

const problemOf = (strangers) => strangers.length > 0 ? strangers.join(", ") : undefined

const checkSize = (bundler, bytes) =>
  check(
    `a bundle of the root by ${bundler} has ${bytes} bytes (gzip), at most ${budgets[bundler]}`,
    bytes > budgets[bundler] ? "too many" : undefined
  )

/** Checks the size of a program without Effect: the service, and the sinks that can be selected by name. */
const checkPromise = async (project) => {
  const entry = join(project, "promiseOnly.mjs")
  writeFileSync(entry, `export { makeTelemetry } from "${name}/promise"\n`)
  const bytes = await sizeOfOneFile(entry)
  check(
    `a bundle of ${name}/promise has ${bytes} bytes (gzip), at most ${budgets.promise}`,
    bytes > budgets.promise ? "too many" : undefined
  )
}

/** Checks the bundles, in a project in which the package is installed. */
export const checkBundle = async (project) => {
  const entry = join(project, "rootOnly.mjs")
  writeFileSync(entry, `export { ${names.join(", ")} } from "${name}"\n`)
  const { bytes, files, imports } = await bundle(project, entry)
  const foreign = files.filter((file) => !rooms.includes(roomOf(file)))
  check("a bundle of the root contains no code of other entry points", problemOf(foreign))
  const packages = imports.filter((path) => !/^(effect|@effect\/platform)(\/|$)/.test(path))
  check("a bundle of the root imports at most effect and @effect/platform", problemOf(packages))
  checkSize("vite", bytes)
  checkSize("esbuild", await sizeOfOneFile(entry))
  await checkPromise(project)
}
