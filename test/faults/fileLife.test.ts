/**
 * Every way in which a program can end, with the file sink and with open spans: it ends as without telemetry, and the file contains what the
 * table of guarantees promises.
 */
import { PCGRandom } from "effect/Utils"
import { once } from "node:events"
import { describe, expect } from "vitest"
import { temporaryPath } from "./disks/folder.js"
import { compiledPrograms } from "./programs/compiled.js"
import { endingOf, startNode } from "./programs/driving.js"
import type { LifeEnding } from "./programs/endings.js"
import type { LifeOptions } from "./programs/life.js"
import { chosenSeed, repetitions } from "./programs/repetitions.js"
import { flawsIn, indexesOf, type TraceContents, traceIn } from "./programs/traceFile.js"
import { until } from "./programs/until.js"
import { faultRow } from "./row.js"

const program = compiledPrograms()

/** Spans that end before the program does. */
const before = 500

/** What the file contains of the open spans: their outcome, that they were open, or nothing. */
type Telling = "success" | "failure" | "interrupted" | "open" | "nothing"

interface Way {
  readonly what: string
  readonly ending: LifeEnding
  /** The signals to send, each after the program has printed this text. */
  readonly signals?: ReadonlyArray<readonly [after: string, signal: NodeJS.Signals]>
  readonly ends: { readonly code: number } | { readonly signal: NodeJS.Signals }
  /** For `turn`, and for `run` around it. */
  readonly turn: Telling
  readonly run: Telling
}

const both = (told: Telling) => ({ turn: told, run: told })

const ways: ReadonlyArray<Way> = [
  { what: "success", ending: "success", ends: { code: 0 }, ...both("success") },
  { what: "failure", ending: "failure", ends: { code: 1 }, ...both("failure") },
  { what: "defect", ending: "defect", ends: { code: 1 }, ...both("failure") },
  { what: "interruption", ending: "interruption", ends: { code: 0 }, ...both("interrupted") },
  { what: "timeout", ending: "timeout", ends: { code: 1 }, ...both("failure") },
  { what: "process.exit inside a span", ending: "exit", ends: { code: 7 }, ...both("open") },
  { what: "uncaught throw", ending: "throw", ends: { code: 1 }, ...both("open") },
  { what: "unhandled rejection", ending: "rejection", ends: { code: 1 }, ...both("open") },
  {
    what: "SIGTERM under runMain",
    ending: "waiting",
    signals: [["ready", "SIGTERM"]],
    ends: { code: 0 },
    ...both("interrupted")
  },
  {
    what: "SIGINT under runMain",
    ending: "waiting",
    signals: [["ready", "SIGINT"]],
    ends: { code: 0 },
    ...both("interrupted")
  },
  {
    what: "SIGTERM twice",
    ending: "stubborn",
    signals: [["ready", "SIGTERM"], ["closing", "SIGTERM"]],
    ends: { signal: "SIGTERM" },
    ...both("nothing")
  },
  {
    what: "SIGHUP without a handler",
    ending: "waiting",
    signals: [["ready", "SIGHUP"]],
    ends: { signal: "SIGHUP" },
    ...both("nothing")
  },
  {
    what: "SIGKILL",
    ending: "waiting",
    signals: [["ready", "SIGKILL"]],
    ends: { signal: "SIGKILL" },
    ...both("nothing")
  }
]

interface Lived {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
}

/** Runs the program once; waits for `settled` before each signal. */
const live = async (options: LifeOptions, { signals = [] }: Pick<Way, "signals">, settled: () => Promise<void>) => {
  const child = startNode([program("life"), JSON.stringify(options)])
  const ended = endingOf(child)
  let stdout = ""
  child.stdout!.setEncoding("utf8").on("data", (text: string) => stdout += text)
  for (const [after, signal] of signals) {
    while (!stdout.includes(after)) {
      await once(child.stdout!, "data")
    }
    await settled()
    child.kill(signal)
  }
  const { code, signal } = await ended
  return { code, signal, stdout } satisfies Lived
}

const tellingOf = ({ spans, starts }: TraceContents, name: string): Telling => {
  const ended = spans.filter((span) => span.name === name)
  const open = starts.filter((span) => span.name === name)
  expect(ended.length + open.length).toBeLessThanOrEqual(1)
  return ended[0]?.outcome ?? (open.length === 1 ? "open" : "nothing")
}

describe("how a program ends", () => {
  for (const way of ways) {
    const { ending, ends, run, turn, what } = way
    for (const mode of ["background", "write-through"] as const) {
      faultRow(
        "life",
        `${what}: ends as without telemetry, with the promised records in the file, ${mode}`,
        async (row) => {
          const path = temporaryPath()
          const plain = await live({ ending, before }, way, async () => {})
          // In background mode a record takes about a millisecond to be written. A signal within that time may lose it, so a faster test would be flaky.
          const there = () => indexesOf(traceIn(path)).length === before
          const settled = () => mode === "background" ? until("what has ended is written", there) : Promise.resolve()
          const lived = await live({ ending, before, mode, path }, way, settled)
          expect(plain).toMatchObject({ code: null, signal: null, ...ends })
          expect(lived).toEqual(plain)
          const trace = traceIn(path)
          expect(trace).toMatchObject({ bad: [], endsWhole: true, dropped: [] })
          expect(flawsIn(indexesOf(trace), before)).toEqual([])
          const told = { turn: tellingOf(trace, "turn"), run: tellingOf(trace, "run") }
          row.note(`${before} ended spans there, the open ones: ${[...new Set([told.turn, told.run])].join(", ")}`)
          expect(told).toEqual({ turn, run })
        }
      )
    }
  }

  for (const mode of ["background", "write-through"] as const) {
    faultRow("life", `process.exit at random instants of a busy writer: each record once, ${mode}`, async (row) => {
      const seed = chosenSeed()
      const random = new PCGRandom(seed)
      const exits = repetitions(40)
      let records = 0
      for (let exit = 0; exit < exits; exit++) {
        const path = temporaryPath()
        const count = 1 + random.integer(1000)
        const text = [0, 1000, 8000][random.integer(3)]!
        const lived = await live(
          { ending: "exit", before: count, text, mode, path, maxQueuedBytes: 1e9 },
          {},
          async () => {}
        )
        expect(lived).toMatchObject({ code: 7 })
        const trace = traceIn(path)
        expect(trace, `seed ${seed}`).toMatchObject({ bad: [], endsWhole: true, dropped: [] })
        expect(flawsIn(indexesOf(trace), count), `${count} records, seed ${seed}`).toEqual([])
        expect(trace.starts.map(({ name }) => name)).toEqual(["run", "turn"])
        records += count
      }
      row.note(`${exits} exits, ${records.toLocaleString("en")} records, seed ${seed}`)
    })
  }

  faultRow("life", "abort: no ended span is lost, write-through", async (row) => {
    const path = temporaryPath()
    const lived = await live({ ending: "abort", before, mode: "write-through", path }, {}, async () => {})
    expect(lived).toMatchObject({ signal: "SIGABRT" })
    const trace = traceIn(path)
    row.note(`${indexesOf(trace).length} of ${before} there`)
    expect(trace).toMatchObject({ bad: [], endsWhole: true })
    expect(flawsIn(indexesOf(trace), before)).toEqual([])
  })

  faultRow("life", "abort: the file has the first records as complete lines without gaps, background", async (row) => {
    const path = temporaryPath()
    const lived = await live({ ending: "abort", before, path }, {}, async () => {})
    expect(lived).toMatchObject({ signal: "SIGABRT" })
    const trace = traceIn(path)
    const indexes = indexesOf(trace)
    row.note(`${indexes.length} of ${before} there`)
    expect(trace.bad.length).toBeLessThanOrEqual(trace.endsWhole ? 0 : 1)
    expect(flawsIn(indexes, indexes.length)).toEqual([])
  })
})
