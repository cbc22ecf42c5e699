/**
 * Where a command's product goes: a file that is there only when it is whole, or standard output.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises"
import { InputError, systemReason } from "../Failure.js"
import { Output } from "./Output.js"

const cannotWrite = (path: string) => (error: unknown): InputError =>
  new InputError({ message: `Cannot write ${path}: ${systemReason(error, { ENOENT: "there is no such folder" })}` })

/** The file that a path means, through links; the path itself where nothing is there. */
const meant = (path: string): Promise<string> => realpath(path).catch(() => path)

/** Whether there is something that must not be replaced: a device, a pipe. */
const isSpecial = (path: string): Promise<boolean> => stat(path).then((facts) => !facts.isFile(), () => false)

const writing = <E, R>(
  pieces: Stream.Stream<string, E, R>,
  path: string,
  flags: string,
  attempt: <A>(action: () => Promise<A>) => Effect.Effect<A, InputError>
): Effect.Effect<void, E | InputError, R> =>
  Effect.acquireUseRelease(
    attempt(() => open(path, flags, 0o600)),
    (file) => Stream.runForEach(pieces, (piece) => attempt(() => file.writeFile(piece))),
    close
  )

const close = (file: FileHandle) => Effect.ignore(Effect.promise(() => file.close()))

const toFile = <E, R>(pieces: Stream.Stream<string, E, R>, path: string): Effect.Effect<void, E | InputError, R> => {
  const attempt = <A>(action: () => Promise<A>) => Effect.tryPromise({ try: action, catch: cannotWrite(path) })
  return Effect.gen(function*() {
    const target = yield* attempt(() => meant(path))
    if (yield* attempt(() => isSpecial(target))) {
      return yield* writing(pieces, target, "w", attempt)
    }
    // Beside it, so that an interrupted command leaves no half of a page at the name that was asked for.
    const begun = `${target}.${process.pid}.part`
    yield* writing(pieces, begun, "wx", attempt).pipe(
      Effect.zipRight(attempt(() => rename(begun, target))),
      Effect.onError(() => Effect.ignore(Effect.promise(() => rm(begun, { force: true }))))
    )
  })
}

/** Writes pieces to the file, or to standard output where none is named or the name is `-`. */
export const writePieces = <E, R>(
  pieces: Stream.Stream<string, E, R>,
  path: Option.Option<string>
): Effect.Effect<void, E | InputError, R | Output> =>
  Option.isSome(path) && path.value !== "-"
    ? toFile(pieces, path.value)
    : Effect.flatMap(Output, (output) => Stream.runForEach(pieces, output.write))
