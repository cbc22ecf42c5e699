/**
 * What a program carries that imports only the root: bundled by Vite without the peers, in bytes of gzip.
 *
 * The sinks that `Telemetry.layerConfig` may be asked for are loaded when it is built, and do not count. Where the budget breaks, something became
 * reachable that was not.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { build } from "vite"
import { name, peerDependencies } from "./manifest.mjs"
import { check } from "./outcome.mjs"

const names = ["Telemetry", "NoTelemetryLive"]

/** Bytes of gzip. Measured: 28,400; bundlers that do not split at a barrel file, such as esbuild, load the sinks too. */
const budget = 29_500

/** What the root consists of. */
const rooms = ["config", "records", "sinks", "telemetry", "index.js"]

/** The chunks that are loaded at once: the entry point and what it imports statically. */
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

const bundle = async (project) => {
  const entry = join(project, "rootOnly.mjs")
  writeFileSync(entry, `export { ${names.join(", ")} } from "${name}"\n`)
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
  // Vite leaves "production" there, and npm would install no development dependencies from then on.
  if (isUnset) {
    delete process.env.NODE_ENV
  }
  const chunks = loadedAtOnce(output)
  const ours = new Set(output.map(({ fileName }) => fileName))
  return {
    bytes: gzipSync(chunks.map(({ code }) => code).join("")).length,
    files: chunks.flatMap(({ moduleIds }) => moduleIds).filter((id) => id !== entry),
    imports: chunks.flatMap(({ imports }) => imports).filter((path) => !ours.has(path))
  }
}

const roomOf = (file) => file.split(`node_modules/${name}/dist/`)[1]?.split("/")[0] ?? file

const problemOf = (strangers) => strangers.length > 0 ? strangers.join(", ") : undefined

/** Looks at the bundle, in a project that has the package. */
export const checkBundle = async (project) => {
  const { bytes, files, imports } = await bundle(project)
  const foreign = files.filter((file) => !rooms.includes(roomOf(file)))
  check("a bundle of the root holds nothing of the other entry points", problemOf(foreign))
  const packages = imports.filter((path) => !/^(effect|@effect\/platform)(\/|$)/.test(path))
  check("a bundle of the root asks for effect and @effect/platform at most", problemOf(packages))
  check(`a bundle of the root has ${bytes} bytes of gzip, at most ${budget}`, bytes > budget ? "too many" : undefined)
}
