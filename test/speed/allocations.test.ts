/**
 * A gross slip in speed is seen here, on any machine: what a span allocates and how many steps it takes are counted, against Effect's own in the same process.
 *
 * The bounds are wide; how fast it is says `npm run bench`.
 */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { beforeAll, describe, expect, it } from "vitest"
import { besideDependencies, bundledPrograms } from "../bundled.js"
import type { Taken } from "./programs/allocated.js"

const pathOf = bundledPrograms(new URL("./programs/", import.meta.url), ["allocated"], besideDependencies())

// So large that nothing is collected while bytes are counted.
const flags = ["--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"]

let taken: Record<string, Taken>

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, pathOf("allocated")])
  taken = JSON.parse(stdout)
}, 60_000)

/** What the one allocates of what the other does. */
const share = (name: string, of: string): number => taken[name]!.bytes / taken[of]!.bytes

describe("a span", () => {
  it("in memory allocates less than half of what Effect's own does that records nothing", () => {
    expect(share("memory", "effect")).toBeLessThan(0.5)
  })

  it("takes few steps of the run loop, whoever records it", () => {
    const steps = Object.fromEntries(["none", "memory", "four", "otel"].map((name) => [name, taken[name]!.steps]))
    expect(steps).toEqual({ none: 1, memory: 3, four: 3, otel: 3 })
  })

  it("without telemetry makes no record, no copy of the attributes and no id", () => {
    expect(share("none", "memory")).toBeLessThan(0.2)
  })

  it("in four sinks allocates little more than in one", () => {
    expect(share("four", "memory")).toBeLessThan(1.25)
  })

  it("of a library allocates little more than it does with nothing to record it", () => {
    expect(share("library", "effect")).toBeLessThan(1.3)
  })

  it("to OpenTelemetry allocates less than half of what it does through the SDK layer of Effect", () => {
    expect(share("otel", "nodeSdk")).toBeLessThan(0.5)
  })
})

describe("a measurement", () => {
  it("takes one step more than `Effect.sync`", () => {
    expect([taken["metric"]!.steps, taken["noMetric"]!.steps]).toEqual([1, 1])
  })

  it("without telemetry makes no record and no copy of the attributes", () => {
    expect(share("noMetric", "metric")).toBeLessThan(0.65)
  })
})
