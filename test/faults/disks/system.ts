/**
 * Runs the system tools that cause the faults. If one is missing, the row is skipped with the reason.
 */
import { spawnSync } from "node:child_process"
import type { FaultRow } from "../row.js"

export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

// Directories of tools that an ordinary user can run but does not have in PATH.
const env = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` }

export const run = (command: string, ...args: ReadonlyArray<string>): CommandResult => {
  const { error, status, stderr, stdout } = spawnSync(command, args, { encoding: "utf8", env })
  return { code: status, stdout: stdout ?? "", stderr: error === undefined ? stderr : error.message }
}

/** Runs a command that must succeed for the row to continue. */
export const must = (row: FaultRow, command: string, ...args: ReadonlyArray<string>): string => {
  const { code, stderr, stdout } = run(command, ...args)
  return code === 0 ? stdout : row.skip(`${command} cannot be used here: ${stderr.trim().split("\n").at(-1) ?? code}`)
}

/** Skips the row unless run as root. */
export const mustBeRoot = (row: FaultRow): void => {
  if (process.getuid?.() !== 0) {
    row.skip("only root can do this damage")
  }
}
