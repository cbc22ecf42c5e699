/**
 * Opens the file for appending: creates its folders, keeps it private to its owner, and accepts only a regular file.
 *
 * The same steps open it when the layer is built and after rotation. Symbolic links are rejected, because anyone with write access to the
 * link's folder could choose which file is appended to.
 */
import type { OpenErrorReason } from "../../telemetry/errors.js"
import { ask, codeOf, type Disk, type FileFacts, isSame, type OpenFile, type Steps } from "./disk.js"

/** An opened file. */
export interface Opened {
  readonly file: OpenFile
  /** Facts about it, `undefined` if the file system reports none. */
  readonly facts: FileFacts | undefined
  /** Whether it existed before. */
  readonly existed: boolean
  /** Whether it ends, or may end, in the middle of a line. */
  readonly isTorn: boolean
}

/** Thrown for a path that we refuse to open although the system might open it. */
export class OpenRefused extends Error {
  constructor(readonly reason: OpenErrorReason) {
    super(reason)
  }
}

/** Opens the path and creates its folders. */
export function* openLog(disk: Disk, path: string): Steps<Opened> {
  if (path === "" || path.includes("\u0000")) {
    throw new OpenRefused("InvalidPath")
  }
  const existed = yield* refuseUnlessFile(disk, path)
  if (!existed) {
    yield* makeFolders(disk, parentOf(path))
  }
  const file = yield* openPlain(disk, path)
  const facts = yield* ask(file.facts)
  if (facts !== undefined && !facts.isFile) {
    yield* closeQuietly(file)
    throw new OpenRefused("NotAFile")
  }
  const isTorn = facts !== undefined && facts.size > 0 && (yield* ask(disk.lastByte(path))) !== newline
  return { file, facts, existed, isTorn }
}

const newline = 10

// Before opening, because opening a device can start it.
function* refuseUnlessFile(disk: Disk, path: string): Steps<boolean> {
  const there = yield* ask(disk.at(path))
  if (there === "link") {
    throw new OpenRefused("SymbolicLink")
  }
  if (there !== "nothing" && !there.isFile) {
    throw new OpenRefused("NotAFile")
  }
  return there !== "nothing"
}

function* openPlain(disk: Disk, path: string): Steps<OpenFile> {
  try {
    return yield* ask(disk.open(path))
  } catch (error) {
    // The system reports ELOOP for a link that was created since the check.
    throw codeOf(error) === "ELOOP" && (yield* ask(disk.at(path))) === "link" ? new OpenRefused("SymbolicLink") : error
  }
}

/** Closes a file and ignores errors. */
export function* closeQuietly(file: OpenFile): Steps<void> {
  try {
    yield* ask(file.close)
  } catch {
    // Everything has been written already.
  }
}

// One folder at a time: Node's recursive call never returns if an existing folder answers ENOENT for a new one, as /proc does.
function* makeFolders(disk: Disk, folder: string): Steps<void> {
  if ((yield* ask(disk.behind(folder))) !== "nothing") {
    return
  }
  if (parentOf(folder) !== folder) {
    yield* makeFolders(disk, parentOf(folder))
  }
  try {
    yield* ask(disk.makeFolder(folder))
  } catch (error) {
    // Another process created it in the meantime.
    if (codeOf(error) !== "EEXIST") {
      throw error
    }
  }
}

/** Whether the path now leads to another file; `false` if this cannot be determined. */
export function* hasMoved(disk: Disk, path: string, file: FileFacts): Steps<boolean> {
  try {
    const there = yield* ask(disk.behind(path))
    return there === "nothing" || !isSame(there, file)
  } catch {
    return false
  }
}

/** The folder of a path. */
export const parentOf = (path: string): string => {
  const slash = path.lastIndexOf("/")
  return slash < 0 ? "." : slash === 0 ? "/" : path.slice(0, slash)
}

const byCode: { readonly [code: string]: OpenErrorReason } = {
  EISDIR: "NotAFile",
  ENXIO: "NotAFile",
  EACCES: "PermissionDenied",
  EPERM: "PermissionDenied",
  ENOENT: "NotFound",
  ENOTDIR: "NotFound",
  EEXIST: "NotFound",
  EROFS: "ReadOnly",
  ENAMETOOLONG: "InvalidPath",
  ELOOP: "InvalidPath"
}

/** Why opening failed. */
export const reasonOf = (error: unknown): OpenErrorReason => {
  if (error instanceof OpenRefused) {
    return error.reason
  }
  const isDenied = typeof error === "object" && error !== null && "reason" in error &&
    error.reason === "PermissionDenied"
  return byCode[codeOf(error)] ?? (isDenied ? "PermissionDenied" : "Unknown")
}
