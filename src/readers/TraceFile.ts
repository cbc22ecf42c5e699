/**
 * A trace file as a stream: bytes become entries, plain or gzip, with bad lines counted in and not in the way.
 *
 * Bring the bytes of whatever holds them: a file (`FileSystem.stream`), standard input, a response. Nothing here opens files, and nothing is held beyond
 * a chunk. The synchronous core without Effect is `LineSplitter` and `decodeEntry`.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { DecodedLine } from "../records/wire/decode.js"
import { RecordDecodeError } from "../records/wire/RecordDecodeError.js"
import { GzipError, pieces, Unpacker } from "./gunzip.js"
import { type Line, LineSplitter } from "./LineSplitter.js"
import { decodeEntry, type TraceEntry } from "./TraceEntry.js"
import { make, type Summary, type SummaryBuilder, type SummaryOptions } from "./TraceSummary.js"
import { builder } from "./TraceTree.js"
import type { TraceForest } from "./tree/TraceNode.js"

/** What is done about lines that hold no record. */
export interface ReadOptions {
  /** `"skip"` goes on with the next line, `"fail"` ends the stream with the error. Default `"skip"`. */
  readonly onBadLine?: "skip" | "fail"
}

/** Bytes that are not compressed any more; an error of decompressing is the last of them. */
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

/** Who takes lines, and what is said where compressed data breaks off. */
interface Taker {
  readonly line: (line: Line) => void
  readonly broken: (error: GzipError, line: number, offset: number) => void
}

const give = (splitter: LineSplitter, piece: Uint8Array | GzipError, { broken, line }: Taker): void => {
  if (piece instanceof GzipError) {
    splitter.end(line)
    broken(piece, splitter.lineNumber, splitter.position)
  } else {
    splitter.push(piece, line)
  }
}

/** Hands over all lines, the one without an end last. */
const takeAll = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>, taker: Taker): Effect.Effect<void, E, R> =>
  Effect.suspend(() => {
    const splitter = new LineSplitter()
    const pieces = Stream.runForEach(unpacked(bytes), (piece) => Effect.sync(() => give(splitter, piece, taker)))
    return Effect.map(pieces, () => splitter.end(taker.line))
  })

const brokenEntry = (error: GzipError, line: number, offset: number): TraceEntry => ({
  kind: "bad",
  error: new RecordDecodeError({
    line,
    field: undefined,
    problem: `the compressed data ends early or is damaged here (${error.problem})`,
    source: ""
  }),
  torn: false,
  broken: true,
  line,
  offset
})

/**
 * Everything that a file holds, line by line. Compressed data that ends early gives what could be read, then a bad entry.
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
    const taker: Taker = {
      line: (line) => found.push(decodeEntry(line)),
      broken: (...what) => found.push(brokenEntry(...what))
    }
    const after = (feed: () => void): ReadonlyArray<TraceEntry> => {
      found = []
      feed()
      return found
    }
    return Stream.concat(
      Stream.mapConcat(unpacked(bytes), (piece) => after(() => give(splitter, piece, taker))),
      Stream.suspend(() => Stream.fromIterable(after(() => splitter.end(taker.line))))
    )
  })

/** The records that a file holds. */
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

/** The trees of a file. It is held in memory as a whole. */
export const tree = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Effect.Effect<TraceForest, E, R> =>
  Effect.suspend(() => {
    const { add, forest } = builder()
    const taker: Taker = {
      line: (line) => add(decodeEntry(line)),
      broken: (...what) => add(brokenEntry(...what))
    }
    return Effect.map(takeAll(bytes, taker), forest)
  })

/** What a file comes to, in constant memory. */
export const summary = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  options?: SummaryOptions
): Effect.Effect<Summary, E, R> =>
  Effect.suspend(() => {
    const builder = make(options)
    return Effect.map(summarize(builder, bytes), builder.result)
  })

/** Adds a file to a summary: several files come to one. */
export const summarize = <E, R>(
  { addBad, addLine }: SummaryBuilder,
  bytes: Stream.Stream<Uint8Array, E, R>
): Effect.Effect<void, E, R> => takeAll(bytes, { line: addLine, broken: () => addBad(false) })
