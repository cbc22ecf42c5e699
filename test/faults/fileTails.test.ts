/**
 * Half-written lines of other processes: before this process starts, while it runs, and after it closes.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { appendFileSync, writeFileSync } from "node:fs"
import { describe, expect } from "vitest"
import { temporaryPath } from "./disks/folder.js"
import { compiledPrograms } from "./programs/compiled.js"
import { balanceNote, expectBalance, expectCounted } from "./programs/counted.js"
import { openSink } from "./programs/openSink.js"
import { flawsIn, indexesOf, traceIn } from "./programs/traceFile.js"
import { until } from "./programs/until.js"
import { faultRow } from "./row.js"

const program = compiledPrograms()

const torn = "{\"kind\":\"span\",\"name\":\"to"

describe("a torn line", () => {
  for (
    const [mode, of] of [
      ["background", "span"],
      ["write-through", "span"],
      ["background", "score"],
      ["write-through", "score"]
    ] as const
  ) {
    faultRow("file", `a torn last line at startup costs this process no ${of}, ${mode}`, async () => {
      const path = temporaryPath()
      writeFileSync(path, torn, { mode: 0o600 })
      const sink = await openSink(path, { mode })
      await sink.emit({ count: 3, of })
      await sink.close()
      const trace = traceIn(path)
      expect(flawsIn(indexesOf(trace), 3)).toEqual([])
      expect(trace).toMatchObject({ bad: [torn], endsWhole: true })
    })

    faultRow("file", `a torn line of another writer costs this process no ${of}, ${mode}`, async () => {
      const path = temporaryPath()
      const sink = await openSink(path, { mode })
      for (let round = 0; round < 20; round++) {
        await sink.emit({ count: 2, of })
        await sink.flush()
        appendFileSync(path, torn)
      }
      await sink.emit({ count: 1, of })
      await sink.close()
      const trace = traceIn(path)
      expect(flawsIn(indexesOf(trace), 41)).toEqual([])
      expect(trace.bad).toEqual(Array.from({ length: 20 }, () => torn))
    })
  }

  faultRow("file", "another writer killed mid-line costs this process no record, shared", async (row) => {
    const path = temporaryPath()
    const sink = await openSink(path, { shared: true })
    for (let round = 0; round < 8; round++) {
      const other = spawn(process.execPath, [program("tearing"), path], { stdio: ["ignore", "pipe", "inherit"] })
      await once(other.stdout, "data")
      const before = sink.emitted()
      await until("the writers have met", async () => {
        await sink.emit({ count: 5 })
        return sink.emitted() >= before + 50
      })
      other.kill("SIGKILL")
      await once(other, "close")
    }
    await sink.emit({ count: 10 })
    await sink.close()
    const trace = traceIn(path)
    row.note(`${trace.bad.length} lines of the other torn, ${sink.emitted()} of ours whole`)
    expect(flawsIn(indexesOf(trace), sink.emitted())).toEqual([])
    expect(trace.bad.filter((line) => line.includes("kind"))).toEqual([])
  })
})

faultRow("file", "records after close are counted and harm no other writer", async (row) => {
  const path = temporaryPath()
  const sink = await openSink(path)
  await sink.emit({ count: 5 })
  await sink.close()
  await sink.emit({ count: 4 })
  await sink.emit({ count: 3, of: "score" })
  await sink.flush()
  const stats = await sink.stats()
  row.note(balanceNote(stats, sink.emitted()))
  expectBalance(stats)
  expect(stats).toMatchObject({ accepted: 12, written: 5, dropped: { after_close: 7 } })
  expectCounted(traceIn(path), stats, 12)
})
