/**
 * Whether bytes that are on their way got to the file.
 *
 * When a process ends, a write that was begun goes on in another thread, but its answer never comes. Writing again would double its records,
 * not writing could lose them; so the file itself is asked.
 */
import type { NodeFunctions } from "./nodeFunctions.js"

/** A write that was begun. */
export interface PendingWrite {
  readonly fd: number
  readonly path: string
  readonly bytes: Uint8Array
  /** Where the file ended before it, if that was known. */
  readonly end: number | undefined
}

/** More than that after the old end is somebody else's, bytes. */
const farthest = 16 * 1024 * 1024

/** How many bytes got there, looked for once a millisecond while there is patience; `undefined` where none did. */
export const arrived = (fs: NodeFunctions, write: PendingWrite, patience: number): number | undefined => {
  for (let waited = 0;; waited++) {
    const found = look(fs, write)
    if (found === write.bytes.length || waited >= patience) {
      return found
    }
    pause()
  }
}

const look = (fs: NodeFunctions, { bytes, end, fd, path }: PendingWrite): number | undefined => {
  const { ino, size } = fs.fstatSync(fd)
  if (end === undefined || size <= end) {
    return undefined
  }
  const added = read(fs, path, ino, end, Math.min(size - end, farthest))
  if (added === undefined) {
    // It cannot be read; that it grew by as much is all there is to know.
    return size - end >= bytes.length ? bytes.length : undefined
  }
  if (added.indexOf(bytes) >= 0) {
    return bytes.length
  }
  return added.length < bytes.length && Buffer.compare(added, bytes.subarray(0, added.length)) === 0
    ? added.length
    : undefined
}

const read = (fs: NodeFunctions, path: string, ino: number, from: number, length: number): Buffer | undefined => {
  let fd: number | undefined
  try {
    fd = fs.openSync(path, fs.constants["O_RDONLY"] ?? 0, 0)
    if (fs.fstatSync(fd).ino !== ino) {
      return undefined
    }
    const into = Buffer.alloc(length)
    return into.subarray(0, fs.readSync(fd, into, 0, length, from))
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) {
      fs.closeSync(fd)
    }
  }
}

const pause = (): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
}
