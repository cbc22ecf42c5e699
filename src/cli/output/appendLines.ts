/**
 * Appends whole lines to a file that others may append to: in one piece, starting on a new line, never through a symbolic link.
 */
import * as Effect from "effect/Effect"
import { constants, type FileHandle, open } from "node:fs/promises"
import { IoError, systemReason } from "../Failure.js"

const { O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDWR } = constants

const newline = 10

/** Errors whose meaning depends on how the file is opened. */
const own = { ELOOP: "it is a symbolic link; give the path that it points to", ENOENT: "no such directory" }

const attempt = <A>(path: string, action: () => Promise<A>): Effect.Effect<A, IoError> =>
  Effect.tryPromise({
    try: action,
    catch: (error) => new IoError({ message: `cannot write ${path}: ${systemReason(error, own)}` })
  })

/** Whether the file ends within a line. */
const endsInside = async (file: FileHandle, size: number): Promise<boolean> => {
  const last = new Uint8Array(1)
  return size > 0 && (await file.read(last, 0, 1, size - 1)).bytesRead === 1 && last[0] !== newline
}

/** Writes all bytes. If the disk is full, removes what was written of them, unless others have appended since. */
const writeAll = async (file: FileHandle, bytes: Uint8Array): Promise<void> => {
  const { size } = await file.stat()
  let written = 0
  try {
    while (written < bytes.length) {
      written += (await file.write(bytes, written)).bytesWritten
    }
    await file.sync()
  } catch (error) {
    if (written > 0 && (await file.stat()).size === size + written) {
      await file.truncate(size)
    }
    throw error
  }
}

/** Appends lines, each with its newline. Creates the file, readable by its owner only. */
export const appendLines = (path: string, lines: string): Effect.Effect<void, IoError> =>
  Effect.acquireUseRelease(
    attempt(path, () => open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600)),
    (file) =>
      Effect.gen(function*() {
        const facts = yield* attempt(path, () => file.stat())
        if (!facts.isFile()) {
          yield* new IoError({ message: `cannot write ${path}: it is not a file` })
        }
        const start = (yield* attempt(path, () => endsInside(file, facts.size))) ? "\n" : ""
        yield* attempt(path, () => writeAll(file, new TextEncoder().encode(start + lines)))
      }),
    (file) => Effect.ignore(Effect.tryPromise(() => file.close()))
  )
