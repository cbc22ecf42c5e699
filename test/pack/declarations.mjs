/**
 * Checks values that users export without a type annotation: with `declaration: true`, which libraries and monorepos use, the compiler must be able
 * to name their types through the entry point that they came from.
 */
import { spawnSync } from "node:child_process"
import { copyFileSync, readdirSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { check } from "./outcome.mjs"

const folder = fileURLToPath(new URL("./declared/", import.meta.url))
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc")

const compilerOptions = {
  strict: true,
  declaration: true,
  emitDeclarationOnly: true,
  outDir: "declared",
  target: "ES2022",
  lib: ["ES2023", "DOM", "DOM.AsyncIterable"],
  types: [],
  skipLibCheck: true,
  module: "NodeNext",
  moduleResolution: "NodeNext"
}

/** Checks each program separately, because another one may make a name available. */
export const checkDeclarations = (project) => {
  for (const program of readdirSync(folder)) {
    copyFileSync(join(folder, program), join(project, program))
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [program] }))
    const { status, stdout } = spawnSync(process.execPath, [tsc, "--project", project, "--pretty", "false"], {
      encoding: "utf8",
      cwd: project
    })
    check(`declarations for the exports of ${program}`, status === 0 ? undefined : stdout)
  }
}
