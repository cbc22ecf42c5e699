/**
 * Makes system calls of a real process fail or wait, with `strace --inject`. Only calls on one file are affected.
 */
import type { Starting } from "../programs/driving.js"
import type { FaultRow } from "../row.js"
import { run } from "./system.js"

export interface Injection {
  readonly call: "write" | "openat"
  /** The error code. */
  readonly error?: "EIO" | "EAGAIN" | "EINTR" | "EMFILE" | "ENOSPC"
  /** Microseconds that each call waits before it starts. */
  readonly delay?: number
  /** The affected calls, in the syntax of strace: `1..20`, `3+2`. Default all. */
  readonly when?: string
}

/** The command that starts a program with the injection. Skips the row if tracing is not possible. */
export const injecting = (row: FaultRow, path: string, { call, delay, error, when }: Injection): Starting => {
  const probe = run("strace", "-qq", "-o", "/dev/null", "-e", "trace=write", "true")
  if (probe.code !== 0) {
    row.skip(`strace cannot be used here: ${probe.stderr.trim()}`)
  }
  const what = [
    call,
    ...(error === undefined ? [] : [`error=${error}`]),
    ...(delay === undefined ? [] : [`delay_enter=${delay}`]),
    ...(when === undefined ? [] : [`when=${when}`])
  ].join(":")
  return {
    under: ["strace", "-f", "-qq", "-o", "/dev/null", "-P", path, "-e", `trace=${call}`, "-e", `inject=${what}`, "--"],
    // strace counts the calls of each thread separately.
    env: { UV_THREADPOOL_SIZE: "1" }
  }
}
