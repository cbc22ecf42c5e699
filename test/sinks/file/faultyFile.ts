/**
 * A file system of one file, whose writes do what a test wants.
 */
import { FileSystem } from "@effect/platform"
import * as PlatformError from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"

/** What a disk says when it is full. */
export const noSpace = new PlatformError.SystemError({
  module: "FileSystem",
  method: "writeAll",
  reason: "Unknown",
  pathOrDescriptor: 3,
  cause: Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" })
})

/** One write that a test answers. */
export type Write = (text: string) => Effect.Effect<void, PlatformError.PlatformError>

/** The file system, and what reached its file. */
export interface FaultyFile {
  readonly layer: Layer.Layer<FileSystem.FileSystem>
  /** The texts of the writes that succeeded. */
  readonly writes: ReadonlyArray<string>
  readonly lines: () => ReadonlyArray<string>
}

/** A file whose writes are answered by `onWrite`. */
export const faultyFile = (onWrite: Write): FaultyFile => {
  const writes: Array<string> = []
  const decoder = new TextDecoder()
  const writeAll = (bytes: Uint8Array) => {
    const text = decoder.decode(bytes)
    return Effect.tap(onWrite(text), () => Effect.sync(() => writes.push(text)))
  }
  return {
    layer: FileSystem.layerNoop({
      makeDirectory: () => Effect.void,
      open: () => Effect.succeed({ [FileSystem.FileTypeId]: FileSystem.FileTypeId, writeAll } as FileSystem.File)
    }),
    writes,
    lines: () => writes.join("").split("\n").slice(0, -1)
  }
}
