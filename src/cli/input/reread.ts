/**
 * Input that can be read several times: regular files as they are; standard input and pipes are copied to a temporary file first.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { IoError } from "../Failure.js"
import type { Output } from "../output/Output.js"
import { copyOf } from "./copy.js"
import { inputPaths, sizeOf } from "./input.js"
import { forEachLine, type LineHandler } from "./lines.js"

/** Passes on all lines of all files, from the first one again at each call. */
export type Pass = (handler: LineHandler) => Effect.Effect<void, IoError, Output>

/** Reads the files of a command once. */
export const passOnce = (files: ReadonlyArray<string>): Pass => (handler) =>
  Effect.forEach(inputPaths(files), (path) => forEachLine(path, handler), { discard: true })

/** Reads the files of a command any number of times. The copies are removed with the scope. */
export const rereadable = (files: ReadonlyArray<string>): Effect.Effect<Pass, IoError, Scope.Scope> =>
  Effect.map(
    Effect.forEach(inputPaths(files), sourceOf),
    (sources) => (handler) =>
      Effect.forEach(sources, ({ bytes, path }) => forEachLine(path, handler, bytes), { discard: true })
  )

interface Source {
  readonly path: string
  /** Of the copy, if there is one. */
  readonly bytes: (() => AsyncIterable<Uint8Array>) | undefined
}

/** Whether the path is a regular file, which can be read again. */
export const isFile = (path: string): boolean => path !== "-" && sizeOf(path) !== undefined

const sourceOf = (path: string): Effect.Effect<Source, IoError, Scope.Scope> =>
  isFile(path)
    ? Effect.succeed({ path, bytes: undefined })
    : Effect.map(copyOf(path), ({ bytes }) => ({ path, bytes }))
