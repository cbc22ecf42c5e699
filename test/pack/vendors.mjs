/**
 * Follows docs/models.md: runs each install line in a separate folder, then type-checks a program against the installed packages and runs it with a
 * simulated vendor.
 */
import { spawnSync } from "node:child_process"
import { copyFileSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { name, repository } from "./manifest.mjs"
import { check } from "./outcome.mjs"
import { emptyProject, refusal, running } from "./project.mjs"

const folder = fileURLToPath(new URL("./vendors/", import.meta.url))
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc")

/** The packages of each install line of the page. */
const installLines = () =>
  [...readFileSync(join(repository, "docs/models.md"), "utf8").matchAll(/^npm install (.*@effect\/ai-.*)$/gm)]
    .map(([, words]) => words.split(" "))

/** The last word of a line is the vendor's package, such as `@effect/ai-google@0.15`. */
const packageOf = (specs) => /^@effect\/(ai-[\w-]+)@/.exec(specs.at(-1))[1]

const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  target: "ES2022",
  lib: ["ES2023", "DOM", "DOM.AsyncIterable", "DOM.Iterable"],
  types: [],
  module: "NodeNext",
  moduleResolution: "NodeNext",
  outDir: "built"
}

const compileFault = (project, files) => {
  files.forEach((file) => copyFileSync(join(folder, file), join(project, file)))
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }))
  const { stdout } = spawnSync(process.execPath, [tsc, "--project", project, "--pretty", "false"], {
    encoding: "utf8",
    cwd: project
  })
  // Errors in the declarations of other packages do not count.
  const own = stdout.split("\n").filter((line) =>
    !line.startsWith("node_modules/") || line.includes(`modules/${name}/`)
  )
    .filter((line) => /error TS/.test(line))
  return own.length > 0 ? own.join("\n") : undefined
}

/** Creates and checks a project in `temporary` for each install line. */
export const checkVendors = (temporary, tarball) => {
  const lines = installLines()
  check("docs/models.md has an install line per vendor", lines.length === 5 ? undefined : `it has ${lines.length}`)
  for (const specs of lines) {
    const vendor = packageOf(specs)
    const project = emptyProject(join(temporary, vendor))
    const fault = refusal(project, ...specs.map((spec) => spec === name ? tarball : spec))
    check(`npm install ${specs.join(" ")}`, fault)
    if (fault === undefined) {
      check(`types of an agent with ${specs.at(-1)}`, compileFault(project, ["shared.ts", `${vendor}.ts`]))
      check(`an agent with ${specs.at(-1)}`, running(project, `await import("./built/${vendor}.js")`))
    }
  }
}
