/**
 * The disk as the file sink sees it: the few calls that it makes, whoever answers them.
 *
 * There are two adapters, Node's own functions and the `FileSystem` service. A call is a description: it is made later with `start`, or at
 * once with `now` where the adapter can do that. Everything may fail, with whatever the system says.
 */

/** One call to the disk. */
export interface DiskCall<A> {
  /** Makes the call; `done` is called once, with an error that is neither `null` nor `undefined` where it failed. */
  start(done: (error: unknown, value: A) => void): void
  /** Makes the call and waits for its end; absent where that is not possible. */
  readonly now?: () => A
  /**
   * What became of the call where it was started and has not answered: its value if it got there, waited for up to this many
   * milliseconds. What got there in part counts where the call is `over`. Absent where making the call a second time does no harm.
   */
  readonly outcome?: (patience: number, over: boolean) => { readonly value: A } | undefined
  /** Undoes a call whose value nobody wants any more. */
  discard?(value: A): void
}

/** Calls to the disk, one after another: the same steps are run in the background and, at the end of a process, at once. */
export type Steps<A> = Generator<DiskCall<unknown>, A, unknown>

/** One call as steps. */
export function* ask<A>(call: DiskCall<A>): Steps<A> {
  return (yield call) as A
}

/** What is known of a file. */
export interface FileFacts {
  readonly dev: number
  /** Absent where the file system has none. */
  readonly ino: number | undefined
  /** Bytes. */
  readonly size: number
  /** Names that the file has, 0 when it was deleted; absent where the file system doesn't say. */
  readonly links: number | undefined
  /** The lower bits are the permissions; 0 where the system has none. */
  readonly mode: number
  readonly isFile: boolean
}

/** A file that is open for appending. */
export interface OpenFile {
  /** Bytes written at the end of the file, perhaps fewer than given. `end` is where that was last known to be. */
  readonly write: (bytes: Uint8Array, end: number | undefined) => DiskCall<number>
  /** Not of the path: of the file itself, wherever it was moved. `undefined` where that is not known. */
  readonly facts: DiskCall<FileFacts | undefined>
  readonly truncate: (size: number) => DiskCall<void>
  readonly close: DiskCall<void>
}

/** What stands at a path: a file or another thing, a link to something, or nothing. */
export type PathFacts = FileFacts | "link" | "nothing"

/** Where files are. Paths are used as given. */
export interface Disk {
  /** Opens for appending and makes the file where there is none, for its owner alone. Never follows a link, never waits for a reader. */
  readonly open: (path: string) => DiskCall<OpenFile>
  /** What stands at the path itself. */
  readonly at: (path: string) => DiskCall<PathFacts>
  /** Where the path leads to, through links. */
  readonly behind: (path: string) => DiskCall<FileFacts | "nothing">
  /** The last byte of the file at the path; `undefined` where it cannot be read. */
  readonly lastByte: (path: string) => DiskCall<number | undefined>
  /** Makes one folder, for its owner alone. */
  readonly makeFolder: (path: string) => DiskCall<void>
}

/** What the system calls an error, such as `ENOSPC`; empty where it does not say. */
export const codeOf = (error: unknown): string => {
  if (typeof error !== "object" || error === null) {
    return ""
  }
  if ("code" in error) {
    return String(error.code)
  }
  return "cause" in error ? codeOf(error.cause) : ""
}

/** Whether both are the same file. Where there are no inode numbers nobody can tell, and it is taken for the same. */
export const isSame = (one: FileFacts, other: FileFacts): boolean =>
  one.ino === undefined || other.ino === undefined || (one.ino === other.ino && one.dev === other.dev)
