/**
 * Opens the file for appending: parents made, nobody else may read it, and only if it is a regular file.
 */
import type * as PlatformError from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type OpenErrorReason, TelemetryOpenError } from "../../telemetry/errors.js"

/** Opens `path` in the current scope. */
export const openForAppend = (
  fs: FileSystem.FileSystem,
  path: string
): Effect.Effect<FileSystem.File, TelemetryOpenError, Scope.Scope> => {
  const fail = (reason: OpenErrorReason, cause: unknown) => new TelemetryOpenError({ path, reason, cause })
  if (path === "" || path.includes("\u0000")) {
    return Effect.fail(fail("InvalidPath", undefined))
  }
  const failed = (error: PlatformError.PlatformError) => Effect.fail(fail(reasonOf(error), error))
  return Effect.gen(function*() {
    yield* refuseOther(fs, path, fail)
    yield* makeFolder(fs, parentOf(path))
    return yield* fs.open(path, { flag: "a", mode: 0o600 })
  }).pipe(
    Effect.catchTags({ BadArgument: failed, SystemError: failed }),
    Effect.withTracerEnabled(false)
  )
}

// Before opening: to open a pipe waits for its reader, and nothing could interrupt that.
const refuseOther = (
  fs: FileSystem.FileSystem,
  path: string,
  fail: (reason: OpenErrorReason, cause: unknown) => TelemetryOpenError
) =>
  fs.stat(path).pipe(
    Effect.matchEffect({
      onFailure: () => Effect.void,
      onSuccess: (info) => info.type === "File" ? Effect.void : Effect.fail(fail("NotAFile", info.type))
    })
  )

// Folder by folder: Node's recursive call never returns where a folder exists and says ENOENT to a new one in it, as /proc does.
const makeFolder = (fs: FileSystem.FileSystem, folder: string): Effect.Effect<void, PlatformError.PlatformError> =>
  Effect.asVoid(fs.stat(folder)).pipe(
    Effect.catchIf(
      (error) => isSystem(error, "NotFound"),
      () =>
        (parentOf(folder) === folder ? Effect.void : makeFolder(fs, parentOf(folder))).pipe(
          Effect.zipRight(fs.makeDirectory(folder, { mode: 0o700 })),
          // Someone else made it meanwhile.
          Effect.catchIf((made) => isSystem(made, "AlreadyExists"), () => Effect.void)
        )
    )
  )

const isSystem = (error: PlatformError.PlatformError, reason: PlatformError.SystemErrorReason): boolean =>
  error._tag === "SystemError" && error.reason === reason

const parentOf = (path: string): string => {
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

const reasonOf = (error: PlatformError.PlatformError): OpenErrorReason => {
  const cause = error.cause
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""
  return byCode[code] ?? (error._tag === "SystemError" && error.reason === "PermissionDenied"
    ? "PermissionDenied"
    : "Unknown")
}
