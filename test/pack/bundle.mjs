/**
 * What a program carries that imports only the root: bundled and minified without the peers, in bytes of gzip.
 *
 * `Telemetry.layerConfig` may be asked for any sink of the root, so they are all in it, wanted or not. Where the budget breaks, something became reachable
 * that was not.
 */
import { build } from "esbuild"
import { gzipSync } from "node:zlib"
import { name, peerDependencies } from "./manifest.mjs"
import { check } from "./outcome.mjs"

const names = ["Telemetry", "NoTelemetryLive"]

/** Bytes of gzip. Measured: 34,900. */
const budget = 35_500

/** What the root consists of. */
const rooms = ["config", "records", "sinks", "telemetry", "index.js"]

const bundle = async (project) => {
  const { metafile, outputFiles: [output] } = await build({
    stdin: { contents: `export { ${names.join(", ")} } from "${name}"`, resolveDir: project },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    external: [...Object.keys(peerDependencies), "node:*"],
    metafile: true,
    write: false
  })
  const [{ imports, inputs }] = Object.values(metafile.outputs)
  return {
    bytes: gzipSync(output.contents).length,
    files: Object.keys(inputs),
    imports: imports.map(({ path }) => path)
  }
}

const roomOf = (file) => file.split(`node_modules/${name}/dist/`)[1]?.split("/")[0] ?? file

const problemOf = (strangers) => strangers.length > 0 ? strangers.join(", ") : undefined

/** Looks at the bundle, in a project that has the package. */
export const checkBundle = async (project) => {
  const { bytes, files, imports } = await bundle(project)
  const foreign = files.filter((file) => file !== "<stdin>" && !rooms.includes(roomOf(file)))
  check("a bundle of the root holds nothing of the other entry points", problemOf(foreign))
  const packages = imports.filter((path) => !/^(effect|@effect\/platform)(\/|$)/.test(path))
  check("a bundle of the root asks for effect and @effect/platform at most", problemOf(packages))
  check(`a bundle of the root has ${bytes} bytes of gzip, at most ${budget}`, bytes > budget ? "too many" : undefined)
}
