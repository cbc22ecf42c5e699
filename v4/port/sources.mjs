/** Selects the main line's sources for this line, and generates each file. */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { leftOut } from "./leftOut.mjs"
import { applyPatch } from "./patches.mjs"
import { rename } from "./rename.mjs"
import { versionOnFour } from "./version.mjs"

export const here = fileURLToPath(new URL("../", import.meta.url))
export const main = fileURLToPath(new URL("../../", import.meta.url))

/** Folders that are generated from those with the same name in the main line. */
export const folders = ["src", "test", "examples"]

/** Paths of the files below a folder, relative to its parent. */
export const filesBelow = (root, folder) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replace(/^\//, ""))
      .sort()
    : []

export const digestOf = (text) => createHash("sha256").update(text).digest("hex").slice(0, 16)

/** For each overlay file, the digest of the main line's file it was written for; null if there is none. */
export const readReplaced = () => JSON.parse(readFileSync(join(here, "overlay/replaces.json"), "utf8"))

/** The paths of the main line that are ported. */
export const ported = () =>
  folders.flatMap((folder) => filesBelow(main, folder)).filter((path) =>
    !leftOut.some(({ paths }) => paths.some((pattern) => pattern.test(path)))
  )

const isText = (path) => /\.([cm]?[tj]sx?|json|md)$/.test(path)

/** A file renamed for Effect 4, without its patch. */
export const renamedFile = (path, content = readFileSync(join(main, path))) =>
  path === "src/records/version.ts"
    ? versionOnFour(content.toString("utf8"))
    : /\.[cm]?[tj]sx?$/.test(path)
    ? rename(content.toString("utf8"))
    : isText(path)
    ? content.toString("utf8")
    : content

/**
 * Every file of this line by its path, and which of them are patched. `problems` names the patches and overlays that do not fit. `changed` contains
 * texts to use instead of the main line's.
 */
export const makeAll = (changed = {}) => {
  const contentOf = (path) => path in changed ? Buffer.from(changed[path]) : readFileSync(join(main, path))
  const replaced = readReplaced()
  const problems = []
  const patched = []
  const files = new Map()
  const paths = ported()
  for (const path of paths) {
    if (path in replaced) {
      continue
    }
    const patchFile = join(here, "patches", `${path}.patch`)
    const renamed = renamedFile(path, contentOf(path))
    if (!existsSync(patchFile)) {
      files.set(path, renamed)
      continue
    }
    patched.push(path)
    try {
      files.set(path, applyPatch(renamed, readFileSync(patchFile, "utf8")))
    } catch (error) {
      problems.push(`v4/patches/${path}.patch does not fit ${path} any more: ${error.message}`)
    }
  }
  for (const patch of filesBelow(here, "patches")) {
    const path = patch.replace(/^patches\//, "").replace(/\.patch$/, "")
    if (!paths.includes(path)) {
      problems.push(`v4/${patch} is for ${path}, which is not ported or does not exist`)
    }
  }
  for (const path of filesBelow(here, "overlay").map((file) => file.replace(/^overlay\//, ""))) {
    if (path === "replaces.json") {
      continue
    }
    if (!(path in replaced)) {
      problems.push(`v4/overlay/${path} is not in v4/overlay/replaces.json`)
    }
    files.set(path, readFileSync(join(here, "overlay", path), "utf8"))
  }
  for (const [path, digest] of Object.entries(replaced)) {
    const source = join(main, path)
    const now = existsSync(source) ? digestOf(contentOf(path)) : null
    if (now !== digest) {
      problems.push(
        `${path} changed since v4/overlay/${path} was written for it: update the overlay, then put "${now}" into v4/overlay/replaces.json`
      )
    }
    if (!existsSync(join(here, "overlay", path))) {
      problems.push(`v4/overlay/replaces.json names ${path}, but v4/overlay/${path} does not exist`)
    }
  }
  return { files, patched, problems }
}
