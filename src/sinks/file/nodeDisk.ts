/**
 * The disk by Node's own functions: what the `FileSystem` service has no words for (open flags, link counts) and what has to be done at
 * once (write-through, the end of the process).
 */
import { arrived } from "./arrival.js"
import { codeOf, type Disk, type DiskCall, type FileFacts, type OpenFile, type PathFacts } from "./disk.js"
import type { NodeFunctions, NodeStats } from "./nodeFunctions.js"

/** A disk of these functions. */
export const nodeDisk = (fs: NodeFunctions): Disk => {
  const { O_APPEND = 0, O_CREAT = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY = 0, O_WRONLY = 0 } = fs.constants
  // Without O_NONBLOCK opening a pipe waits for its reader, on a thread that even `process.exit` waits for.
  const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK
  return {
    open: (path) => ({
      start: (done) =>
        fs.open(
          path,
          flags,
          0o600,
          (error, fd) => isError(error) ? fail(done, error) : done(null, nodeFile(fs, fd, path))
        ),
      now: () => nodeFile(fs, fs.openSync(path, flags, 0o600), path),
      discard: (file) => file.close.start(ignore)
    }),
    at: (path) => ({
      start: (done) =>
        fs.lstat(path, (error, stats) => isError(error) ? absent(error, done) : done(null, pathFactsOf(stats))),
      now: () => presentOr(() => pathFactsOf(fs.lstatSync(path)))
    }),
    behind: (path) => ({
      start: (done) =>
        fs.stat(path, (error, stats) => isError(error) ? absent(error, done) : done(null, factsOf(stats))),
      now: () => presentOr(() => factsOf(fs.statSync(path)))
    }),
    lastByte: (path) => lastByte(fs, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
    makeFolder: (path) => ({
      start: (done) => fs.mkdir(path, 0o700, (error) => done(error, undefined)),
      now: () => void fs.mkdirSync(path, 0o700)
    })
  }
}

const nodeFile = (fs: NodeFunctions, fd: number, path: string): OpenFile => ({
  write: (bytes, end) => ({
    start: (done) => fs.write(fd, bytes, 0, bytes.length, null, done),
    now: () => fs.writeSync(fd, bytes, 0, bytes.length, null),
    outcome: (patience, over) => {
      const value = arrived(fs, { fd, path, bytes, end }, patience)
      return value === bytes.length || (over && value !== undefined) ? { value } : undefined
    }
  }),
  facts: {
    start: (done) => fs.fstat(fd, (error, stats) => done(null, isError(error) ? undefined : factsOf(stats))),
    now: () => {
      try {
        return factsOf(fs.fstatSync(fd))
      } catch {
        return undefined
      }
    }
  },
  truncate: (size) => ({
    start: (done) => fs.ftruncate(fd, size, (error) => done(error, undefined)),
    now: () => fs.ftruncateSync(fd, size)
  }),
  close: {
    start: (done) => fs.close(fd, (error) => done(error, undefined)),
    now: () => fs.closeSync(fd),
    // A number that was closed may be another file's by now.
    outcome: () => ({ value: undefined })
  }
})

// A descriptor of its own: what is open for writing alone cannot be read.
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

const ignore = (): void => {}

const fail = (done: (error: unknown, value: never) => void, error: unknown): void => done(error, undefined as never)

const isAbsent = (error: unknown): boolean => codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR"

const absent = (error: unknown, done: (error: unknown, value: "nothing") => void): void =>
  isAbsent(error) ? done(null, "nothing") : fail(done, error)

const presentOr = <A>(facts: () => A): A | "nothing" => {
  try {
    return facts()
  } catch (error) {
    if (isAbsent(error)) {
      return "nothing"
    }
    throw error
  }
}

// On Windows the permission bits are made up.
const permissions = (mode: number): number => process.platform === "win32" ? 0 : mode

/** Node's words for a file as ours. */
const factsOf = (stats: NodeStats): FileFacts => ({
  dev: stats.dev,
  ino: stats.ino,
  size: stats.size,
  links: stats.nlink,
  mode: permissions(stats.mode),
  isFile: stats.isFile()
})

const pathFactsOf = (stats: NodeStats): PathFacts => stats.isSymbolicLink() ? "link" : factsOf(stats)
