/**
 * How a command ends where it does not simply end: the exit code, and what is said on standard error.
 *
 * 0: done. 1: done, and `--fail-if` or `doctor` found what it looks for. 2: the command line is wrong. 3: the input cannot be read, or the
 * output or the receiver does not take it. 130: Ctrl-C, as a shell says it.
 */
import * as Data from "effect/Data"

/** The exit codes. */
export const exitCodes = { done: 0, found: 1, usage: 2, failed: 3, interrupted: 130 } as const

/** A command found what it was to fail for. */
export class Found extends Data.TaggedError("Found")<{ readonly message: string }> {}

/** The command line asks for something that there is not. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {}

/** Something outside of the command line went wrong: a file, standard output, a receiver. */
export class InputError extends Data.TaggedError("InputError")<{ readonly message: string }> {}

/** All of them. */
export type Failure = Found | UsageError | InputError

/** The exit code of a failure. */
export const exitCodeOf = (failure: Failure): number =>
  failure._tag === "Found" ? exitCodes.found : failure._tag === "UsageError" ? exitCodes.usage : exitCodes.failed

/** What the codes of the system mean; those that depend on what was asked for are given along. */
const reasons: { readonly [code: string]: string } = {
  EACCES: "permission was denied",
  EPERM: "permission was denied",
  EISDIR: "it is a folder: name a file in it",
  ENOTDIR: "a part of its path is no folder",
  ENOSPC: "there is no space left",
  EDQUOT: "there is no space left",
  EROFS: "the disk is read-only",
  ENAMETOOLONG: "its name is too long"
}

/** The reason of an exception of Node; of a code without words the code. */
export const systemReason = (error: unknown, own: { readonly [code: string]: string }): string => {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown"
  return own[code] ?? reasons[code] ?? `the system said ${code}`
}
