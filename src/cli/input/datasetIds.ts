/**
 * Reads the ids of the cases in a dataset file. Rejects a file that is not a dataset, before anything is appended to it.
 */
import * as Effect from "effect/Effect"
import { readFile, stat } from "node:fs/promises"
import { IoError } from "../Failure.js"
import { cannotRead } from "./input.js"

/** The size limit of a dataset in bytes, because it is read as a whole. */
const largest = 256 * 1024 * 1024

const remedy = "A dataset has one JSON object per line, with `input`"

/** The id of a case; `undefined` if the line is not a case. */
const idOf = (line: string): { readonly id: unknown } | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === "object" && value !== null && Object.hasOwn(value, "input")
      ? { id: (value as { readonly id?: unknown }).id }
      : undefined
  } catch {
    return undefined
  }
}

const contentOf = async (path: string): Promise<string> => {
  const { size } = await stat(path)
  if (size > largest) {
    throw new IoError({ message: `${path}: larger than 256 MiB; start another dataset` })
  }
  return readFile(path, "utf8")
}

/** The ids in this file; none if it does not exist. */
export const datasetIds = (path: string): Effect.Effect<ReadonlySet<unknown>, IoError> =>
  Effect.gen(function*() {
    const text = yield* Effect.tryPromise({
      try: () => contentOf(path).catch((error) => error?.code === "ENOENT" ? "" : Promise.reject(error)),
      catch: (error) => error instanceof IoError ? error : cannotRead(path, error)
    })
    const ids = new Set<unknown>()
    for (const [index, line] of text.replace(/^\ufeff/, "").split("\n").entries()) {
      if (line.trim() !== "") {
        const found = idOf(line)
        if (found === undefined) {
          return yield* new IoError({ message: `${path}: line ${index + 1} is not a case. ${remedy}` })
        }
        ids.add(found.id)
      }
    }
    return ids
  })
