/**
 * A backend in its own process on the loopback interface, stopped with its scope.
 */
import { Data, Effect, Schedule, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A condition did not hold in time. */
export class NotInTimeError extends Data.TaggedError("NotInTimeError")<{ readonly what: string }> {
  override get message(): string {
    return this.what
  }
}

/** Retries ten times a second until it succeeds; after `seconds` it fails with the last error. */
export const eventually = <A, E, R>(self: Effect.Effect<A, E, R>, seconds = 30): Effect.Effect<A, E, R> =>
  Effect.retry(self, Schedule.spaced("100 millis").pipe(Schedule.upTo(`${seconds} seconds`)))

/** A temporary folder, removed with the scope. */
export const temporaryFolder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "loom-backend-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** A currently free port. */
export const freePort: Effect.Effect<number> = Effect.async((resume) => {
  const probe = createServer()
  probe.listen(0, "127.0.0.1", () => {
    const address = probe.address()
    probe.close(() => resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0)))
  })
})

/** How to start a backend. */
export interface ServerOptions {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  /** Its working directory, which also contains its log. */
  readonly folder: string
  /** An address that responds once the backend is ready. */
  readonly probe: { readonly url: string; readonly init?: RequestInit }
}

/** Names of variables that would change the behaviour of a backend or a sink. */
const foreign = /^(OTEL_|PHOENIX_)/

const start = ({ args, command, env, folder }: ServerOptions): ChildProcess => {
  const log = openSync(join(folder, "log"), "a")
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
  const child = spawn(command, args, { cwd: folder, env: { ...inherited, ...env }, stdio: ["ignore", log, log] })
  closeSync(log)
  return child
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** Sends a signal and waits for the process to end; kills it after five seconds. */
const end = (child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    if (hasEnded(child)) {
      return resume(Effect.void)
    }
    const killing = setTimeout(() => child.kill("SIGKILL"), 5000)
    child.once("exit", () => {
      clearTimeout(killing)
      resume(Effect.void)
    })
    child.kill(signal)
  })

/** Waits until the backend responds; fails at once if it ends. */
const answering = (
  child: ChildProcess,
  { command, folder, probe }: ServerOptions
): Effect.Effect<void, NotInTimeError> => {
  const answers = Effect.tryPromise(() => fetch(probe.url, probe.init)).pipe(
    Effect.filterOrFail((response) => response.ok),
    Effect.asVoid,
    Effect.mapError(() =>
      new NotInTimeError({
        what: `${command} does not answer: ${readFileSync(join(folder, "log"), "utf8").slice(-2000)}`
      })
    )
  )
  return eventually(answers, 90).pipe(
    Effect.raceFirst(
      Effect.async<void, NotInTimeError>((resume) => {
        child.once("exit", () => resume(answers))
      })
    )
  )
}

/** A running backend. */
export interface Running {
  /** Kills it, as in a crash. */
  readonly kill: Effect.Effect<void>
  /** Restarts it with the same options, and waits until it responds. */
  readonly restart: Effect.Effect<void, NotInTimeError>
}

/** Starts a backend, and waits until it responds. */
export const server = (options: ServerOptions): Effect.Effect<Running, NotInTimeError, Scope.Scope> =>
  Effect.gen(function*() {
    let child: ChildProcess = yield* Effect.sync(() => start(options))
    yield* Effect.addFinalizer(() => end(child, "SIGTERM"))
    yield* answering(child, options)
    return {
      kill: Effect.suspend(() => end(child, "SIGKILL")),
      restart: Effect.suspend(() => {
        child = start(options)
        return answering(child, options)
      })
    }
  })
