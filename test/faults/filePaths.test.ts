/**
 * Paths that are unusable, or become unusable. Before opening: a typed error with the path and the reason. Afterwards: the program is not
 * affected, and lost records are counted.
 */
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { describe, expect, onTestFinished } from "vitest"
import { ext4, tmpfs } from "./disks/disk.js"
import { temporaryFolder, temporaryPath } from "./disks/folder.js"
import { must, mustBeRoot, run } from "./disks/system.js"
import { compiledPrograms } from "./programs/compiled.js"
import { balanceNote, expectBalance, expectCounted } from "./programs/counted.js"
import { drive, driveOpen } from "./programs/driving.js"
import { openSink } from "./programs/openSink.js"
import { flawsIn, indexesOf, traceIn } from "./programs/traceFile.js"
import { until } from "./programs/until.js"
import { type FaultRow, faultRow } from "./row.js"

const program = compiledPrograms()

/** The uid and gid of the unprivileged user `nobody` on most systems. */
const unprivileged = 65_534

/** Opening fails with the typed error, and the process continues and exits normally. */
const expectRefused = async (path: string, reason: string, user?: number): Promise<void> => {
  const opened = await drive(program("driven"), { path }, user === undefined ? {} : { user })
  expect(opened).toMatchObject({ reason, path })
  expect("message" in opened && opened.message).toContain(JSON.stringify(path))
}

describe("an unusable path", () => {
  interface Place {
    readonly what: string
    readonly reason: string
    readonly make: (path: string, row: FaultRow) => string | Promise<string>
  }
  const places: ReadonlyArray<Place> = [
    {
      what: "a directory",
      reason: "NotAFile",
      make: (path) => {
        mkdirSync(path)
        return path
      }
    },
    {
      what: "a FIFO without a reader",
      reason: "NotAFile",
      make: (path, row) => {
        must(row, "mkfifo", path)
        return path
      }
    },
    {
      what: "a socket",
      reason: "NotAFile",
      make: async (path) => {
        const server = createServer()
        onTestFinished(() => void server.close())
        await new Promise<void>((resolve) => server.listen(path, resolve))
        return path
      }
    },
    { what: "a device (/dev/full)", reason: "NotAFile", make: () => "/dev/full" },
    {
      what: "a symlink",
      reason: "SymbolicLink",
      make: (path) => {
        writeFileSync(`${path}.target`, "")
        symlinkSync(`${path}.target`, path)
        return path
      }
    },
    {
      what: "a dangling symlink",
      reason: "SymbolicLink",
      make: (path) => {
        symlinkSync(`${path}.target`, path)
        return path
      }
    },
    { what: "a name that is too long", reason: "InvalidPath", make: (path) => `${path}${"n".repeat(300)}` },
    { what: "a path that is too long", reason: "InvalidPath", make: (path) => `${path}${"/n".repeat(3000)}` },
    { what: "a path with NUL", reason: "InvalidPath", make: (path) => `${path}\u0000.jsonl` },
    { what: "an empty path", reason: "InvalidPath", make: () => "" },
    { what: "a path under a file", reason: "NotFound", make: () => "/etc/hostname/traces.jsonl" },
    { what: "a path where no folder can be made", reason: "NotFound", make: () => "/proc/nowhere/traces.jsonl" }
  ]
  for (const { make, reason, what } of places) {
    faultRow("file", `${what} is refused with ${reason}`, async (row) => {
      await expectRefused(await make(temporaryPath(), row), reason)
    })
  }

  faultRow("file", "a read-only file system is refused with ReadOnly", async (row) => {
    const { folder } = tmpfs(row, "1m")
    must(row, "mount", "-o", "remount,ro", folder)
    await expectRefused(join(folder, "traces.jsonl"), "ReadOnly")
    await expectRefused(join(folder, "deep/traces.jsonl"), "ReadOnly")
  })

  faultRow("file", "an immutable file is refused with PermissionDenied", async (row) => {
    const path = temporaryPath()
    immutable(row, path)
    await expectRefused(path, "PermissionDenied")
  })

  faultRow("file", "a directory without permission is refused with PermissionDenied", async (row) => {
    mustBeRoot(row)
    await expectRefused(join(temporaryFolder(0o755), "traces.jsonl"), "PermissionDenied", unprivileged)
    await expectRefused(join(temporaryFolder(0o700), "traces.jsonl"), "PermissionDenied", unprivileged)
    await expectRefused(join(temporaryFolder(0o755), "deep/traces.jsonl"), "PermissionDenied", unprivileged)
  })

  faultRow("file", "a file of another user is refused with PermissionDenied", async (row) => {
    mustBeRoot(row)
    const path = temporaryPath(0o755)
    writeFileSync(path, "", { mode: 0o600 })
    await expectRefused(path, "PermissionDenied", unprivileged)
  })
})

describe("a usable path", () => {
  faultRow("file", "missing parent directories are created, for this user only", async () => {
    const folder = temporaryFolder()
    const path = join(folder, "a/b/traces.jsonl")
    const sink = await openSink(path)
    await sink.emit({ count: 3 })
    await sink.close()
    const mode = (name: string) => (statSync(name).mode & 0o777).toString(8)
    expect([join(folder, "a"), join(folder, "a/b"), path].map(mode)).toEqual(["700", "700", "600"])
    expect(flawsIn(indexesOf(traceIn(path)), 3)).toEqual([])
  })

  faultRow("file", "a hard link is treated as an ordinary file", async () => {
    const path = temporaryPath()
    writeFileSync(`${path}.other`, "", { mode: 0o600 })
    linkSync(`${path}.other`, path)
    const sink = await openSink(path)
    await sink.emit({ count: 3 })
    await sink.close()
    expect(flawsIn(indexesOf(traceIn(`${path}.other`)), 3)).toEqual([])
  })

  faultRow("file", "a symlink to a directory is followed", async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, "real"))
    symlinkSync(join(folder, "real"), join(folder, "link"))
    const sink = await openSink(join(folder, "link/traces.jsonl"))
    await sink.emit({ count: 3 })
    await sink.close()
    expect(flawsIn(indexesOf(traceIn(join(folder, "real/traces.jsonl"))), 3)).toEqual([])
  })

  faultRow("file", "a file that others can read is used, with one warning", async () => {
    const path = temporaryPath()
    writeFileSync(path, "", { mode: 0o644 })
    const sink = await openSink(path)
    await sink.emit({ count: 3 })
    await sink.close()
    expect(sink.warnings).toHaveLength(1)
    expect(sink.warnings[0]).toContain(path)
    expect(statSync(path).mode & 0o777).toBe(0o644)
  })
})

/** Creates an empty immutable file. */
const immutable = (row: FaultRow, path: string): void => {
  mustBeRoot(row)
  writeFileSync(path, "", { flag: "a", mode: 0o600 })
  onTestFinished(() => void run("chattr", "-i", path))
  must(row, "chattr", "+i", path)
}

describe("a path that becomes unusable", () => {
  faultRow("file", "immutable after opening: nothing is lost once it is writable again", async (row) => {
    const disk = ext4(row, 16)
    const path = join(disk.folder, "traces.jsonl")
    const sink = await openSink(path)
    await sink.emit({ count: 100 })
    await sink.flush()
    immutable(row, path)
    await sink.emit({ count: 100 })
    await until("a write has failed", async () => (await sink.stats()).lastError !== null)
    must(row, "chattr", "-i", path)
    await until("what was queued is written", async () => (await sink.stats()).queued === 0)
    await sink.close()
    const stats = await sink.stats()
    row.note(`${balanceNote(stats, sink.emitted())}, ${stats.lastError}`)
    expectCounted(traceIn(path), stats, 200)
    expect(stats.written).toBe(200)
  })

  faultRow(
    "file",
    "read-only after opening (an ext4 error): losses are counted, the program continues",
    async (row) => {
      const disk = ext4(row, 16)
      const path = join(disk.folder, "traces.jsonl")
      const sink = await openSink(path, { closeTimeout: "200 millis" })
      await sink.emit({ count: 100 })
      await sink.flush()
      disk.breakDown()
      await sink.emit({ count: 100 })
      await until("a write has failed", async () => (await sink.stats()).lastError !== null)
      await sink.close()
      const stats = await sink.stats()
      row.note(`${balanceNote(stats, sink.emitted())}, ${stats.lastError}`)
      expectBalance(stats)
      expect(stats).toMatchObject({ accepted: 200, written: 100, queued: 0 })
    }
  )

  faultRow("file", "no permission to reopen: nothing is lost once it is granted again", async (row) => {
    mustBeRoot(row)
    const folder = temporaryFolder(0o755)
    const path = join(folder, "traces.jsonl")
    chownSync(folder, unprivileged, unprivileged)
    const driven = await driveOpen(program("driven"), { path }, { user: unprivileged })
    await driven.emit({ count: 100 })
    await driven.flush()
    const first = readFileSync(path, "utf8")
    chownSync(folder, 0, 0)
    rmSync(path)
    await driven.emit({ count: 100 })
    await until("opening has failed", async () => (await driven.stats()).stats.lastError !== null)
    chmodSync(folder, 0o777)
    await until("what was queued is written", async () => (await driven.stats()).stats.queued === 0)
    const { emitted, stats } = await driven.stats()
    expect(await driven.end()).toEqual({ code: 0, signal: null, stderr: "" })
    row.note(`${balanceNote(stats, emitted)}, ${stats.lastError}`)
    expect(stats).toMatchObject({ accepted: 200, written: 200 })
    writeFileSync(`${path}.first`, first)
    expect(flawsIn(indexesOf(traceIn(`${path}.first`, path)), 200)).toEqual([])
  })
})
