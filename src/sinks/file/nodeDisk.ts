/**
 * A disk that calls Node's own functions. They support what the `FileSystem` service cannot express (open flags, link counts) and what must
 * be synchronous (write-through, the end of the process).
 */
import { bytesArrived } from "./arrival.js"
import { codeOf, type Disk, type DiskCall, type FileFacts, type OpenFile, type PathFacts } from "./disk.js"
import type { Done, NodeFunctions, NodeStats } from "./nodeFunctions.js"

/** A disk that calls these functions. */
export const nodeDisk = (fs: NodeFunctions): Disk => {
  const { O_APPEND = 0, O_CREAT = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY = 0, O_WRONLY = 0 } = fs.constants
  // Without O_NONBLOCK, opening a pipe waits for its reader on a thread, and even `process.exit` waits for that thread.
  const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK
  return {
    open: (path) => ({
      ...nodeCall(
        (done) => fs.open(path, flags, 0o600, done),
        () => fs.openSync(path, flags, 0o600),
        (fd) => nodeFile(fs, fd, path)
      ),
      discard: (file) => file.close.start(() => {})
    }),
    at: (path) => nodeCall((done) => fs.lstat(path, done), () => fs.lstatSync(path), pathFactsOf, nothingIfAbsent),
    behind: (path) => nodeCall((done) => fs.stat(path, done), () => fs.statSync(path), factsOf, nothingIfAbsent),
    lastByte: (path) => lastByte(fs, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
    makeFolder: (path) => nodeCall((done) => fs.mkdir(path, 0o700, done), () => fs.mkdirSync(path, 0o700), () => {})
  }
}

const nodeFile = (fs: NodeFunctions, fd: number, path: string): OpenFile => ({
  write: (bytes, end) => ({
    start: (done) => fs.write(fd, bytes, 0, bytes.length, null, done),
    now: () => fs.writeSync(fd, bytes, 0, bytes.length, null),
    outcome: (timeout, isLast) => {
      const value = bytesArrived(fs, { fd, path, bytes, end }, timeout)
      return value === bytes.length || (isLast && value !== undefined) ? { value } : undefined
    }
  }),
  facts: nodeCall((done) => fs.fstat(fd, done), () => fs.fstatSync(fd), factsOf, () => undefined),
  truncate: (size) => nodeCall((done) => fs.ftruncate(fd, size, done), () => fs.ftruncateSync(fd, size), () => {}),
  close: {
    ...nodeCall((done) => fs.close(fd, done), () => fs.closeSync(fd), () => {}),
    // Never closed twice: the descriptor may belong to another file by now.
    outcome: () => ({ value: undefined })
  }
})

/** A call with its asynchronous and its synchronous function. `recover` returns the value for an error, or throws. */
const nodeCall = <A, B, C = never>(
  start: (done: Done<A>) => void,
  now: () => A,
  convert: (value: A) => B,
  recover: (error: unknown) => C = rethrow
): DiskCall<B | C> => {
  const recovered = (error: unknown, done: Done<B | C>): void => {
    let value: C
    try {
      value = recover(error)
    } catch (failure) {
      return done(failure, undefined as never)
    }
    done(null, value)
  }
  return {
    start: (done) => start((error, value) => isError(error) ? recovered(error, done) : done(null, convert(value))),
    now: () => {
      let value: A
      try {
        value = now()
      } catch (error) {
        return recover(error)
      }
      return convert(value)
    }
  }
}

const rethrow = (error: unknown): never => {
  throw error
}

// Uses its own descriptor, because the file is open for writing only.
const lastByte = (fs: NodeFunctions, path: string, flags: number): DiskCall<number | undefined> => {
  const into = new Uint8Array(1)
  const byteOf = (count: number): number | undefined => count === 1 ? into[0] : undefined
  return {
    start: (done) =>
      fs.open(path, flags, 0, (error, fd) => {
        if (isError(error)) {
          return done(null, undefined)
        }
        const finish = (byte: number | undefined) => fs.close(fd, () => done(null, byte))
        fs.fstat(fd, (unknown, stats) =>
          isError(unknown) || stats.size === 0
            ? finish(undefined)
            : fs.read(
              fd,
              into,
              0,
              1,
              stats.size - 1,
              (failed, count) => finish(isError(failed) ? undefined : byteOf(count))
            ))
      }),
    now: () => {
      let fd: number
      try {
        fd = fs.openSync(path, flags, 0)
      } catch {
        return undefined
      }
      try {
        return byteOf(fs.readSync(fd, into, 0, 1, fs.fstatSync(fd).size - 1))
      } catch {
        return undefined
      } finally {
        fs.closeSync(fd)
      }
    }
  }
}

const isError = (error: unknown): boolean => error !== null && error !== undefined

const nothingIfAbsent = (error: unknown): "nothing" =>
  codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR" ? "nothing" : rethrow(error)

// The permission bits are meaningless on Windows.
const permissions = (mode: number): number => process.platform === "win32" ? 0 : mode

const factsOf = (stats: NodeStats): FileFacts => ({
  dev: stats.dev,
  ino: stats.ino,
  size: stats.size,
  links: stats.nlink,
  mode: permissions(stats.mode),
  isFile: stats.isFile()
})

const pathFactsOf = (stats: NodeStats): PathFacts => stats.isSymbolicLink() ? "link" : factsOf(stats)
