/**
 * The child programs of this folder, ready to be started by `node`.
 */
import { bundledPrograms } from "../../bundled.js"

const names = ["busy", "driven", "life", "tearing"] as const

/** The child programs. */
export type ProgramName = typeof names[number]

/** Bundles them before the tests of this file and gives the path of each. */
export const compiledPrograms = (): (name: ProgramName) => string =>
  bundledPrograms(new URL("./", import.meta.url), names)
