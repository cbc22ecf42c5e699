/**
 * Warnings are logged once, or once per minute, with bounded memory.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { ExportCounter } from "../../src/otel/delivery/stats.js"
import { Reporter } from "../../src/telemetry/report.js"

const listening = () => {
  const said: Array<string> = []
  return { said, reporter: new Reporter((message) => void said.push(message)) }
}

describe("a reporter", () => {
  it("reports each key once, compared by identity", () => {
    const { reporter, said } = listening()
    const [one, other] = [{}, {}]
    for (const key of ["a", "b", one, other, "a", one]) {
      reporter.once(key, typeof key === "string" ? key : "object")
    }
    expect(said).toEqual(["a", "b", "object", "object"])
  })

  it.effect("reports a key again after its interval, by the Clock", () =>
    Effect.gen(function*() {
      const { reporter, said } = listening()
      for (let second = 0; second < 180; second++) {
        reporter.every("full", `full at ${second}`)
        reporter.every("broken", `broken at ${second}`, "2 minutes")
        yield* TestClock.adjust("1 second")
      }
      expect(said).toEqual(["full at 0", "broken at 0", "full at 60", "full at 120", "broken at 120"])
    }))

  it("stops at 256 different keys, logs this once, and continues to report known keys", () => {
    const { reporter, said } = listening()
    for (let index = 0; index < 10_000; index++) {
      reporter.once(`metric ${index}`, `metric ${index}`)
    }
    reporter.every("metric 1", "known", 0)
    reporter.once({}, "an object")
    expect(said).toHaveLength(256 + 3)
    expect(said.slice(256)).toEqual([
      "Telemetry has logged 256 different problems; further ones are not logged",
      "known",
      "an object"
    ])
  })
})

describe("OpenTelemetry's counters", () => {
  it.effect("report a continuing problem at most once per minute, and count all of it", () =>
    Effect.gen(function*() {
      const said: Array<string> = []
      const counter = new ExportCounter((message) => void said.push(message))
      for (let second = 0; second < 300; second++) {
        counter.accept()
        counter.accept()
        counter.drop("queue_full", 1)
        counter.failed(1, new Error("refused"))
        yield* TestClock.adjust("1 second")
      }
      expect(said.filter((message) => message.includes("queue is full"))).toHaveLength(5)
      expect(said.filter((message) => message.includes("refused"))).toHaveLength(5)
      expect(counter.read()).toMatchObject({
        accepted: 600,
        written: 0,
        queued: 0,
        dropped: { queue_full: 300, rejected: 300 }
      })
    }))
})
