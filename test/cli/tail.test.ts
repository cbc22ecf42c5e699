/**
 * `tail -f` follows a file that grows, is rotated or truncated, and draws open spans on a terminal.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { appendFileSync, renameSync, truncateSync, writeFileSync } from "node:fs"
import { TailView } from "../../src/cli/commands/TailView.js"
import { entriesOf } from "../../src/readers/TraceEntry.js"
import { span, spanStart } from "../readers/lines.js"
import { type Running, started, until } from "./command.js"
import { folder, type Samples } from "./samples.js"

let files: Samples
beforeAll(() => {
  files = folder()
})
afterAll(() => files.remove())

const named = (name: string): string => `${span({ id: 1, name })}\n`

/** The names shown so far. */
const shown = (running: Running): ReadonlyArray<string> => running.stdout().match(/(?<=• )\S+/g) ?? []

const untilShown = (running: Running, name: string) =>
  until(() => shown(running).includes(name), () => `${running.stdout()} ${running.stderr()}`)

/** Follows a file while this runs. */
const following = async (path: string, work: (running: Running) => Promise<void>): Promise<Running> => {
  const running = await started(["tail", "-f", path])
  try {
    await work(running)
  } finally {
    running.child.kill("SIGINT")
  }
  expect(await running.ended).toMatchObject({ code: 130 })
  return running
}

describe("tail -f", { concurrent: true, timeout: 60_000 }, () => {
  it("shows new lines once they are complete", async () => {
    const path = files.write("grows.jsonl", named("first"))
    const running = await following(path, async (tail) => {
      await untilShown(tail, "first")
      appendFileSync(path, named("second").slice(0, 50))
      appendFileSync(path, named("second").slice(50) + named("third"))
      await untilShown(tail, "third")
    })
    expect(shown(running)).toEqual(["first", "second", "third"])
    expect(running.stderr()).toBe("")
  })

  it("says once that it skips OTLP metrics", async () => {
    const metrics = JSON.stringify({
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: "a", sum: { dataPoints: [{ asInt: "1" }] } }] }] }]
    })
    const path = files.write("otlp.jsonl", named("first"))
    const running = await following(path, async (tail) => {
      await untilShown(tail, "first")
      appendFileSync(path, `${metrics}\n${metrics}\n`)
      await until(() => tail.stderr().includes("skipped"), () => tail.stderr())
      appendFileSync(path, `${metrics}\n${named("last")}`)
      await untilShown(tail, "last")
    })
    expect(running.stderr()).toMatch(/^\S+: skipped \d measurements? of OTLP; only spans and scores are read\n$/)
  })

  it("continues with the new file after a rename, and loses nothing from the old one", async () => {
    const path = files.write("rotates.jsonl", named("first"))
    const running = await following(path, async (tail) => {
      await untilShown(tail, "first")
      renameSync(path, `${path}.1`)
      appendFileSync(`${path}.1`, named("late"))
      await untilShown(tail, "late")
      writeFileSync(path, named("new"))
      await untilShown(tail, "new")
      appendFileSync(path, named("newer"))
      await untilShown(tail, "newer")
    })
    expect(shown(running)).toEqual(["first", "late", "new", "newer"])
    expect(running.stderr()).toBe(`${path} was replaced\n`)
  })

  it("starts over when the file is truncated", async () => {
    const path = files.write("empties.jsonl", named("first") + named("second"))
    const running = await following(path, async (tail) => {
      await untilShown(tail, "second")
      truncateSync(path)
      await until(() => tail.stderr().includes("truncated"), tail.stderr)
      appendFileSync(path, named("again"))
      await untilShown(tail, "again")
    })
    expect(shown(running)).toEqual(["first", "second", "again"])
  })

  it("fails with 3 if the file does not exist", async () => {
    const running = await started(["tail", "-f", files.path("missing.jsonl")])
    expect(await running.ended).toMatchObject({ code: 3, stdout: "" })
    expect(running.stderr()).toContain("missing.jsonl: no such file\n")
  })
})

describe("open spans on a terminal", () => {
  const view = () => new TailView({ width: 80, color: false, json: false, live: true })
  const entries = (...lines: ReadonlyArray<string>) => entriesOf(lines.map((line) => `${line}\n`).join(""))

  it("are drawn below until they end, and erased before anything else is written", () => {
    const tail = view()
    const first = tail.show(
      entries(spanStart({ id: 1, name: "outer" }), spanStart({ id: 2, parent: 1, name: "inner" }))
    )
    expect(first.split("\n")).toEqual(["2 open", "000000 ▸ outer", "000000 ▸ inner", ""])
    const second = tail.show(entries(span({ id: 2, parent: 1, name: "inner" })))
    expect(second).toBe("\r\u001b[3A\u001b[J000000 • inner (1.0ms)\n1 open\n000000 ▸ outer\n")
    expect(tail.end()).toBe("\r\u001b[2A\u001b[J")
    expect(tail.end()).toBe("")
  })

  it("are drawn only for the last twelve", () => {
    const text = view().show(
      entries(...Array.from({ length: 50 }, (_, id) => spanStart({ id: id + 1, name: `s${id + 1}` })))
    )
    const drawn = text.split("\n")
    expect(drawn[0]).toBe("50 open, showing the last 12")
    expect(drawn.slice(1)).toHaveLength(13)
    expect(drawn.at(-2)).toBe("000000 ▸ s50")
  })
})
