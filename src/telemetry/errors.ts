/**
 * The errors of building a sink's layer. After that no built-in sink fails the program.
 */
import * as Data from "effect/Data"

/** Why a file cannot be opened for records. */
export type OpenErrorReason =
  | "NotAFile"
  | "SymbolicLink"
  | "PermissionDenied"
  | "NotFound"
  | "ReadOnly"
  | "InvalidPath"
  | "Unknown"

const remedies: Record<OpenErrorReason, string> = {
  NotAFile: "it exists and is not a regular file. Give the path of a file, such as ./traces.jsonl",
  SymbolicLink:
    "it is a symbolic link, which anybody who may write to its folder can point at any file. Give the path that it leads to",
  PermissionDenied:
    "permission was denied. Choose a path that this process may write to, or change the owner or mode of the file",
  NotFound: "a parent of it could not be made. Check that every part of the path before the last is a folder",
  ReadOnly: "the file system is read-only. Choose a path on a writable one",
  InvalidPath: "the path is not valid. It must not be empty, hold a NUL character or be longer than the system allows",
  Unknown: "the system refused. See `cause` for what it said"
}

/** A file that telemetry should be written to could not be opened. */
export class TelemetryOpenError extends Data.TaggedError("TelemetryOpenError")<{
  /** As given. */
  readonly path: string
  /** What kept it from being opened. */
  readonly reason: OpenErrorReason
  /** What the system said. */
  readonly cause: unknown
}> {
  override get message(): string {
    return `Cannot open ${JSON.stringify(this.path)} for telemetry: ${remedies[this.reason]}`
  }
}
