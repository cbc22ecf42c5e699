/**
 * The child programs of this directory, compiled so that `node` can run them.
 */
import { bundledPrograms } from "../../bundled.js"

const names = ["busy", "driven", "life", "tearing"] as const

/** The child programs. */
export type ProgramName = typeof names[number]

/** Bundles them before the tests of this file and returns their paths. */
export const compiledPrograms = (): (name: ProgramName) => string =>
  bundledPrograms(new URL("./", import.meta.url), names)
