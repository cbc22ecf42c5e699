/**
 * A disk that calls the `FileSystem` service, for every platform, in-memory file systems and tests.
 *
 * The service has neither open flags nor synchronous calls. So links and pipes are checked before opening, and neither write-through nor
 * writing at the end of the process is possible.
 */
import type * as PlatformError from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as Scope from "effect/Scope"
import { codeOf, type Disk, type DiskCall, type FileFacts, type OpenFile, type PathFacts } from "./disk.js"

type Call = <A>(effect: Effect.Effect<A, unknown>) => DiskCall<A>

/** A disk that calls this service on this runtime. */
export const platformDisk = (fs: FileSystem.FileSystem, runtime: Runtime.Runtime<never>): Disk => {
  const fork = Runtime.runFork(runtime)
  const call: Call = (effect) => ({
    start: (done) =>
      fork(Effect.withTracerEnabled(effect, false)).addObserver((exit) =>
        Exit.isSuccess(exit) ? done(null, exit.value) : done(Cause.squash(exit.cause), undefined as never)
      )
  })
  return {
    open: (path) => ({
      ...call(openFile(fs, path, call)),
      discard: (file) => file.close.start(() => {})
    }),
    at: (path) => call(pathFacts(fs, path)),
    behind: (path) => call(presentOr(fs.stat(path))),
    lastByte: (path) => call(lastByte(fs, path)),
    makeFolder: (path) => call(fs.makeDirectory(path, { mode: 0o700 }))
  }
}

const openFile = (fs: FileSystem.FileSystem, path: string, call: Call): Effect.Effect<OpenFile, unknown> =>
  Effect.flatMap(Scope.make(), (scope) =>
    fs.open(path, { flag: "a", mode: 0o600 }).pipe(
      Scope.extend(scope),
      Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause))),
      Effect.map((file): OpenFile => ({
        // A copy: the bytes are valid until the next batch, but a service may keep them longer.
        write: (bytes) => call(Effect.map(Effect.suspend(() => file.write(bytes.slice())), Number)),
        facts: call(Effect.map(Effect.option(file.stat), (info) => Option.getOrUndefined(Option.map(info, factsOf)))),
        truncate: (size) => call(file.truncate(size)),
        close: call(Scope.close(scope, Exit.void))
      }))
    ))

const pathFacts = (fs: FileSystem.FileSystem, path: string): Effect.Effect<PathFacts, PlatformError.PlatformError> =>
  Effect.matchEffect(fs.readLink(path), {
    onSuccess: () => Effect.succeed("link" as const),
    onFailure: () => presentOr(fs.stat(path))
  })

const presentOr = (
  stat: Effect.Effect<FileSystem.File.Info, PlatformError.PlatformError>
): Effect.Effect<FileFacts | "nothing", PlatformError.PlatformError> =>
  Effect.map(stat, factsOf).pipe(
    Effect.catchIf(isAbsent, () => Effect.succeed("nothing" as const))
  )

const isAbsent = (error: PlatformError.PlatformError): boolean =>
  error._tag === "SystemError" && (error.reason === "NotFound" || codeOf(error) === "ENOTDIR")

const lastByte = (fs: FileSystem.FileSystem, path: string): Effect.Effect<number | undefined> =>
  Effect.gen(function*() {
    const file = yield* fs.open(path, { flag: "r" })
    const { size } = yield* file.stat
    yield* file.seek(Number(size) - 1, "start")
    const bytes = yield* file.readAlloc(1)
    return Option.getOrUndefined(bytes)?.[0]
  }).pipe(
    Effect.scoped,
    Effect.catchAllCause(() => Effect.succeed(undefined))
  )

const factsOf = (info: FileSystem.File.Info): FileFacts => ({
  dev: info.dev,
  ino: Option.getOrUndefined(info.ino),
  size: Number(info.size),
  links: Option.getOrUndefined(info.nlink),
  mode: info.mode,
  isFile: info.type === "File"
})
