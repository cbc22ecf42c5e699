/**
 * Reads package.json: the package's name, its entry points, and the peers that users have to install.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

export const repository = fileURLToPath(new URL("../../", import.meta.url))

const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"))

export const { bin, exports, name, peerDependencies } = manifest

/** What README tells users to install. The ranges of peers are in package.json. */
export const required = ["effect@3", "@effect/platform@0.97"]

export const optional = Object.keys(peerDependencies).filter((peer) =>
  manifest.peerDependenciesMeta[peer]?.optional === true
)

/** The optional peers as arguments of `npm install`. */
export const optionalSpecs = optional.map((peer) => `${peer}@${peerDependencies[peer]}`)

/** The oldest versions of the peers: a range begins with it. If any version is allowed, the version used in development. */
export const oldestSpecs = Object.entries(peerDependencies).map(([peer, range]) =>
  `${peer}@${/\d+\.\d+\.\d+/.exec(range)?.[0] ?? manifest.devDependencies[peer]}`
)

export const entries = Object.entries(exports)

/** The entry points that are modules, as keys of `exports`. */
export const modules = entries.map(([subpath]) => subpath).filter((subpath) => !subpath.endsWith(".json"))

/** The import specifier of an entry point. */
export const specifier = (subpath) => name + subpath.slice(1)
