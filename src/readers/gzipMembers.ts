/**
 * Decompresses gzip with Node, member by member (RFC 1952), so that data after the last member costs no output.
 *
 * Node's own gunzip treats any bytes after a member as the next member, fails, and drops the output that it has not emitted yet.
 */

/** The part of Node's raw inflate that is used. It stops at the end of the compressed data; `bytesWritten` then says where that is. */
interface Inflate {
  readonly write: (chunk: Uint8Array, done: () => void) => unknown
  readonly destroy: () => unknown
  readonly bytesWritten: number
  on(event: "data", take: (chunk: Uint8Array) => void): unknown
  on(event: "error", take: (error: Error) => void): unknown
  on(event: "end", take: () => void): unknown
}

/** The part of `node:zlib` that is used. */
export interface Zlib {
  readonly createInflateRaw: () => Inflate
  readonly crc32: (data: Uint8Array, before?: number) => number
}

const magic = [0x1f, 0x8b, 8] as const
const headerBytes = 10
const trailerBytes = 8
const flags = { checksum: 2, extra: 4, name: 8, comment: 16 } as const

/** Whether bytes start like a member, as far as they go. */
const beginsMember = (bytes: Uint8Array): boolean => magic.every((byte, at) => at >= bytes.length || bytes[at] === byte)

/** The length of a member's header; `undefined` while it is incomplete. */
const headerLength = (bytes: Uint8Array): number | undefined => {
  const given = bytes[3] ?? 0
  let at = headerBytes
  if ((given & flags.extra) !== 0) {
    at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0)
  }
  for (const flag of [flags.name, flags.comment]) {
    if ((given & flag) !== 0) {
      const end = bytes.indexOf(0, at)
      at = end === -1 ? bytes.length + 1 : end + 1
    }
  }
  at += (given & flags.checksum) === 0 ? 0 : 2
  return at <= bytes.length ? at : undefined
}

/** The compressed data of one member. */
class Body {
  private readonly inflate: Inflate
  private checksum = 0
  private size = 0
  private error: Error | undefined = undefined
  private ended = false
  private settle: () => void = () => {}

  constructor(private readonly zlib: Zlib, take: (chunk: Uint8Array) => void) {
    this.inflate = zlib.createInflateRaw()
    this.inflate.on("data", (chunk) => {
      this.checksum = zlib.crc32(chunk, this.checksum)
      this.size += chunk.length
      take(chunk)
    })
    this.inflate.on("error", (error) => {
      this.error = error
      this.settle()
    })
    this.inflate.on("end", () => {
      this.ended = true
      this.settle()
    })
  }

  /** Takes the next bytes; returns how many belong to this member, and whether it ended. Throws if they are damaged. */
  async write(bytes: Uint8Array): Promise<readonly [used: number, ended: boolean]> {
    const before = this.inflate.bytesWritten
    await new Promise<void>((resolve) => {
      this.settle = resolve
      this.inflate.write(bytes, resolve)
    })
    if (this.error !== undefined) {
      throw this.error
    }
    return [this.inflate.bytesWritten - before, this.ended]
  }

  /** Throws unless the checksum and the length of the output match the member's trailer. */
  check(trailer: Uint8Array): void {
    const view = new DataView(trailer.buffer, trailer.byteOffset)
    if (view.getUint32(0, true) !== this.checksum || view.getUint32(4, true) !== this.size % 2 ** 32) {
      throw new Error("incorrect data check")
    }
  }

  cancel(): void {
    this.inflate.destroy()
  }
}

const noBytes = new Uint8Array(0)

export class GzipMembers {
  /** Bytes that are not consumed yet. */
  private input: Uint8Array = noBytes
  private next: "header" | "body" | "trailer" | "member" = "header"
  private body: Body | undefined = undefined
  /** Bytes after the last member that are not compressed. */
  private ignored = 0

  constructor(private readonly zlib: Zlib, private readonly take: (chunk: Uint8Array) => void) {}

  /** Takes the next bytes and passes on their output. Throws if they are damaged. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.ignored > 0) {
      this.ignored += chunk.length
      return
    }
    this.input = this.input.length === 0 ? chunk : joined(this.input, chunk)
    while (this.input.length > 0 && await this.step()) {
      // The next part of the member.
    }
    // The chunk may be reused by its owner.
    this.input = this.input.slice()
  }

  /** Ends the input; returns how many bytes followed the last member. Throws if a member is incomplete. */
  end(): number {
    if (this.next !== "member") {
      throw new Error("unexpected end of file")
    }
    return this.ignored + this.input.length
  }

  cancel(): void {
    this.body?.cancel()
  }

  /** Reads one part; returns whether there may be another. */
  private async step(): Promise<boolean> {
    switch (this.next) {
      case "header":
        return this.header()
      case "body": {
        const [used, ended] = await this.body!.write(this.input)
        this.use(used)
        this.next = ended ? "trailer" : "body"
        return ended
      }
      case "trailer":
        return this.trailer()
      case "member":
        return this.member()
    }
  }

  private header(): boolean {
    if (!beginsMember(this.input)) {
      throw new Error("incorrect header check")
    }
    const length = headerLength(this.input)
    if (length === undefined) {
      return false
    }
    this.use(length)
    this.body = new Body(this.zlib, this.take)
    this.next = "body"
    return true
  }

  private trailer(): boolean {
    if (this.input.length < trailerBytes) {
      return false
    }
    this.body!.check(this.input)
    this.body = undefined
    this.use(trailerBytes)
    this.next = "member"
    return true
  }

  /** After a member: another one, zeros that fill a block, or unrelated data. */
  private member(): boolean {
    const from = this.input.findIndex((byte) => byte !== 0)
    this.use(from === -1 ? this.input.length : from)
    if (!beginsMember(this.input)) {
      this.ignored = this.input.length
      this.input = noBytes
    } else if (this.input.length >= magic.length) {
      this.next = "header"
      return true
    }
    return false
  }

  private use(length: number): void {
    this.input = this.input.subarray(length)
  }
}

/** The bytes of both. */
export const joined = (head: Uint8Array, chunk: Uint8Array): Uint8Array => {
  const out = new Uint8Array(head.length + chunk.length)
  out.set(head)
  out.set(chunk, head.length)
  return out
}
