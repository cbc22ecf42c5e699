/**
 * The file is moved or deleted while it is written: by logrotate in each of its modes, by hand, with its directory. Records go to the new file.
 */
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { basename, dirname, join } from "node:path"
import { gunzipSync } from "node:zlib"
import { describe, expect } from "vitest"
import { temporaryFolder, temporaryPath } from "./disks/folder.js"
import { must, run } from "./disks/system.js"
import { compiledPrograms } from "./programs/compiled.js"
import { expectBalance } from "./programs/counted.js"
import { driveOpen } from "./programs/driving.js"
import { type OpenedSink, openSink, type SinkOptions } from "./programs/openSink.js"
import { flawsIn, indexesOf, readTrace, type TraceContents, traceIn } from "./programs/traceFile.js"
import { until } from "./programs/until.js"
import { type FaultRow, faultRow } from "./row.js"

const program = compiledPrograms()

const rounds = 5

/** A logrotate configuration for this file, and a function that rotates it now. */
const rotation = (row: FaultRow, path: string, directives: ReadonlyArray<string>): () => void => {
  must(row, "logrotate", "--version")
  const folder = temporaryFolder()
  const config = join(folder, "logrotate.conf")
  writeFileSync(config, `${path} {\n  rotate 100\n  ${directives.join("\n  ")}\n}\n`, { mode: 0o644 })
  return () => {
    const { code, stderr } = run("logrotate", "--force", "--state", join(folder, "state"), config)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  }
}

/** Two processes emit records while the file is rotated from time to time. */
const rotatedUnderTwo = async (path: string, options: SinkOptions, rotate: (pids: ReadonlyArray<number>) => void) => {
  const open = (writer: string) => driveOpen(program("driven"), { path, writer, ...options })
  const processes = await Promise.all(["a", "b"].map(open))
  const emitting = Promise.all(processes.map(async (process) => {
    for (let burst = 0; burst < 20; burst++) {
      await process.emit({ count: 100, flushEvery: 10_000 })
    }
  }))
  for (let round = 0; round < rounds; round++) {
    const before = traceIn(path).spans.length
    rotate(processes.map(({ child }) => child.pid!))
    await until("a process has written more", async () => {
      const each = await Promise.race([emitting, Promise.resolve(undefined)])
      return each !== undefined || traceIn(path).spans.length !== before
    })
  }
  await emitting
  const each = await Promise.all(processes.map((process) => process.end()))
  expect(each.map(({ code, stderr }) => ({ code, stderr }))).toEqual(each.map(() => ({ code: 0, stderr: "" })))
  return rotated(path)
}

/** The contents of all rotated files, oldest first. */
const rotated = (path: string): TraceContents => {
  const age = (name: string) => Number(/\.(\d+)/.exec(name.slice(basename(path).length))?.[1] ?? 0)
  const files = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)))
  const texts = files.sort((a, b) => age(b) - age(a)).map((name) => {
    const bytes = readFileSync(join(dirname(path), name))
    return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")
  })
  return readTrace(texts.join(""))
}

const sorted = (indexes: ReadonlyArray<number>): ReadonlyArray<number> => [...indexes].sort((a, b) => a - b)

const expectAllWritten = async (sink: OpenedSink, trace: TraceContents): Promise<void> => {
  const stats = await sink.stats()
  expectBalance(stats)
  expect(trace).toMatchObject({ bad: [], endsWhole: true })
  expect(flawsIn(indexesOf(trace), sink.emitted())).toEqual([])
  expect(stats).toMatchObject({ accepted: sink.emitted(), written: sink.emitted() })
}

describe("logrotate", () => {
  const manners = {
    create: ["create 0600"],
    nocreate: ["nocreate"],
    delaycompress: ["create 0600", "compress", "delaycompress"]
  }
  for (const [manner, directives] of Object.entries(manners)) {
    for (const mode of ["background", "write-through"] as const) {
      faultRow("file", `logrotate ${manner} loses no record, ${mode}`, async (row) => {
        const path = temporaryPath()
        const rotate = rotation(row, path, directives)
        const sink = await openSink(path, { mode })
        for (let round = 0; round < rounds; round++) {
          await sink.emit({ count: 300 })
          rotate()
          // Some of these still go to the moved file.
          await sink.emit({ count: 300 })
          await sink.flush()
          await sink.emit({ count: 10 })
          await until("the new file is written to", () => traceIn(path).spans.length > 0)
        }
        await sink.close()
        row.note(`${rounds} rotations, ${sink.emitted()} records`)
        await expectAllWritten(sink, rotated(path))
      })
    }
  }

  faultRow("file", "logrotate create with two processes loses or tears no record", async (row) => {
    const path = temporaryPath()
    const rotate = rotation(row, path, ["create 0600"])
    const trace = await rotatedUnderTwo(path, {}, rotate)
    row.note(`${rounds} rotations, ${trace.spans.length} records`)
    expect(trace.bad).toEqual([])
    expect(["a", "b"].flatMap((writer) => flawsIn(sorted(indexesOf(trace, writer)), 2000))).toEqual([])
  })

  faultRow(
    "file",
    "logrotate with a postrotate SIGHUP to two processes loses or tears no record",
    async (row) => {
      const path = temporaryPath()
      const trace = await rotatedUnderTwo(
        path,
        { reopenOn: "SIGHUP" },
        (pids) => rotation(row, path, ["nocreate", "postrotate", `kill -HUP ${pids.join(" ")}`, "endscript"])()
      )
      row.note(`${rounds} rotations, ${trace.spans.length} records`)
      expect(trace.bad).toEqual([])
      expect(["a", "b"].flatMap((writer) => flawsIn(sorted(indexesOf(trace, writer)), 2000))).toEqual([])
    }
  )

  for (const mode of ["background", "write-through"] as const) {
    faultRow("file", `logrotate copytruncate loses no record that was flushed before, ${mode}`, async (row) => {
      const path = temporaryPath()
      const rotate = rotation(row, path, ["copytruncate"])
      const sink = await openSink(path, { mode })
      for (let round = 0; round < rounds; round++) {
        await sink.emit({ count: 300 })
        await sink.flush()
        rotate()
        expect(readFileSync(path, "utf8")).toBe("")
      }
      await sink.emit({ count: 10 })
      await sink.close()
      row.note(`${rounds} rotations, ${sink.emitted()} records`)
      // A writer without O_APPEND would leave a hole of zeros here.
      expect(readFileSync(path, "utf8")).not.toContain("\u0000")
      await expectAllWritten(sink, rotated(path))
    })
  }
})

describe("the file is removed", () => {
  for (const mode of ["background", "write-through"] as const) {
    faultRow("file", `deleted while open: later records are in a new file, ${mode}`, async () => {
      const path = temporaryPath()
      const sink = await openSink(path, { mode })
      for (let round = 0; round < rounds; round++) {
        await sink.emit({ count: 100 })
        await sink.flush()
        rmSync(path)
      }
      const before = sink.emitted()
      await sink.emit({ count: 50 })
      await sink.flush()
      expect(indexesOf(traceIn(path))[0]).toBe(before)
      await sink.emit({ count: 50 })
      await sink.close()
      const trace = traceIn(path)
      expect(trace.bad).toEqual([])
      expect(flawsIn([...Array(before).keys(), ...indexesOf(trace)], sink.emitted())).toEqual([])
    })
  }

  faultRow("file", "deleted during a write: each record is in the old or the new file", async (row) => {
    const path = temporaryPath()
    const sink = await openSink(path)
    const held: Array<number> = []
    for (let round = 0; round < 20; round++) {
      const emitting = sink.emit({ count: 200, size: 4000 })
      await until("there is a file", () => readdirSync(dirname(path)).length > 0)
      // Kept open, so that records written after the deletion can be read.
      held.push(openSync(path, "r"))
      rmSync(path)
      await emitting
      await sink.flush()
    }
    await sink.close()
    const texts = held.map((file) => readFileSync(file, "utf8"))
    held.forEach((file) => closeSync(file))
    const trace = readTrace([...texts, readFileSync(path, "utf8")].join("\n"))
    const indexes = indexesOf(trace)
    row.note(`20 deletions, ${sink.emitted()} records, ${indexes.length - new Set(indexes).size} of them in both`)
    expectBalance(await sink.stats())
    expect(trace.bad).toEqual([])
    expect(flawsIn(sorted([...new Set(indexes)]), sink.emitted())).toEqual([])
  })

  faultRow("file", "directory removed: it is created again, and contains later records", async () => {
    const path = join(temporaryFolder(), "deep/er/traces.jsonl")
    const sink = await openSink(path)
    await sink.emit({ count: 100 })
    await sink.flush()
    rmSync(dirname(dirname(path)), { recursive: true })
    await sink.emit({ count: 100 })
    await sink.flush()
    rmSync(dirname(dirname(path)), { recursive: true })
    mkdirSync(dirname(path), { recursive: true })
    const before = sink.emitted()
    await sink.emit({ count: 100 })
    await sink.close()
    expect(flawsIn([...Array(before).keys(), ...indexesOf(traceIn(path))], 300)).toEqual([])
  })

  faultRow("file", "renamed by hand, with a second hard link: records go to the new file", async () => {
    const path = temporaryPath()
    const sink = await openSink(path)
    await sink.emit({ count: 100 })
    await sink.flush()
    linkSync(path, `${path}.kept`)
    renameSync(path, `${path}.1`)
    await sink.emit({ count: 100 })
    await sink.flush()
    const before = traceIn(`${path}.1`, path)
    await sink.emit({ count: 100 })
    await sink.close()
    expect(flawsIn(indexesOf(before), 200)).toEqual([])
    expect(flawsIn(indexesOf(traceIn(`${path}.1`, path)), 300)).toEqual([])
    expect(traceIn(path).spans.length).toBeGreaterThanOrEqual(100)
  })
})

describe("SIGHUP", () => {
  faultRow("file", "SIGHUP reopens the file: later records are in the new one", async () => {
    const path = temporaryPath()
    const driven = await driveOpen(program("driven"), { path, reopenOn: "SIGHUP" })
    await driven.emit({ count: 100 })
    await driven.flush()
    for (let round = 1; round <= rounds; round++) {
      renameSync(path, `${path}.${round}`)
      driven.child.kill("SIGHUP")
      // The handler has run once the file exists again, without any record.
      await until("the file is there again", () => readdirSync(dirname(path)).includes(basename(path)))
      await driven.emit({ count: 100 })
      await driven.flush()
      expect(traceIn(path).spans).toHaveLength(100)
    }
    const { emitted, stats } = await driven.stats()
    expect(await driven.end()).toEqual({ code: 0, signal: null, stderr: "" })
    expect(stats).toMatchObject({ accepted: emitted, written: emitted })
    expect(flawsIn(sorted(indexesOf(rotated(path))), emitted)).toEqual([])
  })

  faultRow("life", "SIGHUP ends the process again once the layer has closed", async () => {
    const driven = await driveOpen(program("driven"), { path: temporaryPath(), reopenOn: "SIGHUP" })
    driven.child.kill("SIGHUP")
    await driven.emit({ count: 1 })
    await driven.close()
    driven.child.kill("SIGHUP")
    expect(await driven.ended).toMatchObject({ code: null, signal: "SIGHUP" })
  })
})
