/**
 * The size of each entry point with all its exports: bundled by esbuild into one file without the peers, minified and gzipped, in bytes. A program
 * that imports less is smaller.
 */
import { build } from "esbuild"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { exports, modules, peerDependencies, repository, specifier } from "./manifest.mjs"

/** How much a size may differ from the recorded one. */
const tolerance = 0.01

const external = [...Object.keys(peerDependencies), "node:*"]

/** The size of a module that is bundled into one file. */
export const sizeOfOneFile = async (entry) => {
  const { outputFiles: [output] } = await build({
    entryPoints: [entry],
    bundle: true,
    external,
    write: false,
    logLevel: "error",
    minify: true,
    format: "esm",
    target: "es2022"
  })
  return gzipSync(output.contents).length
}

/** The sizes of the built entry points, by import specifier. */
export const sizesOf = async () =>
  Object.fromEntries(
    await Promise.all(
      modules.map(async (subpath) => [
        specifier(subpath),
        await sizeOfOneFile(join(repository, exports[subpath].default))
      ])
    )
  )

/** The problem with each size; `undefined` if it matches the recorded one. */
export const differentSizes = (sizes, recorded) =>
  Object.entries(sizes).map(([entry, bytes]) => {
    const before = recorded[entry]
    const isSame = before !== undefined && Math.abs(bytes - before) <= tolerance * before
    return [entry, isSame ? undefined : `${bytes} bytes (gzip), recorded ${before}: run \`npm run generate:api\``]
  })
