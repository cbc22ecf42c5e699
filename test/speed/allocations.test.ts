/**
 * Catches large performance regressions on any machine: compares the bytes and run loop steps per span with Effect's own spans in the same process.
 *
 * The bounds are wide; `npm run bench` measures the actual speed.
 */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { beforeAll, describe, expect, it } from "vitest"
import { besideDependencies, bundledPrograms } from "../bundled.js"
import type { Taken } from "./programs/allocated.js"

const pathOf = bundledPrograms(new URL("./programs/", import.meta.url), ["allocated"], besideDependencies())

// Large enough that nothing is collected while bytes are counted.
const flags = ["--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"]

let taken: Record<string, Taken>

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, pathOf("allocated")])
  taken = JSON.parse(stdout)
}, 60_000)

/** The bytes of one program relative to another. */
const share = (name: string, of: string): number => taken[name]!.bytes / taken[of]!.bytes

describe("a span", () => {
  it("recorded in memory allocates less than half as much as Effect's own span, which records nothing", () => {
    expect(share("memory", "effect")).toBeLessThan(0.5)
  })

  it("takes few run loop steps with every sink", () => {
    const steps = Object.fromEntries(["none", "memory", "four", "otel"].map((name) => [name, taken[name]!.steps]))
    expect(steps).toEqual({ none: 1, memory: 3, four: 3, otel: 3 })
  })

  it("without telemetry creates no record, no copy of the attributes and no id", () => {
    expect(share("none", "memory")).toBeLessThan(0.2)
  })

  it("recorded by four sinks allocates little more than by one", () => {
    expect(share("four", "memory")).toBeLessThan(1.25)
  })

  it("of another library allocates little more than without telemetry", () => {
    expect(share("library", "effect")).toBeLessThan(1.3)
  })

  it("sent to OpenTelemetry allocates less than half as much as with Effect's SDK layer", () => {
    expect(share("otel", "nodeSdk")).toBeLessThan(0.5)
  })
})

describe("a measurement", () => {
  it("takes as few run loop steps as `Effect.sync`", () => {
    expect([taken["metric"]!.steps, taken["noMetric"]!.steps]).toEqual([0, 0])
  })

  it("without telemetry creates no record and no copy of the attributes", () => {
    expect(share("noMetric", "metric")).toBeLessThan(0.65)
  })
})
