/**
 * A file that grows, from its beginning or from a cursor on: its complete lines, and what happened to it.
 *
 * It is looked at four times a second. A file that was moved away is read to its end before the new one is begun; one that was emptied is begun again.
 * The trap: of a file that was emptied and has grown past the old place between two looks, the part before that place is not seen.
 */
import { createHash } from "node:crypto"
import { type FileHandle, open, stat } from "node:fs/promises"
import { setTimeout } from "node:timers/promises"
import { LineSplitter } from "../../readers/LineSplitter.js"

/** What happens to a file. */
export type FollowEvent =
  /** Complete lines, without their ends. The cursor stands after the last. */
  | { readonly kind: "lines"; readonly lines: ReadonlyArray<string>; readonly cursor: string }
  /** Another file stands at the path, or the file was emptied: what follows is from its beginning. */
  | { readonly kind: "rotated"; readonly how: "replaced" | "truncated"; readonly cursor: string }
  /** The end was reached. */
  | { readonly kind: "caught-up"; readonly bytes: number }

/** How a file is followed. */
export interface FollowOptions {
  /** Where to go on; a cursor of a file that is no longer there begins the new one. */
  readonly after?: string | undefined
  readonly signal: AbortSignal
}

const lookEvery = 250

/** Bytes of one event at most, unless a line is longer. */
const pieceSize = 256 * 1024

/** A file's identity, as a text of letters and digits. */
const identityOf = ({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string =>
  createHash("sha256").update(`${dev}/${ino}`).digest("hex").slice(0, 16)

const parseCursor = (cursor: string | undefined): { readonly id: string; readonly offset: number } | undefined => {
  const match = /^([0-9a-f]{16})-(\d{1,15})$/.exec(cursor ?? "")
  return match === null ? undefined : { id: match[1]!, offset: Number(match[2]) }
}

/** The identity of the file at a path; `undefined` where there is none. */
const identityAt = async (path: string): Promise<string | undefined> => {
  try {
    return identityOf(await stat(path, { bigint: true }))
  } catch {
    return undefined
  }
}

const wait = (signal: AbortSignal): Promise<void> => setTimeout(lookEvery, undefined, { signal }).catch(() => {})

/** One file, as long as it stands at the path. */
class Followed {
  private splitter: LineSplitter
  private position: number

  constructor(private readonly handle: FileHandle, readonly id: string, offset: number) {
    this.position = offset
    this.splitter = new LineSplitter({ offset })
  }

  get cursor(): string {
    return `${this.id}-${this.splitter.position}`
  }

  /** The lines that have come since. */
  async *read(): AsyncGenerator<FollowEvent> {
    const buffer = new Uint8Array(pieceSize)
    for (;;) {
      const { bytesRead } = await this.handle.read(buffer, 0, pieceSize, this.position)
      if (bytesRead === 0) {
        return
      }
      this.position += bytesRead
      const lines: Array<string> = []
      // A copy: the splitter keeps the beginning of a line that is not complete.
      this.splitter.push(buffer.slice(0, bytesRead), (line) => lines.push(line.text))
      if (lines.length > 0) {
        yield { kind: "lines", lines, cursor: this.cursor }
      }
    }
  }

  async wasEmptied(): Promise<boolean> {
    return (await this.handle.stat()).size < this.position
  }

  begin(): void {
    this.position = 0
    this.splitter = new LineSplitter()
  }

  get bytes(): number {
    return this.position
  }
}

const openedAt = async (path: string, after: string | undefined): Promise<readonly [FileHandle, Followed]> => {
  const handle = await open(path, "r")
  const facts = await handle.stat({ bigint: true })
  const id = identityOf(facts)
  const cursor = parseCursor(after)
  const offset = cursor?.id === id && cursor.offset <= facts.size ? cursor.offset : 0
  return [handle, new Followed(handle, id, offset)]
}

/** Follows the file until the signal; fails only where it cannot be opened at first. */
export async function* follow(path: string, { after, signal }: FollowOptions): AsyncGenerator<FollowEvent> {
  let [handle, file] = await openedAt(path, after)
  try {
    if (after !== undefined && after !== "" && parseCursor(after)?.id !== file.id) {
      yield { kind: "rotated", how: "replaced", cursor: file.cursor }
    }
    for (let isNew = true; !signal.aborted;) {
      let came = isNew
      isNew = false
      if (await file.wasEmptied()) {
        file.begin()
        yield { kind: "rotated", how: "truncated", cursor: file.cursor }
      }
      const there = await identityAt(path)
      for await (const event of file.read()) {
        came = true
        yield event
      }
      if (there !== undefined && there !== file.id) {
        const next = await openedAt(path, undefined).catch(() => undefined)
        if (next !== undefined) {
          await handle.close()
          ;[handle, file] = next
          isNew = true
          yield { kind: "rotated", how: "replaced", cursor: file.cursor }
          continue
        }
      }
      if (came) {
        yield { kind: "caught-up", bytes: file.bytes }
      }
      await wait(signal)
    }
  } finally {
    await handle.close().catch(() => {})
  }
}
