/**
 * What `.ci/backends` installed. A suite whose backend is not there is skipped, with the reason in its name.
 */
import { describe } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "loom-telemetry")

const programs = {
  collector: join(cache, "collector", "collector"),
  phoenix: join(cache, "phoenix", "bin", "phoenix")
} as const

/** A backend by its name. */
export type BackendName = keyof typeof programs

/** The program of a backend. */
export const programOf = (name: BackendName): string => programs[name]

const reason = (name: BackendName): string | undefined =>
  existsSync(join(cache, `${name}.key`)) && existsSync(programs[name])
    ? undefined
    : existsSync(join(cache, `${name}.missing`))
    ? readFileSync(join(cache, `${name}.missing`), "utf8").trim()
    : "it is not installed; .ci/backends does that"

/** A suite that needs a backend. */
export const describeWith = (name: BackendName, title: string, body: () => void): void => {
  const missing = reason(name)
  describe.skipIf(missing !== undefined)(missing === undefined ? title : `${title} (no ${name}: ${missing})`, body)
}
