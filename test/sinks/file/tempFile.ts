/**
 * Files in a folder of their own, and what stands in them.
 */
import { FileSystem } from "@effect/platform"
import * as Effect from "effect/Effect"

/** A folder that is gone when the scope closes. */
export const tempFolder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())

/** A path for a file that does not exist yet. */
export const tempPath = Effect.map(tempFolder, (folder) => `${folder}/traces.jsonl`)

/** The whole lines of a file, as JSON. */
export const linesIn = (path: string) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    return (yield* fs.readFileString(path)).split("\n").slice(0, -1).map((line) => JSON.parse(line))
  })

/** The names of the records in a file, in order. */
export const namesIn = (path: string) => Effect.map(linesIn(path), (lines) => lines.map((line): string => line.name))
