/**
 * Reads the entries of a command's files: records and bad lines.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { LineSplitter } from "../../readers/LineSplitter.js"
import { brokenEntry, decodeEntries, type TraceEntry } from "../../readers/TraceEntry.js"
import type { IoError } from "../Failure.js"
import type { Output } from "../output/Output.js"
import { noteBroken, Recognition, unpackedOf } from "./input.js"
import { forEachLine } from "./lines.js"

/** Whether an entry is a record and not a bad line. */
export const isRecord = ({ kind }: TraceEntry): boolean => kind === "record"

/** Passes on all entries of all files. */
export const forEachEntry = (
  paths: ReadonlyArray<string>,
  take: (entry: TraceEntry) => void
): Effect.Effect<void, IoError, Output> =>
  Effect.forEach(paths, (path) =>
    forEachLine(path, {
      line: (line) => {
        const entries = decodeEntries(line)
        entries.forEach(take)
        return entries.some(isRecord)
      },
      broken: (...what) => take(brokenEntry(...what))
    }), { discard: true })

/** The entries of one file, for a command that writes while it reads. Fails for a file that is not a trace file. */
export const entriesOf = (path: string): Stream.Stream<TraceEntry, IoError, Output> =>
  Stream.suspend(() => {
    const recognition = new Recognition(path)
    const splitter = new LineSplitter()
    const after = (feed: (take: Parameters<LineSplitter["end"]>[0]) => void): ReadonlyArray<TraceEntry> => {
      const found: Array<TraceEntry> = []
      feed((line) => {
        const entries = decodeEntries(line)
        recognition.line(line, entries.some(isRecord))
        entries.forEach((entry) => found.push(entry))
      })
      return found
    }
    const end = (): ReadonlyArray<TraceEntry> => after((take) => splitter.end(take))
    return Stream.mapConcat(unpackedOf(path, recognition), (chunk) => after((take) => splitter.push(chunk, take))).pipe(
      Stream.catchTag("GzipError", (error) =>
        Stream.unwrap(Effect.map(noteBroken(path, error), () => {
          const last = end()
          return Stream.fromIterable([...last, brokenEntry(error, splitter.lineNumber, splitter.position)])
        }))),
      Stream.concat(Stream.suspend(() => Stream.fromIterable(end()))),
      Stream.concat(Stream.execute(recognition.check))
    )
  })
