/**
 * A backend as a process of its own on the loopback interface, ended with its scope.
 */
import { Data, Effect, Schedule, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** What was waited for did not come. */
export class NotInTimeError extends Data.TaggedError("NotInTimeError")<{ readonly what: string }> {
  override get message(): string {
    return this.what
  }
}

/** Tries again, ten times a second, until it succeeds; after `seconds` it fails with what it failed with last. */
export const eventually = <A, E, R>(self: Effect.Effect<A, E, R>, seconds = 30): Effect.Effect<A, E, R> =>
  Effect.retry(self, Schedule.spaced("100 millis").pipe(Schedule.upTo(`${seconds} seconds`)))

/** A folder that is removed with the scope. */
export const temporaryFolder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "loom-backend-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** A port that is free now. */
export const freePort: Effect.Effect<number> = Effect.async((resume) => {
  const probe = createServer()
  probe.listen(0, "127.0.0.1", () => {
    const address = probe.address()
    probe.close(() => resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0)))
  })
})

/** How a backend is started. */
export interface ServerOptions {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  /** Where it runs and logs. */
  readonly folder: string
  /** Answers as soon as the backend is there. */
  readonly probe: { readonly url: string; readonly init?: RequestInit }
}

/** Names of variables that would change what a backend or a sink does. */
const foreign = /^(OTEL_|PHOENIX_)/

const start = ({ args, command, env, folder }: ServerOptions): ChildProcess => {
  const log = openSync(join(folder, "log"), "w")
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
  const child = spawn(command, args, { cwd: folder, env: { ...inherited, ...env }, stdio: ["ignore", log, log] })
  closeSync(log)
  return child
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** Asks it to end; what does not end in five seconds is killed. */
const stop = (child: ChildProcess): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    if (hasEnded(child)) {
      return resume(Effect.void)
    }
    const killing = setTimeout(() => child.kill("SIGKILL"), 5000)
    child.once("exit", () => {
      clearTimeout(killing)
      resume(Effect.void)
    })
    child.kill("SIGTERM")
  })

/** Starts it, and waits until it answers. */
export const server = (options: ServerOptions): Effect.Effect<void, NotInTimeError, Scope.Scope> =>
  Effect.gen(function*() {
    const child = yield* Effect.acquireRelease(Effect.sync(() => start(options)), stop)
    const answers = Effect.tryPromise(() => fetch(options.probe.url, options.probe.init)).pipe(
      Effect.filterOrFail((response) => response.ok),
      Effect.mapError(() =>
        new NotInTimeError({
          what: `${options.command} does not answer: ${readFileSync(join(options.folder, "log"), "utf8").slice(-2000)}`
        })
      )
    )
    yield* eventually(answers, 90).pipe(
      Effect.raceFirst(
        Effect.async<never, NotInTimeError>((resume) => {
          child.once("exit", () => resume(answers as Effect.Effect<never, NotInTimeError>))
        })
      )
    )
  })
