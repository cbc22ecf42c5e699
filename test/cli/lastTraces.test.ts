/**
 * `tree --last N` shows the traces that started last, whole, wherever their records are, from a file or a pipe.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { mayBelong } from "../../src/readers/selection/mayBelong.js"
import { NewestTraces } from "../../src/readers/selection/NewestTraces.js"
import type { Facts } from "../../src/records/wire/facts.js"
import { metric, span } from "../readers/lines.js"
import { loom } from "./command.js"
import { folder, type Samples } from "./samples.js"

let files: Samples
beforeAll(() => {
  files = folder()
})
afterAll(() => files.remove())

const lines = (...each: ReadonlyArray<string>): string => each.map((line) => `${line}\n`).join("")

// The newest trace has its root at the start of the file and its other span at the end.
const scattered = lines(
  span({ id: 1, trace: 3, name: "newest", start: 3000 }),
  span({ id: 2, trace: 1, name: "oldest", start: 1000 }),
  span({ id: 3, trace: 2, name: "middle", start: 2000 }),
  "not a record",
  span({ id: 4, trace: 3, name: "inside", parent: 1, start: 3001 })
)

describe("tree --last", { concurrent: true, timeout: 60_000 }, () => {
  it("shows the last of all trees", async () => {
    const path = files.write("scattered.jsonl", scattered)
    const all = (await loom(["tree", "--json", path])).stdout.trimEnd().split("\n")
    for (const last of [0, 1, 2, 3, 9]) {
      const { stderr, stdout } = await loom(["tree", "--json", "--last", String(last), path])
      expect(stdout.trimEnd().split("\n").filter((line) => line !== "")).toEqual(last === 0 ? [] : all.slice(-last))
      expect(stderr).toContain("skipped 1 bad line")
    }
  })

  it("shows the same for a pipe as for a file", async () => {
    const path = files.write("piped.jsonl", scattered)
    const { stdout } = await loom(["tree", "--last", "1", path])
    expect(stdout).toContain("newest")
    expect(stdout).toContain("inside")
    expect((await loom(["tree", "--last", "1"], { input: scattered })).stdout).toBe(stdout)
  })

  it("shows the same usage as the whole file if some was measured outside any trace", async () => {
    const outside = lines(
      span({ id: 1, trace: 1, name: "loom.model", attributes: { tokens_in: 100, tokens_out: 0 } }),
      span({ id: 2, trace: 2, name: "loom.model", start: 9, attributes: { tokens_in: 100, tokens_out: 0 } }),
      metric({ name: "loom.tokens.input", value: 150 }).replace(/"trace_id":"[^"]*","span_id":"[^"]*",?/, "")
    )
    const path = files.write("outside.jsonl", outside)
    const all = (await loom(["tree", path])).stdout.trimEnd().split("\n")
    expect((await loom(["tree", "--last", "1", path])).stdout.trimEnd()).toBe(all.at(-1))
  })
})

const started = (trace: number, second: number): Facts => ({
  kind: "span",
  name: "a",
  traceId: `t${trace}`,
  spanId: "s",
  parentSpanId: null,
  startedAt: new Date(second * 1000).toISOString().replace("Z", "000Z"),
  endedAt: "",
  durationMs: 0,
  attributes: {},
  outcome: "success",
  exception: null
})

describe("NewestTraces", () => {
  const newestOf = (newest: NewestTraces, count: number) => [...newest.newest(count).keys()]

  it("finds the newest in any order, in bounded memory", () => {
    for (const order of [1, -1]) {
      const newest = new NewestTraces(10)
      for (let at = 0; at < 1000; at++) {
        newest.add(started(at, order === 1 ? at : 1000 - at))
      }
      expect(newestOf(newest, 2).toSorted()).toEqual(order === 1 ? ["t998", "t999"] : ["t0", "t1"])
      expect(newest.isSure(2)).toBe(true)
      expect(newest.isSure(50)).toBe(false)
    }
  })

  it("finds the last to arrive among many that start at the same instant", () => {
    const newest = new NewestTraces(10)
    for (let at = 0; at < 5000; at++) {
      newest.add(started(at, 1))
    }
    expect(newestOf(newest, 2).slice(-2)).toEqual(["t4998", "t4999"])
    expect(newestOf(newest, 2).length).toBeLessThan(30)
    expect(newest.isSure(2)).toBe(true)
  })

  it("recognizes a trace that was dropped and came back, after a second pass", () => {
    const records = [started(0, 1), ...Array.from({ length: 100 }, (_, at) => started(at + 1, at + 2)), started(0, 900)]
    const newest = new NewestTraces(10)
    records.forEach((each) => newest.add(each))
    expect(newestOf(newest, 1)).toEqual(["t0"])
    newest.keepThese()
    records.forEach((each) => newest.add(each))
    expect(newestOf(newest, 1)).toEqual(["t100"])
    expect(newest.isSure(1)).toBe(true)
  })
})

describe("mayBelong", () => {
  const isWanted = (id: string) => id === "a\"b" || id === "t1"
  it.each([
    ["{\"kind\":\"span\",\"trace_id\":\"t1\"}", true],
    ["{\"kind\":\"span\",\"trace_id\": \"t1\"}", true],
    ["{\"kind\":\"span\",\"trace_id\":\"t2\"}", false],
    ["{\"kind\":\"metric\",\"trace_id\":null}", false],
    ["{\"kind\":\"span\",\"attributes\":{\"trace_id\":\"t2\"},\"trace_id\":\"t1\"}", true],
    ["{\"kind\":\"span\",\"trace_id\":\"a\\\"b\"}", true],
    ["{\"kind\":\"span\",\"trace\\u005fid\":\"t1\"}", true],
    ["{\"resourceSpans\":[]}", true]
  ])("%s: %s", (line, expected) => {
    expect(mayBelong(line, isWanted)).toBe(expected)
  })
})
