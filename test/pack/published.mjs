/**
 * Checks the tarball with two tools: publint checks package.json and the files it lists, attw checks that every way of module resolution finds the
 * types. The package is ESM only, so `require` is not checked.
 */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import { repository } from "./manifest.mjs"
import { check } from "./outcome.mjs"

const checkFields = async (tarball) => {
  const bytes = readFileSync(tarball)
  const { messages, pkg } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) }
  })
  const texts = messages.map((message) => formatMessage(message, pkg, { color: false }))
  check("publint finds no problems", texts.length > 0 ? texts.join("\n") : undefined)
}

const checkResolution = (tarball) => {
  const manifest = createRequire(import.meta.url).resolve("@arethetypeswrong/cli/package.json")
  const bin = join(manifest, "..", JSON.parse(readFileSync(manifest, "utf8")).bin.attw)
  const { status, stdout } = spawnSync(process.execPath, [bin, tarball, "--profile", "esm-only", "--no-color"], {
    cwd: repository,
    encoding: "utf8"
  })
  check("attw finds the types of every entry point", status === 0 ? undefined : stdout)
}

/** Runs both on the tarball as it would be published. */
export const checkPublished = async (tarball) => {
  await checkFields(tarball)
  checkResolution(tarball)
}
