/**
 * A file system with one file, different from Node's, whose writes are controlled by a test.
 */
import { FileSystem } from "@effect/platform"
import * as PlatformError from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"

/** The error of a full disk. */
export const noSpace = new PlatformError.SystemError({
  module: "FileSystem",
  method: "write",
  reason: "Unknown",
  pathOrDescriptor: 3,
  cause: Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" })
})

/** One write, whose result a test decides. */
export type Write = (text: string) => Effect.Effect<void, PlatformError.PlatformError>

/** The file system and the contents of its file. */
export interface FaultyFile {
  readonly layer: Layer.Layer<FileSystem.FileSystem>
  /** The texts of the successful writes. */
  readonly writes: ReadonlyArray<string>
  readonly lines: () => ReadonlyArray<string>
}

const info = (size: number): FileSystem.File.Info => ({
  type: "File",
  mtime: Option.none(),
  atime: Option.none(),
  birthtime: Option.none(),
  dev: 0,
  ino: Option.none(),
  mode: 0o600,
  nlink: Option.none(),
  uid: Option.none(),
  gid: Option.none(),
  rdev: Option.none(),
  size: FileSystem.Size(size),
  blksize: Option.none(),
  blocks: Option.none()
})

/** A file whose writes are handled by `onWrite`. */
export const faultyFile = (onWrite: Write): FaultyFile => {
  const writes: Array<string> = []
  let size = 0
  const decoder = new TextDecoder()
  const write = (bytes: Uint8Array) => {
    const text = decoder.decode(bytes)
    return Effect.as(
      Effect.tap(onWrite(text), () =>
        Effect.sync(() => {
          writes.push(text)
          size += bytes.length
        })),
      FileSystem.Size(bytes.length)
    )
  }
  const stat = Effect.sync(() => info(size))
  const file: Partial<FileSystem.File> = { [FileSystem.FileTypeId]: FileSystem.FileTypeId, write, stat }
  return {
    layer: FileSystem.layerNoop({
      stat: (path) => path === "." ? Effect.succeed({ ...info(0), type: "Directory" }) : stat,
      open: () => Effect.succeed(file as FileSystem.File)
    }),
    writes,
    lines: () => writes.join("").split("\n").slice(0, -1)
  }
}
