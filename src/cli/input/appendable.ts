/**
 * Rejects a file that is not a trace file, or is compressed: appending a record would damage the file and lose the record.
 */
import * as Effect from "effect/Effect"
import { constants, open } from "node:fs/promises"
import { isRecordStart, seemsToBe } from "../../readers/foreign.js"
import { IoError } from "../Failure.js"

const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = constants

/** Bytes that are checked. */
const most = 64 * 1024

/** The start of a line of this package. */
const ownLine = /^\s*\{\s*"kind"\s*:\s*"(?:span|span_start|metric|score|dropped)"/m

/** The start of a file; empty if it cannot be read. The command that writes to it then reports why. */
const headOf = async (path: string): Promise<Uint8Array> => {
  const bytes = new Uint8Array(most)
  try {
    const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      return bytes.subarray(0, (await file.read(bytes, 0, most, 0)).bytesRead)
    } finally {
      await file.close()
    }
  } catch {
    return bytes.subarray(0, 0)
  }
}

const isGzip = ([first, second]: Uint8Array): boolean => first === 0x1f && second === 0x8b

const flawOf = (head: Uint8Array): string | undefined => {
  const text = new TextDecoder().decode(head).trimStart()
  const [line = "", ...rest] = text.split("\n", 2)
  return isGzip(head)
    ? "it is compressed: decompress it first"
    : line === "" || ownLine.test(text) || (rest.length === 0 && isRecordStart(head, line))
    ? undefined
    : /^\{\s*"resource_?spans"/i.test(line)
    ? "it is OTLP/JSON"
    : `it seems to be ${seemsToBe(head, line)}`
}

/** Fails if records cannot be appended to this file. A missing file is fine: it will be created. */
export const appendable = (path: string): Effect.Effect<void, IoError> =>
  Effect.flatMap(Effect.promise(() => headOf(path)), (head) => {
    const flaw = flawOf(head)
    return flaw === undefined
      ? Effect.void
      : new IoError({
        message: `cannot append to ${path}: ${flaw}. Use a new file instead: commands can read several`
      })
  })
