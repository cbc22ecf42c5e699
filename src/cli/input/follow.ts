/**
 * Follows a growing file from its start or from a cursor, and reports complete lines and rotations.
 *
 * It polls four times per second. A file that was moved away is read to its end before the new one is opened; a truncated file is read from its start.
 * The trap: if a file is truncated and grows past the old position between two polls, everything before that position is missed.
 */
import { createHash } from "node:crypto"
import { type FileHandle, open, stat } from "node:fs/promises"
import { setTimeout } from "node:timers/promises"
import { LineSplitter } from "../../readers/LineSplitter.js"

export type FollowEvent =
  /** Complete lines, without line breaks. The cursor is after the last one. */
  | { readonly kind: "lines"; readonly lines: ReadonlyArray<string>; readonly cursor: string }
  /** The file was replaced or truncated; reading starts over. */
  | { readonly kind: "rotated"; readonly how: "replaced" | "truncated"; readonly cursor: string }
  /** The end of the file was reached. */
  | { readonly kind: "caught-up"; readonly bytes: number }

export interface FollowOptions {
  /** Where to resume. If the file was replaced since, reading starts at the beginning of the new one. */
  readonly after?: string | undefined
  readonly signal: AbortSignal
}

const pollInterval = 250

/** The size limit of an event in bytes, unless a line is longer. */
const pieceSize = 256 * 1024

const identityOf = ({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string =>
  createHash("sha256").update(`${dev}/${ino}`).digest("hex").slice(0, 16)

const parseCursor = (cursor: string | undefined): { readonly id: string; readonly offset: number } | undefined => {
  const match = /^([0-9a-f]{16})-(\d{1,15})$/.exec(cursor ?? "")
  return match === null ? undefined : { id: match[1]!, offset: Number(match[2]) }
}

const identityAt = (path: string): Promise<string | undefined> =>
  stat(path, { bigint: true }).then(identityOf, () => undefined)

const wait = (signal: AbortSignal): Promise<void> => setTimeout(pollInterval, undefined, { signal }).catch(() => {})

class FollowedFile {
  private splitter: LineSplitter
  position: number

  constructor(readonly handle: FileHandle, readonly id: string, offset: number) {
    this.position = offset
    this.splitter = new LineSplitter({ offset })
  }

  get cursor(): string {
    return `${this.id}-${this.splitter.position}`
  }

  async *read(): AsyncGenerator<FollowEvent> {
    const buffer = new Uint8Array(pieceSize)
    for (;;) {
      const { bytesRead } = await this.handle.read(buffer, 0, pieceSize, this.position)
      if (bytesRead === 0) {
        return
      }
      this.position += bytesRead
      const lines: Array<string> = []
      // A copy, because the splitter keeps the start of an incomplete line.
      this.splitter.push(buffer.slice(0, bytesRead), (line) => lines.push(line.text))
      if (lines.length > 0) {
        yield { kind: "lines", lines, cursor: this.cursor }
      }
    }
  }

  async wasTruncated(): Promise<boolean> {
    return (await this.handle.stat()).size < this.position
  }

  restart(): void {
    this.position = 0
    this.splitter = new LineSplitter()
  }
}

const openedAt = async (path: string, after: string | undefined): Promise<FollowedFile> => {
  const handle = await open(path, "r")
  const facts = await handle.stat({ bigint: true })
  const id = identityOf(facts)
  const cursor = parseCursor(after)
  const offset = cursor?.id === id && cursor.offset <= facts.size ? cursor.offset : 0
  return new FollowedFile(handle, id, offset)
}

/** Follows the file until the signal aborts. Fails only if the file cannot be opened at the start. */
export async function* follow(path: string, { after, signal }: FollowOptions): AsyncGenerator<FollowEvent> {
  let file = await openedAt(path, after)
  try {
    if (after !== undefined && after !== "" && parseCursor(after)?.id !== file.id) {
      yield { kind: "rotated", how: "replaced", cursor: file.cursor }
    }
    for (let isNew = true; !signal.aborted;) {
      let hasRead = isNew
      isNew = false
      if (await file.wasTruncated()) {
        file.restart()
        yield { kind: "rotated", how: "truncated", cursor: file.cursor }
      }
      const current = await identityAt(path)
      for await (const event of file.read()) {
        hasRead = true
        yield event
      }
      if (current !== undefined && current !== file.id) {
        const next = await openedAt(path, undefined).catch(() => undefined)
        if (next !== undefined) {
          await file.handle.close()
          file = next
          isNew = true
          yield { kind: "rotated", how: "replaced", cursor: file.cursor }
          continue
        }
      }
      if (hasRead) {
        yield { kind: "caught-up", bytes: file.position }
      }
      await wait(signal)
    }
  } finally {
    await file.handle.close().catch(() => {})
  }
}
