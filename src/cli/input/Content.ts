/**
 * The decompressed content of a command's files, one after the other: read once from start to end, then at any offset.
 *
 * Standard input and compressed files are copied to a temporary file first.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { closeSync, createReadStream, openSync, readSync } from "node:fs"
import { isGzip } from "../../readers/gunzip.js"
import { type Line, LineSplitter } from "../../readers/LineSplitter.js"
import type { LineRange } from "../../readers/selection/TraceIndex.js"
import type { IoError } from "../Failure.js"
import type { Output } from "../output/Output.js"
import { copyOf } from "./copy.js"
import { cannotRead, inputPaths, nameOf } from "./input.js"
import { forEachLine, type LineHandler } from "./lines.js"
import { isFile } from "./reread.js"

interface Source {
  readonly path: string
  readonly fd: number
  readonly bytes: () => AsyncIterable<Uint8Array>
}

const sourceOf = (path: string): Effect.Effect<Source, IoError, Scope.Scope> =>
  Effect.gen(function*() {
    if (!isFile(path)) {
      return { path, ...yield* copyOf(path) }
    }
    const fd = yield* Effect.acquireRelease(
      Effect.try({ try: () => openSync(path, "r"), catch: (error) => cannotRead(nameOf(path), error) }),
      (opened) => Effect.sync(() => closeSync(opened))
    )
    const head = new Uint8Array(2)
    readSync(fd, head, 0, 2, 0)
    return isGzip(head)
      ? { path, ...yield* copyOf(path) }
      : { path, fd, bytes: () => createReadStream("", { fd, start: 0, autoClose: false, highWaterMark: 256 * 1024 }) }
  })

const blockSize = 128 * 1024

/** Blocks kept in memory: traces that run at the same time are close together in the file. */
const maxBlocks = 64

/** Takes the lines of all files; their offsets are counted from the start of the first one. */
export interface ContentHandler extends LineHandler {
  /** Called after the last line of each file, with the offset of its end. */
  readonly end: (offset: number) => void
}

export class Content {
  /** The end of each file that was read. */
  private readonly ends = new Map<Source, number>()
  private readonly blocks = new Map<string, Uint8Array>()

  private constructor(private readonly sources: ReadonlyArray<Source>) {}

  /** The content of these files, until the scope ends. */
  static of(files: ReadonlyArray<string>): Effect.Effect<Content, IoError, Scope.Scope> {
    return Effect.map(Effect.forEach(inputPaths(files), sourceOf), (sources) => new Content(sources))
  }

  /** Passes on all lines. */
  pass(handler: ContentHandler): Effect.Effect<void, IoError, Output> {
    return Effect.gen(this, function*() {
      let end = 0
      for (const source of this.sources) {
        const begin = end
        const counted = async function*(): AsyncGenerator<Uint8Array> {
          for await (const chunk of source.bytes()) {
            end += chunk.length
            yield chunk
          }
        }
        const line = (each: Line): boolean => handler.line({ ...each, offset: begin + each.offset })
        yield* forEachLine(source.path, { line, broken: handler.broken }, counted)
        handler.end(end)
        this.ends.set(source, end)
      }
    })
  }

  /** Passes on a range of lines again, after `pass`. */
  lines({ length, line, offset }: LineRange, onLine: (line: Line) => void): void {
    let begin = 0
    for (const [source, end] of this.ends) {
      if (offset < end) {
        const splitter = new LineSplitter({ offset: offset - begin, line })
        for (const piece of this.pieces(source, offset - begin, length)) {
          splitter.push(piece, onLine)
        }
        return splitter.end(onLine)
      }
      begin = end
    }
  }

  private *pieces(source: Source, offset: number, length: number): Iterable<Uint8Array> {
    for (let at = offset; at < offset + length;) {
      const number = Math.floor(at / blockSize)
      const from = at - number * blockSize
      const block = this.block(source, number)
      const piece = block.subarray(from, from + offset + length - at)
      if (piece.length === 0) {
        // The file became shorter.
        return
      }
      yield piece
      at += piece.length
    }
  }

  private block(source: Source, number: number): Uint8Array {
    const key = `${source.fd} ${number}`
    const known = this.blocks.get(key)
    if (known !== undefined) {
      return known
    }
    if (this.blocks.size >= maxBlocks) {
      this.blocks.delete(this.blocks.keys().next().value!)
    }
    const buffer = new Uint8Array(blockSize)
    const block = buffer.subarray(0, readSync(source.fd, buffer, 0, blockSize, number * blockSize))
    this.blocks.set(key, block)
    return block
  }
}
