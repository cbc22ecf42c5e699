/**
 * The few disk calls that the file sink makes, with two adapters: Node's own functions and the `FileSystem` service.
 *
 * A call is a description: make it with `start`, or synchronously with `now` if the adapter supports that. Any call may fail, with any
 * error.
 */

/** One call to the disk. */
export interface DiskCall<A> {
  /** Makes the call. `done` is called once; if the call failed, its error is neither `null` nor `undefined`. */
  start(done: (error: unknown, value: A) => void): void
  /** Makes the call synchronously; absent if that is not possible. */
  readonly now?: () => A
  /**
   * The result of a call that was started and has not called back, if it can be found within `timeout` milliseconds. A partial result
   * counts only if this is the last attempt. Absent if making the call again does no harm.
   */
  readonly outcome?: (timeout: number, isLast: boolean) => { readonly value: A } | undefined
  /** Undoes a call whose value is no longer needed. */
  discard?(value: A): void
}

/** A sequence of disk calls, which can run in the background or synchronously, as at the end of the process. */
export type Steps<A> = Generator<DiskCall<unknown>, A, unknown>

/** Makes one call. */
export function* ask<A>(call: DiskCall<A>): Steps<A> {
  return (yield call) as A
}

/** What is known about a file. */
export interface FileFacts {
  readonly dev: number
  /** The inode number; absent if the file system has none. */
  readonly ino: number | undefined
  /** The size in bytes. */
  readonly size: number
  /** Number of hard links, 0 if deleted; absent if the file system does not report it. */
  readonly links: number | undefined
  /** The lower bits are the permissions; 0 if the file system has none. */
  readonly mode: number
  readonly isFile: boolean
}

/** A file opened for appending. */
export interface OpenFile {
  /** Appends, and returns the number of bytes written, perhaps fewer than given. `end` is the last known size of the file. */
  readonly write: (bytes: Uint8Array, end: number | undefined) => DiskCall<number>
  /** Facts about the open file itself, even if it was moved. `undefined` if unknown. */
  readonly facts: DiskCall<FileFacts | undefined>
  readonly truncate: (size: number) => DiskCall<void>
  readonly close: DiskCall<void>
}

/** What is at a path: a file or something else, a symbolic link, or nothing. */
export type PathFacts = FileFacts | "link" | "nothing"

/** Opens files. Paths are used as given. */
export interface Disk {
  /** Opens for appending. Creates the file if it does not exist, with mode 0600. Never follows a link or waits for a reader. */
  readonly open: (path: string) => DiskCall<OpenFile>
  /** What is at the path itself. */
  readonly at: (path: string) => DiskCall<PathFacts>
  /** What the path leads to, following links. */
  readonly behind: (path: string) => DiskCall<FileFacts | "nothing">
  /** The last byte of the file at the path; `undefined` if it cannot be read. */
  readonly lastByte: (path: string) => DiskCall<number | undefined>
  /** Creates one folder with mode 0700. */
  readonly makeFolder: (path: string) => DiskCall<void>
}

/** The system's code of an error, such as `ENOSPC`, or an empty string. */
export const codeOf = (error: unknown): string => {
  if (typeof error !== "object" || error === null) {
    return ""
  }
  if ("code" in error) {
    return String(error.code)
  }
  return "cause" in error ? codeOf(error.cause) : ""
}

/** Whether both are the same file; assumed if there are no inode numbers. */
export const isSame = (one: FileFacts, other: FileFacts): boolean =>
  one.ino === undefined || other.ino === undefined || (one.ino === other.ino && one.dev === other.dev)
