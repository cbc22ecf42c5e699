/**
 * How long does it take to load the package, and to start the command line? Each in a separate process, the median of eleven: CPU time of an import,
 * if the system provides it, and wall time of a command.
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Question, Reading } from "../Case.js"
import { median, schedstat } from "../measure.js"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** The duration of a process, in milliseconds. */
const milliseconds = (args: ReadonlyArray<string>) => (): Reading => {
  const found = Array.from({ length: 11 }, () => {
    const start = process.hrtime.bigint()
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" })
    if (status !== 0) {
      throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`)
    }
    return Number(process.hrtime.bigint() - start) / 1e6
  })
  return { value: median(found) }
}

/** The duration of an import in a fresh process, in milliseconds. */
const importing = (specifier: string) => (): Reading => {
  const code = `import { existsSync, readFileSync } from "node:fs"
    const now = existsSync("${schedstat}")
      ? () => Number(readFileSync("${schedstat}", "latin1").split(" ", 1)[0])
      : () => Number(process.hrtime.bigint())
    const start = now()
    await import(${JSON.stringify(specifier)})
    console.log((now() - start) / 1e6)`
  const found = Array.from({ length: 11 }, () => {
    const { stderr, stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
      cwd: root,
      encoding: "utf8"
    })
    if (stdout === "") {
      throw new Error(stderr)
    }
    return Number(stdout)
  })
  return { value: median(found) }
}

export const cases: Question["cases"] = {
  effect: importing("effect/Effect"),
  root: importing("loom-telemetry"),
  node: milliseconds(["-e", "0"]),
  help: milliseconds(["dist/cli/bin.js", "--help"])
}
