/**
 * Writes output to a file, which appears only once it is complete, or to standard output.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { lstat, open, realpath, rename, rm, stat } from "node:fs/promises"
import { IoError, systemReason } from "../Failure.js"
import { Output } from "./Output.js"

const cannotWrite = (path: string) => (error: unknown): IoError =>
  new IoError({ message: `cannot write ${path}: ${systemReason(error, { ENOENT: "no such directory" })}` })

/** Whether the path is a symbolic link: anyone who may write to its folder could point it at any file. */
const isLink = (path: string): Promise<boolean> => lstat(path).then((facts) => facts.isSymbolicLink(), () => false)

/** Fails if the output file is a symbolic link, or one of the files that are read. */
export const checkOutput = (path: string, inputs: ReadonlyArray<string>): Effect.Effect<void, IoError> =>
  Effect.gen(function*() {
    const refuse = (reason: string) => new IoError({ message: `cannot write ${path}: ${reason}` })
    if (yield* Effect.promise(() => isLink(path))) {
      return yield* refuse("it is a symbolic link; give the path that it points to")
    }
    const [output, ...read] = yield* Effect.promise(() =>
      Promise.all([path, ...inputs].map((each) => realpath(each).catch(() => undefined)))
    )
    if (output !== undefined && read.includes(output)) {
      return yield* refuse("it is an input; name another file")
    }
  })

/** Whether the path is a device or a pipe, which must not be replaced by a file. */
const isSpecial = (path: string): Promise<boolean> => stat(path).then((facts) => !facts.isFile(), () => false)

const toFile = <E, R>(
  pieces: Stream.Stream<string, E, R>,
  path: string,
  inputs: ReadonlyArray<string>
): Effect.Effect<void, E | IoError, R> => {
  const attempt = <A>(action: () => Promise<A>) => Effect.tryPromise({ try: action, catch: cannotWrite(path) })
  const writeAll = (target: string, flags: string) =>
    Effect.acquireUseRelease(
      attempt(() => open(target, flags, 0o600)),
      (file) => Stream.runForEach(pieces, (piece) => attempt(() => file.writeFile(piece))),
      (file) => Effect.ignore(Effect.promise(() => file.close()))
    )
  return Effect.gen(function*() {
    // `/dev/stdout` is a link, too.
    if (yield* attempt(() => isSpecial(path))) {
      return yield* writeAll(path, "w")
    }
    yield* checkOutput(path, inputs)
    // Written to a temporary file first, so that an interrupted command leaves no partial file under the requested name.
    const part = `${path}.${process.pid}.part`
    yield* writeAll(part, "wx").pipe(
      Effect.zipRight(attempt(() => rename(part, path))),
      Effect.onError(() => Effect.ignore(Effect.promise(() => rm(part, { force: true }))))
    )
  })
}

/** Writes pieces to a file that is none of the inputs, or to standard output for `-` or no path. */
export const writePieces = <E, R>(
  pieces: Stream.Stream<string, E, R>,
  path: string | undefined,
  inputs: ReadonlyArray<string>
): Effect.Effect<void, E | IoError, R | Output> =>
  path !== undefined && path !== "-"
    ? toFile(pieces, path, inputs)
    : Effect.flatMap(Output, (output) => Stream.runForEach(pieces, output.write))
