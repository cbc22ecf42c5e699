/**
 * Decompresses gzip with Node, or with the `DecompressionStream` of browsers.
 *
 * Rotated logs are often compressed, and the newest one may be truncated: everything before the damage is returned, then the error. Node reads several
 * members in a row (`cat a.gz b.gz`), and ignores and reports any data after the last one; a browser reads one member and reports that there is more.
 */
import * as Data from "effect/Data"
import { GzipMembers, joined, type Zlib } from "./gzipMembers.js"

/** Compressed data is truncated or corrupt, or other data follows it. Everything before the problem was returned. */
export class GzipError extends Data.TaggedError("GzipError")<{
  /** The problem, in a few words. */
  readonly problem: string
  /** The number of bytes after the compressed data, if that is the problem; 0 if it is truncated or corrupt. */
  readonly ignored: number
}> {
  override get message(): string {
    return this.ignored > 0
      ? `${this.problem}. Everything before them was read`
      : `The compressed data is truncated or corrupt (${this.problem}). Everything before that point was read`
  }
}

/** Whether data that starts with these bytes is gzip, by the first two (RFC 1952, 2.3.1). */
export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b

/** The end of decompression. */
export interface GunzipEnd {
  /** The remaining data. */
  readonly chunks: ReadonlyArray<Uint8Array>
  /** Why not everything could be read; `undefined` if it was. */
  readonly problem: GzipError | undefined
}

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/** Decompresses chunks. `write` and `end` throw if they are damaged; `end` returns how many bytes were ignored. */
interface Decompression {
  readonly write: (chunk: Uint8Array) => Promise<void>
  readonly end: () => number | Promise<number>
  readonly cancel: () => void | Promise<void>
}

type Take = (chunk: Uint8Array) => void

/** A browser's decompression, which reads only one member. */
class BrowserDecompression implements Decompression {
  private readonly stream = new DecompressionStream("gzip")
  private readonly writer = this.stream.writable.getWriter()
  private seen = 0
  private readonly pump: Promise<void>

  constructor(private readonly take: Take) {
    this.pump = this.read(this.stream.readable.getReader())
    this.pump.catch(() => undefined)
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.writer.write(chunk as Uint8Array<ArrayBuffer>)
  }

  // An error discards unread output, and truncation is only detected at the end: so read everything before closing.
  async end(): Promise<number> {
    for (let seen = -1, quiet = 0; quiet < 3; quiet++) {
      if (this.seen !== seen) {
        seen = this.seen
        quiet = 0
      }
      await nextTask()
    }
    await this.writer.close()
    await this.pump
    return 0
  }

  async cancel(): Promise<void> {
    await this.writer.abort().catch(() => undefined)
    await this.pump.catch(() => undefined)
  }

  private async read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      this.seen++
      this.take(next.value)
    }
  }
}

const decompression = (take: Take): Decompression => {
  const { process } = globalThis as { readonly process?: { readonly getBuiltinModule?: (id: "node:zlib") => Zlib } }
  return process?.getBuiltinModule === undefined
    ? new BrowserDecompression(take)
    : new GzipMembers(process.getBuiltinModule("node:zlib"), take)
}

/** Decompresses chunk by chunk. One `write` at a time; nothing throws. */
export class Gunzip {
  private chunks: Array<Uint8Array> = []
  private problem: GzipError | undefined = undefined
  private readonly decompression = decompression((chunk) => this.chunks.push(chunk))

  /** Decompresses the next chunk, at most about 64 KiB: all its output is held. Returns the output so far. */
  async write(chunk: Uint8Array): Promise<ReadonlyArray<Uint8Array>> {
    await this.attempt(() => this.decompression.write(chunk))
    return this.take()
  }

  /** Ends the input. */
  async end(): Promise<GunzipEnd> {
    const ignored = await this.attempt(() => this.decompression.end()) ?? 0
    if (ignored > 0) {
      const problem = ignored === 1
        ? "1 byte follows the compressed data"
        : `${ignored} bytes follow the compressed data`
      this.problem = new GzipError({ problem, ignored })
    }
    return { chunks: this.take(), problem: this.problem }
  }

  /** Stops before the end. */
  async cancel(): Promise<void> {
    await this.decompression.cancel()
  }

  private async attempt<A>(action: () => A | Promise<A>): Promise<A | undefined> {
    try {
      return this.problem === undefined ? await action() : undefined
    } catch (error) {
      this.problem = new GzipError({ problem: text(error), ignored: 0 })
      return undefined
    }
  }

  private take(): ReadonlyArray<Uint8Array> {
    const out = this.chunks
    this.chunks = []
    return out
  }
}

const text = (problem: unknown): string => {
  const cause = problem instanceof Error && problem.cause instanceof Error ? problem.cause : problem
  return cause instanceof Error ? cause.message : String(cause)
}

/** Passes bytes through, decompressed if the first two are those of gzip. One `write` at a time; nothing throws. */
export class Unpacker {
  private gunzip: Gunzip | undefined = undefined
  /** The start, while it is too short to decide. */
  private head: Uint8Array | undefined = new Uint8Array(0)

  /** Takes the next chunk, at most about 64 KiB; returns the output so far, synchronously if nothing is compressed. */
  write(chunk: Uint8Array): ReadonlyArray<Uint8Array> | Promise<ReadonlyArray<Uint8Array>> {
    const bytes = this.head === undefined ? chunk : joined(this.head, chunk)
    if (this.head !== undefined) {
      this.head = bytes.length < 2 ? bytes : undefined
      this.gunzip = isGzip(bytes) ? new Gunzip() : undefined
    }
    return this.head !== undefined ? [] : this.gunzip === undefined ? [bytes] : this.gunzip.write(bytes)
  }

  /** Ends the input. */
  async end(): Promise<GunzipEnd> {
    return this.gunzip?.end() ?? { chunks: this.head === undefined ? [] : [this.head], problem: undefined }
  }

  /** Stops before the end. */
  async cancel(): Promise<void> {
    await this.gunzip?.cancel()
  }
}

/** The bytes, decompressed if they are gzip. Throws a `GzipError` after everything that could be read. */
export async function* gunzipped(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const unpacker = new Unpacker()
  try {
    for await (const chunk of source) {
      for (const piece of pieces(chunk)) {
        yield* await unpacker.write(piece)
      }
    }
    const { chunks, problem } = await unpacker.end()
    yield* chunks
    if (problem !== undefined) {
      throw problem
    }
  } finally {
    await unpacker.cancel()
  }
}

/** Splits bytes into chunks small enough to decompress: the output may be a thousand times as large. */
export const pieces = function*(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) {
    yield bytes.subarray(at, at + 65_536)
  }
}
