/**
 * Files in a temporary folder, and their contents.
 */
import { FileSystem } from "@effect/platform"
import * as Effect from "effect/Effect"

/** A folder that is deleted when the scope closes. */
export const tempFolder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())

/** A path for a file that does not exist yet. */
export const tempPath = Effect.map(tempFolder, (folder) => `${folder}/traces.jsonl`)

/** The lines of a text as JSON; every line must be whole. Empty lines are skipped, as readers do. */
export const jsonLines = (text: string): ReadonlyArray<any> => {
  const lines = text.split("\n")
  if (lines.pop() !== "") {
    throw new Error("The last line is torn")
  }
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line))
}

/** The whole lines of a file, as JSON. */
export const linesIn = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.map(fs.readFileString(path), jsonLines))

/** The names of the records in a file, in order. */
export const namesIn = (path: string) => Effect.map(linesIn(path), (lines) => lines.map((line): string => line.name))
