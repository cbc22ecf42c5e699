/**
 * Gzip undone by Node, or by the web's standard `DecompressionStream`, which browsers have.
 *
 * A rotated log is often compressed, and the newest one may be cut off: what came before the damage is given, then what is wrong is said. Members one
 * after the other (`cat a.gz b.gz`) are read on in Node; a browser says that there is more than it reads.
 */
import * as Data from "effect/Data"

/** Compressed data that could not be read to its end. What came before was given. */
export class GzipError extends Data.TaggedError("GzipError")<{
  /** What is wrong with it, in a few words. */
  readonly problem: string
}> {
  override get message(): string {
    return `The compressed data ends early or is damaged (${this.problem}): what could be read of it was given. Decompress it by hand to see more`
  }
}

/** Whether data that begins like this is gzip: its first two bytes say so (RFC 1952, 2.3.1). */
export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b

/** What decompressing gave at its end. */
export interface GunzipEnd {
  /** What was still to be given. */
  readonly chunks: ReadonlyArray<Uint8Array>
  /** What kept it from reading all; `undefined` where it did. */
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

/** Node's own stream of the web's kind reads the first member alone, from Node 24 on. */
const decompression = (): BytesPair => {
  const builtin = (globalThis as { readonly process?: { readonly getBuiltinModule?: NodeModules } }).process
    ?.getBuiltinModule
  return builtin === undefined
    ? new DecompressionStream("gzip") as BytesPair
    : builtin("node:stream").Duplex.toWeb(builtin("node:zlib").createGunzip())
}

/** Decompresses piece by piece. One `write` at a time; nothing throws. */
export class Gunzip {
  private readonly stream = decompression()
  private readonly writer = this.stream.writable.getWriter()
  private chunks: Array<Uint8Array> = []
  private problem: unknown = undefined
  private readonly pump = this.read(this.stream.readable.getReader())

  /** Gives it the next piece, of at most some 64 KiB: all that comes out of it is held. What came out of those so far. */
  async write(chunk: Uint8Array): Promise<ReadonlyArray<Uint8Array>> {
    if (this.problem === undefined) {
      await this.writer.write(chunk).catch((error: unknown) => this.fail(error))
    }
    return this.take()
  }

  /** Says that there is no more. */
  async end(): Promise<GunzipEnd> {
    await this.drained()
    if (this.problem === undefined) {
      await this.writer.close().catch((error: unknown) => this.fail(error))
    }
    await this.pump
    const problem = this.problem === undefined ? undefined : new GzipError({ problem: text(this.problem) })
    return { chunks: this.take(), problem }
  }

  /** Lets go of it before its end. */
  async cancel(): Promise<void> {
    await this.writer.abort().catch(() => undefined)
    await this.pump
  }

  // An error discards what a stream holds that was not read: all is read before the end is said, which is where a cut shows.
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
    this.problem ??= error ?? "it was let go of"
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

/** Bytes as they are, or decompressed where they are gzip: their first two decide. One `write` at a time; nothing throws. */
export class Unpacker {
  private gunzip: Gunzip | undefined = undefined
  /** The beginning, as long as it is too short to say. */
  private head: Uint8Array | undefined = new Uint8Array(0)

  /** Gives it the next piece, of at most some 64 KiB; what came out of those so far, at once where nothing is compressed. */
  write(chunk: Uint8Array): ReadonlyArray<Uint8Array> | Promise<ReadonlyArray<Uint8Array>> {
    const bytes = this.head === undefined ? chunk : appended(this.head, chunk)
    if (this.head !== undefined) {
      this.head = bytes.length < 2 ? bytes : undefined
      this.gunzip = isGzip(bytes) ? new Gunzip() : undefined
    }
    return this.head !== undefined ? [] : this.gunzip === undefined ? [bytes] : this.gunzip.write(bytes)
  }

  /** Says that there is no more. */
  async end(): Promise<GunzipEnd> {
    return this.gunzip?.end() ?? { chunks: this.head === undefined ? [] : [this.head], problem: undefined }
  }

  /** Lets go of it before its end. */
  async cancel(): Promise<void> {
    await this.gunzip?.cancel()
  }
}

/** Bytes as they are, or decompressed where they are gzip. Throws a `GzipError` after all that could be read. */
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

/** In pieces small enough to be decompressed: a thousand times as much may come out. */
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
