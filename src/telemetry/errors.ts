/**
 * Errors from building a sink's layer. Once it is built, no built-in sink fails the program.
 */
import * as Data from "effect/Data"
import { quoted } from "./lifecycle/foreignText.js"

/** Why a telemetry file could not be opened. */
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
    "it is a symbolic link, which anyone with write access to its folder can point at any file. Give the path of its target",
  PermissionDenied:
    "permission was denied. Choose a path that this process may write to, or change the owner or mode of the file",
  NotFound: "its parent folder could not be created. Check that every part of the path before the last is a folder",
  ReadOnly: "the file system is read-only. Choose a path on a writable one",
  InvalidPath: "the path is invalid. It must not be empty, contain a NUL character or be longer than the system allows",
  Unknown: "the system returned an error. See `cause` for details"
}

/** How many characters of a path are quoted; operating systems allow fewer. */
const longestPath = 8192

interface OpenErrorFacts {
  /** The path as passed. */
  readonly path: string
  /** Why it could not be opened. */
  readonly reason: OpenErrorReason
  /** The system's error; `undefined` if the path was rejected without a system call. */
  readonly cause: unknown
}

/** A telemetry file could not be opened. */
export class TelemetryOpenError extends Data.TaggedError("TelemetryOpenError")<OpenErrorFacts> {
  constructor(facts: OpenErrorFacts) {
    super(facts)
    // A stack inside this package does not help to fix a wrong path.
    this.stack = `${this.name}: ${this.message}`
  }

  override get message(): string {
    return `Cannot open ${quoted(this.path, longestPath)} for telemetry: ${remedies[this.reason]}`
  }
}
