/**
 * The errors of building a sink's layer. After that no built-in sink fails the program.
 */
import * as Data from "effect/Data"
import { quoted } from "./lifecycle/foreignText.js"

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

/** The most of a path that is quoted, in characters: more than systems allow. */
const longestPath = 8192

interface OpenErrorFacts {
  /** As given. */
  readonly path: string
  /** What kept it from being opened. */
  readonly reason: OpenErrorReason
  /** What the system said; `undefined` where the path was refused before the system was asked. */
  readonly cause: unknown
}

/** A file that telemetry should be written to could not be opened. */
export class TelemetryOpenError extends Data.TaggedError("TelemetryOpenError")<OpenErrorFacts> {
  constructor(facts: OpenErrorFacts) {
    super(facts)
    // Where in this package it was made helps nobody who named the wrong path.
    this.stack = `${this.name}: ${this.message}`
  }

  override get message(): string {
    return `Cannot open ${quoted(this.path, longestPath)} for telemetry: ${remedies[this.reason]}`
  }
}
