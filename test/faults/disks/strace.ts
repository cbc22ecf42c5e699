/**
 * System calls that fail or dawdle for a real process, by `strace --inject`: only the calls on one file are touched.
 */
import type { Starting } from "../programs/driving.js"
import type { FaultRow } from "../row.js"
import { run } from "./system.js"

/** What happens to which calls. */
export interface Injection {
  readonly call: "write" | "openat"
  /** The code that the calls fail with. */
  readonly error?: "EIO" | "EAGAIN" | "EINTR" | "EMFILE" | "ENOSPC"
  /** Microseconds that each call waits before it begins. */
  readonly delay?: number
  /** The calls that are meant, as strace counts them: `1..20`, `3+2`. Without it all of them. */
  readonly when?: string
}

/** How a program has to be started for the injection; skips where nothing can be traced. */
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
    // strace counts the calls of each thread by itself.
    env: { UV_THREADPOOL_SIZE: "1" }
  }
}
