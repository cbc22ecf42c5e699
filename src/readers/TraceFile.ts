/**
 * Reads a trace file as a stream: bytes, plain or gzipped, become entries; bad lines are entries too. A file holds lines of this package or of the Python
 * original, or OTLP/JSON: one document, or one request per line as a Collector's file exporter writes them.
 *
 * Bring the bytes: from a file (`FileSystem.stream`), standard input or a response. Nothing here opens files, and no more than a chunk is held. The
 * synchronous core without Effect is `LineSplitter` and `decodeEntries`.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { DecodedLine } from "../records/wire/line.js"
import type { RecordDecodeError } from "../records/wire/RecordDecodeError.js"
import { GzipError, pieces, Unpacker } from "./gunzip.js"
import { type Line, LineSplitter } from "./LineSplitter.js"
import { brokenEntry, decodeEntries, type TraceEntry } from "./TraceEntry.js"
import { make, type Summary, type SummaryBuilder, type SummaryOptions } from "./TraceSummary.js"
import { builder } from "./TraceTree.js"
import type { TraceForest } from "./tree/TraceNode.js"

/** What to do with lines without a record. */
export interface ReadOptions {
  /** `"skip"` continues with the next line, `"fail"` fails the stream with the error. Default `"skip"`. */
  readonly onBadLine?: "skip" | "fail"
}

/** The decompressed bytes; a decompression error comes last. */
const unpacked = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Uint8Array | GzipError, E, R> =>
  Stream.suspend(() => {
    const unpacker = new Unpacker()
    return bytes.pipe(
      Stream.mapConcat(pieces),
      Stream.mapConcatEffect((piece) => {
        const out = unpacker.write(piece)
        return out instanceof Promise ? Effect.promise(() => out) : Effect.succeed(out)
      }),
      Stream.concat(Stream.unwrap(Effect.map(
        Effect.promise(() => unpacker.end()),
        ({ chunks, problem }): Stream.Stream<Uint8Array | GzipError> =>
          Stream.fromIterable(problem === undefined ? chunks : [...chunks, problem])
      ))),
      Stream.ensuring(Effect.promise(() => unpacker.cancel()))
    )
  })

interface LineHandler {
  readonly line: (line: Line) => void
  readonly broken: (error: GzipError, line: number, offset: number) => void
}

const push = (splitter: LineSplitter, piece: Uint8Array | GzipError, { broken, line }: LineHandler): void => {
  if (piece instanceof GzipError) {
    splitter.end(line)
    broken(piece, splitter.lineNumber, splitter.position)
  } else {
    splitter.push(piece, line)
  }
}

/** Passes on all lines, the one without a newline last. */
const takeAll = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>, handler: LineHandler): Effect.Effect<void, E, R> =>
  Effect.suspend(() => {
    const splitter = new LineSplitter()
    const pieces = Stream.runForEach(unpacked(bytes), (piece) => Effect.sync(() => push(splitter, piece, handler)))
    return Effect.map(pieces, () => splitter.end(handler.line))
  })

/**
 * All entries of a file, line by line. Compressed data that ends early, or is followed by other data, yields what could be read, then a bad entry.
 *
 * @example
 * const slow = TraceFile.entries(fs.stream("traces.jsonl.gz")).pipe(
 *   Stream.filter((entry) => entry.kind === "record" && entry.record.kind === "span" && entry.record.span.durationMs > 1000)
 * )
 */
export const entries = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Stream.Stream<TraceEntry, E, R> =>
  Stream.suspend(() => {
    const splitter = new LineSplitter()
    let found: Array<TraceEntry> = []
    const handler: LineHandler = {
      line: (line) => decodeEntries(line).forEach((entry) => found.push(entry)),
      broken: (...what) => found.push(brokenEntry(...what))
    }
    const after = (feed: () => void): ReadonlyArray<TraceEntry> => {
      found = []
      feed()
      return found
    }
    return Stream.concat(
      Stream.mapConcat(unpacked(bytes), (piece) => after(() => push(splitter, piece, handler))),
      Stream.suspend(() => Stream.fromIterable(after(() => splitter.end(handler.line))))
    )
  })

/** The records of a file. */
export const records = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  { onBadLine = "skip" }: ReadOptions = {}
): Stream.Stream<DecodedLine, E | RecordDecodeError, R> =>
  Stream.mapConcatEffect(
    entries(bytes),
    (entry): Effect.Effect<ReadonlyArray<DecodedLine>, RecordDecodeError> =>
      entry.kind === "record"
        ? Effect.succeed([entry.record])
        : onBadLine === "skip"
        ? Effect.succeed([])
        : Effect.fail(entry.error)
  )

/** The trees of a file. The whole file is held in memory. */
export const tree = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Effect.Effect<TraceForest, E, R> =>
  Effect.suspend(() => {
    const { add, forest } = builder()
    const handler: LineHandler = {
      line: (line) => decodeEntries(line).forEach(add),
      broken: (...what) => add(brokenEntry(...what))
    }
    return Effect.map(takeAll(bytes, handler), forest)
  })

/** The summary of a file, in constant memory. */
export const summary = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  options?: SummaryOptions
): Effect.Effect<Summary, E, R> =>
  Effect.suspend(() => {
    const builder = make(options)
    return Effect.map(summarize(builder, bytes), builder.result)
  })

/** Adds a file to a summary, which may cover several files. */
export const summarize = <E, R>(
  { addBad, addLine }: SummaryBuilder,
  bytes: Stream.Stream<Uint8Array, E, R>
): Effect.Effect<void, E, R> => takeAll(bytes, { line: addLine, broken: () => addBad(false) })
