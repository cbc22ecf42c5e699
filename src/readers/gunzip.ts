/**
 * Decompresses gzip with Node, or with the `DecompressionStream` of browsers.
 *
 * Rotated logs are often compressed, and the newest one may be truncated: everything before the damage is returned, then the error. Node reads several
 * members in a row (`cat a.gz b.gz`); a browser reports that there is more than it can read.
 */
import * as Data from "effect/Data"

/** Compressed data could not be read to its end. Everything before was returned. */
export class GzipError extends Data.TaggedError("GzipError")<{
  /** The problem, in a few words. */
  readonly problem: string
}> {
  override get message(): string {
    return `The compressed data ends early or is damaged (${this.problem}); everything before that was read. Decompress it by hand to see more`
  }
}

/** Whether data that starts like this is gzip, by its first two bytes (RFC 1952, 2.3.1). */
export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b

/** The end of decompression. */
export interface GunzipEnd {
  /** The remaining data. */
  readonly chunks: ReadonlyArray<Uint8Array>
  /** Why not everything could be read; `undefined` if it was. */
  readonly problem: GzipError | undefined
}

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

interface NodeModules {
  (id: "node:zlib"): { readonly createGunzip: () => unknown }
  (id: "node:stream"): { readonly Duplex: { readonly toWeb: (duplex: unknown) => BytesPair } }
}

interface BytesPair {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

/** Not Node's `DecompressionStream`: from Node 24 on it reads only the first member. */
const decompression = (): BytesPair => {
  const builtin = (globalThis as { readonly process?: { readonly getBuiltinModule?: NodeModules } }).process
    ?.getBuiltinModule
  return builtin === undefined
    ? new DecompressionStream("gzip") as BytesPair
    : builtin("node:stream").Duplex.toWeb(builtin("node:zlib").createGunzip())
}

/** Decompresses chunk by chunk. One `write` at a time; nothing throws. */
export class Gunzip {
  private readonly stream = decompression()
  private readonly writer = this.stream.writable.getWriter()
  private chunks: Array<Uint8Array> = []
  private problem: unknown = undefined
  private readonly pump = this.read(this.stream.readable.getReader())

  /** Decompresses the next chunk, at most about 64 KiB: all its output is held. Returns the output so far. */
  async write(chunk: Uint8Array): Promise<ReadonlyArray<Uint8Array>> {
    if (this.problem === undefined) {
      await this.writer.write(chunk).catch((error: unknown) => this.fail(error))
    }
    return this.take()
  }

  /** Ends the input. */
  async end(): Promise<GunzipEnd> {
    await this.drained()
    if (this.problem === undefined) {
      await this.writer.close().catch((error: unknown) => this.fail(error))
    }
    await this.pump
    const problem = this.problem === undefined ? undefined : new GzipError({ problem: text(this.problem) })
    return { chunks: this.take(), problem }
  }

  /** Cancels before the end. */
  async cancel(): Promise<void> {
    await this.writer.abort().catch(() => undefined)
    await this.pump
  }

  // An error discards unread data, and a truncated file shows only at the end: so everything is read before the end is written.
  private async drained(): Promise<void> {
    for (let seen = -1, quiet = 0; quiet < 3; quiet++) {
      if (this.chunks.length !== seen) {
        seen = this.chunks.length
        quiet = 0
      }
      await nextTask()
    }
  }

  private async read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        this.chunks.push(next.value)
      }
    } catch (error) {
      this.fail(error)
    }
  }

  private fail(error: unknown): void {
    this.problem ??= error ?? "it was cancelled"
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

/** Passes bytes through, decompressed if their first two say gzip. One `write` at a time; nothing throws. */
export class Unpacker {
  private gunzip: Gunzip | undefined = undefined
  /** The start, while it is too short to decide. */
  private head: Uint8Array | undefined = new Uint8Array(0)

  /** Takes the next chunk, at most about 64 KiB; returns the output so far, synchronously if nothing is compressed. */
  write(chunk: Uint8Array): ReadonlyArray<Uint8Array> | Promise<ReadonlyArray<Uint8Array>> {
    const bytes = this.head === undefined ? chunk : appended(this.head, chunk)
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

  /** Cancels before the end. */
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

const appended = (head: Uint8Array, chunk: Uint8Array): Uint8Array => {
  if (head.length === 0) {
    return chunk
  }
  const out = new Uint8Array(head.length + chunk.length)
  out.set(head)
  out.set(chunk, head.length)
  return out
}
