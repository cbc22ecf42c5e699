/**
 * Paths that cannot be opened: the layer fails with the path, the reason and the remedy.
 */
import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FileTelemetry, type OpenErrorReason, Telemetry, TelemetryOpenError } from "loom-telemetry"
import { spawnSync } from "node:child_process"
import { mkdtempSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { namesIn, tempFolder, tempPath } from "./tempFile.js"

/** The error with which the layer fails. */
const openError = (path: string) =>
  Effect.flip(Effect.provide(Effect.die("the program ran"), FileTelemetry.layer(path)))

const run = (command: string, ...args: ReadonlyArray<string>): boolean => spawnSync(command, args).status === 0

/** A change of the machine that lasts while the scope is open; skipped if it is not possible. */
const during = (make: () => boolean, undo: () => unknown) =>
  Effect.acquireRelease(Effect.sync(make), () => Effect.sync(undo))

const probe = mkdtempSync(`${tmpdir()}/loom-probe-`)
const isRoot = process.geteuid?.() === 0
const canFreeze = isRoot && run("touch", `${probe}/f`) && run("chattr", "+i", `${probe}/f`) &&
  run("chattr", "-i", `${probe}/f`)
const canMount = isRoot && run("mount", "-t", "tmpfs", "-o", "ro", "none", probe) && run("umount", probe)
run("rm", "-r", probe)

const expectError = (error: unknown, path: string, reason: OpenErrorReason, remedy: string) => {
  expect(error).toBeInstanceOf(TelemetryOpenError)
  expect(error).toMatchObject({ _tag: "TelemetryOpenError", path, reason })
  const { message } = error as TelemetryOpenError
  // A long path is truncated in the message.
  expect(message.startsWith(`Cannot open ${JSON.stringify(path).slice(0, 4000)}`)).toBe(true)
  expect(message).toContain(" for telemetry: ")
  expect(message).toContain(remedy)
}

describe("a path that cannot be opened", () => {
  it.scoped("because it is a folder", () =>
    Effect.gen(function*() {
      const folder = yield* tempFolder
      for (const path of [folder, `${folder}/`]) {
        expectError(yield* openError(path), path, "NotAFile", "Give the path of a file, such as ./traces.jsonl")
      }
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("because one of its folders is a file", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = yield* tempPath
      yield* fs.writeFileString(file, "")
      for (const path of [`${file}/traces.jsonl`, `${file}/a/b/traces.jsonl`]) {
        expectError(yield* openError(path), path, "NotFound", "Check that every part of the path before the last")
      }
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("because it is a pipe, without waiting for its reader", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      expect(run("mkfifo", path)).toBe(true)
      expectError(yield* openError(path), path, "NotAFile", "not a regular file")
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("because it is a device or a socket", () =>
    Effect.gen(function*() {
      expectError(yield* openError("/dev/null"), "/dev/null", "NotAFile", "not a regular file")
      const path = yield* tempPath
      const server = createServer()
      yield* Effect.acquireRelease(
        Effect.async<void>((resume) => void server.listen(path, () => resume(Effect.void))),
        () => Effect.sync(() => server.close())
      )
      expectError(yield* openError(path), path, "NotAFile", "not a regular file")
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("because it is not a valid path", () =>
    Effect.gen(function*() {
      for (const path of ["", "a\u0000b", `/tmp/${"x".repeat(300)}`, `/tmp/${"x/".repeat(4000)}y`]) {
        expectError(yield* openError(path), path, "InvalidPath", "It must not be empty, contain a NUL character")
      }
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("because it is a symbolic link, wherever it leads", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      for (const target of [`${path}.file`, `${path}.nothing`, path]) {
        yield* Effect.flatMap(FileSystem.FileSystem, (fs) => fs.writeFileString(`${path}.file`, ""))
        expect(run("ln", "-sfn", target, path)).toBe(true)
        expectError(yield* openError(path), path, "SymbolicLink", "Give the path of its target")
      }
      const behind = `${path}/traces.jsonl`
      expectError(yield* openError(behind), behind, "InvalidPath", "the path is invalid")
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("because its folder cannot be created", () =>
    Effect.gen(function*() {
      const error = yield* openError("/proc/nowhere/traces.jsonl")
      expectError(error, "/proc/nowhere/traces.jsonl", "NotFound", "its parent folder could not be created")
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("because it belongs to another user", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* tempFolder
      yield* fs.writeFileString(`${folder}/theirs.jsonl`, "")
      yield* fs.chmod(`${folder}/theirs.jsonl`, 0o400)
      yield* fs.chmod(folder, 0o500)
      // Root may write everywhere, so run as the user `nobody` for a while.
      yield* during(
        () => isRoot && (run("chmod", "0555", folder), process.seteuid!(65534), true),
        () => isRoot && process.seteuid!(0)
      )
      for (const path of [`${folder}/theirs.jsonl`, `${folder}/new.jsonl`, `${folder}/new/traces.jsonl`]) {
        expectError(yield* openError(path), path, "PermissionDenied", "Choose a path that this process may write to")
      }
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped.skipIf(!canFreeze)(
    `because it is immutable${canFreeze ? "" : " (skipped: chattr +i is not possible here)"}`,
    () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const path = yield* tempPath
        yield* fs.writeFileString(path, "")
        yield* during(() => run("chattr", "+i", path), () => run("chattr", "-i", path))
        expectError(yield* openError(path), path, "PermissionDenied", "permission was denied")
      }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scoped.skipIf(!canMount)(
    `because the file system is read-only${canMount ? "" : " (skipped: mount is not possible here)"}`,
    () =>
      Effect.gen(function*() {
        const folder = yield* tempFolder
        yield* during(() => run("mount", "-t", "tmpfs", "-o", "ro", "none", folder), () => run("umount", folder))
        const path = `${folder}/traces.jsonl`
        expectError(yield* openError(path), path, "ReadOnly", "Choose a path on a writable one")
      }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})

describe("a path that can be opened", () => {
  it.scoped("may have another name, because a hard link is an ordinary file", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* tempPath
      yield* fs.writeFileString(`${path}.real`, "")
      yield* fs.link(`${path}.real`, path)
      yield* Effect.provide(Telemetry.withSpan(Effect.void, "s"), FileTelemetry.layer(path))
      expect(yield* namesIn(`${path}.real`)).toEqual(["s"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("may lead through a linked folder", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* tempFolder
      yield* fs.makeDirectory(`${folder}/real`)
      yield* fs.symlink(`${folder}/real`, `${folder}/link`)
      yield* Effect.provide(Telemetry.withSpan(Effect.void, "s"), FileTelemetry.layer(`${folder}/link/traces.jsonl`))
      expect(yield* namesIn(`${folder}/real/traces.jsonl`)).toEqual(["s"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("may contain spaces, emoji, quotes and newlines", () =>
    Effect.gen(function*() {
      const path = `${yield* tempFolder}/a b/😀 "x"\n.jsonl`
      yield* Effect.provide(Telemetry.withSpan(Effect.void, "s"), FileTelemetry.layer(path))
      expect(yield* namesIn(path)).toEqual(["s"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})
