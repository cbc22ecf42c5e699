/**
 * The machine's own tools, which do the damage: run, and asked for first. What a machine lacks makes a row skip with the reason.
 */
import { spawnSync } from "node:child_process"
import type { FaultRow } from "../row.js"

/** How a command ended. */
export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

// Where the tools are that an ordinary user may run but does not have on the path.
const env = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` }

/** Runs a command to its end. */
export const run = (command: string, ...args: ReadonlyArray<string>): CommandResult => {
  const { error, status, stderr, stdout } = spawnSync(command, args, { encoding: "utf8", env })
  return { code: status, stdout: stdout ?? "", stderr: error === undefined ? stderr : error.message }
}

/** Runs a command that has to succeed for the row to go on. */
export const must = (row: FaultRow, command: string, ...args: ReadonlyArray<string>): string => {
  const { code, stderr, stdout } = run(command, ...args)
  return code === 0 ? stdout : row.skip(`${command} cannot be used here: ${stderr.trim().split("\n").at(-1) ?? code}`)
}

/** Skips where not root. */
export const mustBeRoot = (row: FaultRow): void => {
  if (process.getuid?.() !== 0) {
    row.skip("only root can do this damage")
  }
}
