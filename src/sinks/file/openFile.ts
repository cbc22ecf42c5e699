/**
 * Opens the file for appending: parents made, nobody else may read it, and only if it is a regular file.
 *
 * The same steps open it when the layer is built and when it was rotated away. A link is refused: what stands behind it is whatever the
 * writer of its folder wants to see appended to.
 */
import type { OpenErrorReason } from "../../telemetry/errors.js"
import { ask, codeOf, type Disk, type FileFacts, isSame, type OpenFile, type Steps } from "./disk.js"

/** A file that was opened. */
export interface Opened {
  readonly file: OpenFile
  /** What is known of it, `undefined` where the file system doesn't say. */
  readonly facts: FileFacts | undefined
  /** Whether it was there before. */
  readonly existed: boolean
  /** Whether it ends in the middle of a line, as far as that can be known. */
  readonly isTorn: boolean
}

/** Why a path is not opened, where the system would. */
export class OpenRefused extends Error {
  constructor(readonly reason: OpenErrorReason) {
    super(reason)
  }
}

/** Opens the path and makes its folders. */
export function* openLog(disk: Disk, path: string): Steps<Opened> {
  if (path === "" || path.includes("\u0000")) {
    throw new OpenRefused("InvalidPath")
  }
  const existed = yield* refuseOther(disk, path)
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

// Before opening: to open a device can set it going.
function* refuseOther(disk: Disk, path: string): Steps<boolean> {
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
    // So says the system of a link that was put there since.
    throw codeOf(error) === "ELOOP" && (yield* ask(disk.at(path))) === "link" ? new OpenRefused("SymbolicLink") : error
  }
}

/** Closes a file; a failure of that has no consequence. */
export function* closeQuietly(file: OpenFile): Steps<void> {
  try {
    yield* ask(file.close)
  } catch {
    // What was written is written.
  }
}

// Folder by folder: Node's recursive call never returns where a folder exists and says ENOENT to a new one in it, as /proc does.
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
    // Someone else made it meanwhile.
    if (codeOf(error) !== "EEXIST") {
      throw error
    }
  }
}

/** Whether the path leads to another file than this one by now. What cannot be found out counts as no. */
export function* hasMoved(disk: Disk, path: string, file: FileFacts): Steps<boolean> {
  try {
    const there = yield* ask(disk.behind(path))
    return there === "nothing" || !isSame(there, file)
  } catch {
    return false
  }
}

/** The folder that a path is in. */
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
