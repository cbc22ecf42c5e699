/**
 * Adds native packages of other platforms that npm left out to package-lock.json. Run it after a change of
 * dependencies if `npm ci` reports "Missing: … from lock file".
 *
 * npm drops an optional package that the registry in use does not serve, and `npm ci` then rejects the lock file.
 * Versions are not guessed: the parent requires exactly one. The trap: such an entry has no integrity hash.
 */
import { readFileSync, writeFileSync } from "node:fs"

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"]

/** The platform in a name such as `@rollup/rollup-linux-x64-gnu`. */
const platform = (name) => {
  const words = name.split(/[/-]/)
  if (words.includes("wasm32")) {
    return { cpu: ["wasm32"] }
  }
  const at = words.findIndex((word) => systems.includes(word))
  if (at < 0 || words[at + 1] === undefined) {
    throw new Error(`the name ${name} contains no platform`)
  }
  const abi = words[at + 2]
  const libc = abi === "gnu" ? { libc: ["glibc"] } : abi === "musl" ? { libc: ["musl"] } : {}
  return { os: [words[at]], cpu: [words[at + 1]], ...(words[at] === "linux" ? libc : {}) }
}

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"))

const missing = Object.entries(lock.packages).flatMap(([key, parent]) =>
  Object.entries(parent.optionalDependencies ?? {}).flatMap(([name, version]) => {
    const there = lock.packages[`node_modules/${name}`] ?? lock.packages[`${key}/node_modules/${name}`]
    return key === "" || there !== undefined ? [] : [{ name, version, dev: parent.dev }]
  })
)

for (const { dev, name, version } of missing) {
  if (!/^\d+[.]\d+[.]\d+[^ ]*$/.test(version)) {
    throw new Error(`${name} is required as ${version}, which is not an exact version`)
  }
  lock.packages[`node_modules/${name}`] = { version, ...(dev ? { dev } : {}), optional: true, ...platform(name) }
}

lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")))
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`)
console.log(`package-lock.json: ${missing.length} packages added`)
