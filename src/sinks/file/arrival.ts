/**
 * Finds out whether the bytes of a pending write have reached the file.
 *
 * When a process ends, a pending write continues in another thread, but its callback never runs. Writing again could duplicate its
 * records, and not writing could lose them, so this reads the file.
 */
import type { NodeFunctions } from "./nodeFunctions.js"

/** A write that was started and has not called back. */
interface PendingWrite {
  readonly fd: number
  readonly path: string
  readonly bytes: Uint8Array
  /** The size of the file before it, if known. */
  readonly end: number | undefined
}

/** Bytes after the old end that are searched; anything beyond was written by another process. */
const searchLimit = 16 * 1024 * 1024

/** How many bytes have arrived, checked once per millisecond for up to `timeout` milliseconds; `undefined` if none have. */
export const bytesArrived = (fs: NodeFunctions, write: PendingWrite, timeout: number): number | undefined => {
  for (let waited = 0;; waited++) {
    const found = findBytes(fs, write)
    if (found === write.bytes.length || waited >= timeout) {
      return found
    }
    pause()
  }
}

const findBytes = (fs: NodeFunctions, { bytes, end, fd, path }: PendingWrite): number | undefined => {
  const { ino, size } = fs.fstatSync(fd)
  if (end === undefined || size <= end) {
    return undefined
  }
  const added = read(fs, path, ino, end, Math.min(size - end, searchLimit))
  if (added === undefined) {
    // The file cannot be read: all that is known is how much it grew.
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
