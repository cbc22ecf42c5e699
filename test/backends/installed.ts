/**
 * The backends installed by `.ci/backends`.
 *
 * A suite whose backend is not installed fails with the reason. With `LOOM_BACKENDS=installed`, as in CI, it is skipped, with the reason in its name,
 * because the first installation there may take longer than everything else.
 */
import { describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { homedir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const installer = fileURLToPath(new URL("../../.ci/backends", import.meta.url))

const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "loom-telemetry")

const programs = {
  clickhouse: join(cache, "clickhouse", "bin", "python"),
  collector: join(cache, "collector", "collector"),
  jaeger: join(cache, "jaeger", "jaeger"),
  phoenix: join(cache, "phoenix", "bin", "phoenix"),
  prometheus: join(cache, "prometheus", "prometheus")
} as const

/** The name of a backend. */
export type BackendName = keyof typeof programs

/** The program of a backend. */
export const programOf = (name: BackendName): string => programs[name]

/** The reasons why some of these can't be run. */
const missing = (names: ReadonlyArray<BackendName>): ReadonlyArray<string> =>
  names.flatMap((name) => {
    const reason = execFileSync("bash", [installer, "reason", name], { encoding: "utf8" }).trim()
    return reason === "" ? [] : [`no ${name}: ${reason}`]
  })

/** A suite that needs these backends. */
export const describeWith = (
  names: BackendName | ReadonlyArray<BackendName>,
  title: string,
  body: () => void
): void => {
  const reasons = missing([names].flat())
  if (reasons.length === 0) {
    describe(title, body)
  } else if (process.env["LOOM_BACKENDS"] === "installed") {
    describe.skip(`${title} (${reasons.join("; ")})`, body)
  } else {
    describe(title, () => {
      it("has its backends installed", () => {
        throw new Error(reasons.join("; "))
      })
    })
  }
}
