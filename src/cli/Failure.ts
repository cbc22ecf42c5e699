/**
 * The ways a command can fail: the error sets the exit code, and its message is printed on standard error.
 *
 * The other exit codes are 0 for success and 130 after Ctrl-C, as in a shell.
 */
import * as Data from "effect/Data"

/** A check failed: `--fail-if`, `--fail`, `doctor` or `cassette check`. */
export class ConditionMet extends Data.TaggedError("ConditionMet")<{ readonly message: string }> {
  readonly exitCode = 1
}

export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {
  readonly exitCode = 2
}

export class IoError extends Data.TaggedError("IoError")<{ readonly message: string }> {
  readonly exitCode = 3
}

export type Failure = ConditionMet | UsageError | IoError

const reasons: { readonly [code: string]: string } = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a directory; name a file in it",
  ENOTDIR: "part of its path is not a directory",
  ENOSPC: "no space left on the device",
  EDQUOT: "no space left on the device",
  EROFS: "the disk is read-only",
  ENAMETOOLONG: "the file name is too long"
}

/** Describes a system error in words. `own` has the codes whose meaning depends on the call. */
export const systemReason = (error: unknown, own: { readonly [code: string]: string }): string => {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown"
  return own[code] ?? reasons[code] ?? `the system reported ${code}`
}
