/**
 * Writes what a command produces: to a file, which appears only when it is complete, or to standard output.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { open, realpath, rename, rm, stat } from "node:fs/promises"
import { IoError, systemReason } from "../Failure.js"
import { Output } from "./Output.js"

const cannotWrite = (path: string) => (error: unknown): IoError =>
  new IoError({ message: `Cannot write ${path}: ${systemReason(error, { ENOENT: "there is no such folder" })}` })

/** The path behind links; the path itself if it does not exist. */
const resolved = (path: string): Promise<string> => realpath(path).catch(() => path)

/** Whether the path is a device or a pipe, which must not be replaced by a file. */
const isSpecial = (path: string): Promise<boolean> => stat(path).then((facts) => !facts.isFile(), () => false)

const toFile = <E, R>(pieces: Stream.Stream<string, E, R>, path: string): Effect.Effect<void, E | IoError, R> => {
  const attempt = <A>(action: () => Promise<A>) => Effect.tryPromise({ try: action, catch: cannotWrite(path) })
  const writeAll = (target: string, flags: string) =>
    Effect.acquireUseRelease(
      attempt(() => open(target, flags, 0o600)),
      (file) => Stream.runForEach(pieces, (piece) => attempt(() => file.writeFile(piece))),
      (file) => Effect.ignore(Effect.promise(() => file.close()))
    )
  return Effect.gen(function*() {
    const target = yield* attempt(() => resolved(path))
    if (yield* attempt(() => isSpecial(target))) {
      return yield* writeAll(target, "w")
    }
    // Written next to it first: an interrupted command leaves no partial file under the requested name.
    const part = `${target}.${process.pid}.part`
    yield* writeAll(part, "wx").pipe(
      Effect.zipRight(attempt(() => rename(part, target))),
      Effect.onError(() => Effect.ignore(Effect.promise(() => rm(part, { force: true }))))
    )
  })
}

/** Writes pieces to a file, or to standard output for `-` or no path. */
export const writePieces = <E, R>(
  pieces: Stream.Stream<string, E, R>,
  path: string | undefined
): Effect.Effect<void, E | IoError, R | Output> =>
  path !== undefined && path !== "-"
    ? toFile(pieces, path)
    : Effect.flatMap(Output, (output) => Stream.runForEach(pieces, output.write))
