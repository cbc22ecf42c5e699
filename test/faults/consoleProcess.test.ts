/**
 * What can happen to standard error while spans are printed on it: the program's result does not change, and each record is shown or counted.
 */
import type * as Effect from "effect/Effect"
import { closeSync, openSync } from "node:fs"
import { afterAll, describe, expect } from "vitest"
import type { ConsoleTelemetryService } from "../../src/sinks/ConsoleTelemetry.js"
import type { PrintingOptions } from "./programs-sinks/printing.js"
import { type Ended, programs, type Start } from "./programs-sinks/startProgram.js"
import { type FaultRow, faultRow } from "./row.js"

type ConsoleStats = ConsoleTelemetryService extends { readonly stats: Effect.Effect<infer S> } ? S : never

const start = programs()

interface Printed extends Ended {
  readonly open: ConsoleStats
  readonly closed: ConsoleStats
}

/** Prints, and returns what arrived. `held` is called while standard error is not read. */
const printed = async (
  options: PrintingOptions,
  starting: Start = {},
  held: (stderr: NodeJS.ReadableStream & { readonly destroy: () => void }, reported: Promise<string>) => void = () => {}
): Promise<Printed> => {
  const { child, ended, reported } = start("printing", { args: [JSON.stringify(options)], ...starting })
  if (child.stderr !== null) {
    held(child.stderr, reported)
  }
  const end = await ended
  return { ...end, ...JSON.parse(end.report) as Pick<Printed, "open" | "closed"> }
}

const lostOf = ({ dropped }: ConsoleStats): number => dropped.io + dropped.queue_full

/** Checks that the program's result is unchanged and the counters add up. */
const expectOwnEnd = (row: FaultRow, { closed, code, stdout }: Printed, spans: number): void => {
  const lost = Object.entries(closed.dropped).filter(([, count]) => count > 0).map(([why, count]) => `${count} ${why}`)
  row.note([`accepted ${closed.accepted} = written ${closed.written} + queued ${closed.queued}`, ...lost].join(" + "))
  expect({ code, result: stdout.endsWith("result\n") }).toEqual({ code: 0, result: true })
  expect(closed.accepted).toBe(spans)
  expect(closed.written + closed.queued + lostOf(closed)).toBe(spans)
}

/** Checks that every line is complete, in the order of the spans. */
const expectWholeLines = (text: string, count: number): void => {
  const lines = text.split("\n").slice(0, -1)
  expect(lines).toHaveLength(count)
  const indexes = lines.map((line) => Number(/^• span \(\d+\.\dms\) index=(\d+), text=x+$/.exec(line)?.[1]))
  expect(indexes.every((index, at) => at === 0 || index > indexes[at - 1]!)).toBe(true)
}

let full: number | undefined
try {
  full = openSync("/dev/full", "w")
  afterAll(() => closeSync(full!))
} catch {
  // Not on this system: the row reports it.
}

describe.concurrent("standard error of a process", () => {
  for (const order of ["live", "tree"] as const) {
    faultRow(
      "console",
      `standard error without a reader: only the counters change, ${order}`,
      async (row) => {
        const spans = 5000
        const gone = await printed({ order, spans, size: 10 }, { stderr: "held" }, (stderr) => stderr.destroy())
        expectOwnEnd(row, gone, spans)
        expect(gone.closed).toMatchObject({
          written: 0,
          dropped: { io: spans },
          lastError: expect.stringContaining("EPIPE")
        })
        expect(gone.stdout.match(/lost lines/g)).toHaveLength(1)
      }
    )

    faultRow("console", `standard error on a full disk: only the counters change, ${order}`, async (row) => {
      const spans = 5000
      const stderr = full ?? row.skip("there is no /dev/full")
      const lost = await printed({ order, spans, size: 10 }, { stderr })
      expectOwnEnd(row, lost, spans)
      expect(lost.closed).toMatchObject({
        written: 0,
        dropped: { io: spans },
        lastError: expect.stringContaining("ENOSPC")
      })
      expect(lost.stdout.match(/lost lines/g)).toHaveLength(1)
    })
  }

  faultRow(
    "console",
    "standard error that is not read for long: 8 MiB are held and arrive, the rest is counted",
    async (row) => {
      const spans = 30_000
      let text = ""
      const slow = await printed({ order: "live", spans, size: 1000 }, { stderr: "held" }, async (stderr, reported) => {
        await reported
        stderr.setEncoding("utf8").on("data", (more: string) => text += more)
      })
      expectOwnEnd(row, slow, spans)
      expect(slow.closed.dropped.queue_full).toBeGreaterThan(0)
      expect(slow.closed.queued).toBeGreaterThan(7000)
      expectWholeLines(text, slow.closed.written + slow.closed.queued)
      expect(slow.stdout.match(/is too slow/g)).toHaveLength(1)
    }
  )

  faultRow("console", "standard error that is read late: no line is lost or torn", async (row) => {
    const spans = 5000
    let text = ""
    const late = await printed({ order: "live", spans, size: 1000 }, { stderr: "held" }, (stderr) => {
      setTimeout(() => stderr.setEncoding("utf8").on("data", (more: string) => text += more), 2500)
    })
    expectOwnEnd(row, late, spans)
    expect(lostOf(late.closed)).toBe(0)
    expectWholeLines(text, spans)
  })

  faultRow("console", "colors switched on and off: the same lines, with and without color codes", async () => {
    const options: PrintingOptions = { order: "live", spans: 10, size: 3 }
    const [off, on] = await Promise.all([
      printed(options, { env: { NO_COLOR: "1" } }),
      printed(options, { env: { FORCE_COLOR: "1" } })
    ])
    const withoutTimes = (text: string) => text.replace(/\(\d+\.\dms\)/g, "(…)")
    expect(off.stderr).not.toContain("\u001b")

    expect(withoutTimes(on.stderr.replace(/\u001b\[\d+m/g, ""))).toBe(withoutTimes(off.stderr))
    expect(on.stderr).not.toBe(off.stderr)
  })
})
