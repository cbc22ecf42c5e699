/**
 * How a command fails: the error decides the exit code, and its message is printed on standard error.
 *
 * The other exit codes: 0 when a command is done, and 130 after Ctrl-C, as in a shell.
 */
import * as Data from "effect/Data"

/** What `--fail-if`, `--fail` or `doctor` looks for was found. */
export class ConditionMet extends Data.TaggedError("ConditionMet")<{ readonly message: string }> {
  readonly exitCode = 1
}

/** The command line is wrong. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {
  readonly exitCode = 2
}

/** A file, standard input or output, or a receiver failed. */
export class IoError extends Data.TaggedError("IoError")<{ readonly message: string }> {
  readonly exitCode = 3
}

/** All of them. */
export type Failure = ConditionMet | UsageError | IoError

const reasons: { readonly [code: string]: string } = {
  EACCES: "permission was denied",
  EPERM: "permission was denied",
  EISDIR: "it is a folder: name a file in it",
  ENOTDIR: "a part of its path is not a folder",
  ENOSPC: "there is no space left",
  EDQUOT: "there is no space left",
  EROFS: "the disk is read-only",
  ENAMETOOLONG: "its name is too long"
}

/** Why the system refused, in words. `own` has the codes whose meaning depends on the call. */
export const systemReason = (error: unknown, own: { readonly [code: string]: string }): string => {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown"
  return own[code] ?? reasons[code] ?? `the system reported ${code}`
}
