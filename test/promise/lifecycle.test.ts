/**
 * Opening and closing: sinks by name and as layers, what is written when, and what happens afterwards.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ConsoleTelemetry, FileTelemetry, MultiTelemetry, NoTelemetryLive, Redaction, Telemetry } from "loom-telemetry"
import { makeTelemetry } from "loom-telemetry/promise"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { Broken, capturedWarnings, Journal } from "../sinks/recordingSinks.js"
import { pause } from "./recorded.js"

const folder = mkdtempSync(join(tmpdir(), "loom-promise-"))
afterAll(() => rmSync(folder, { recursive: true }))

const linesOf = (path: string) => readFileSync(path, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line))

describe("makeTelemetry", () => {
  it("writes to a named file with Node's own functions, and flush waits for it", async () => {
    const path = join(folder, "named", "traces.jsonl")
    const telemetry = await makeTelemetry(`file:${path}`)
    telemetry.withSpan("first", () => telemetry.emitMetric("calls", 1))
    await telemetry.flush()
    expect(linesOf(path).map(({ kind, name }) => [kind, name])).toEqual([["metric", "calls"], ["span", "first"]])
    telemetry.withSpan("second", () => 0)
    await telemetry.close()
    expect(linesOf(path)).toHaveLength(3)
  })

  it("takes any layer: console and file show the same tree", async () => {
    const path = join(folder, "both.jsonl")
    let text = ""
    const telemetry = await makeTelemetry(MultiTelemetry.layer([
      ConsoleTelemetry.layer({ stream: { write: (part) => text += part }, order: "tree" }),
      FileTelemetry.layer(path)
    ]))
    await telemetry.withSpan("root", async () => {
      await pause()
      await telemetry.withSpan("child", () => pause())
    })
    await telemetry.close()
    expect(text.replace(/ \([\d.]+ms\)/g, "")).toBe("• root\n  • child\n")
    const [child, root] = linesOf(path)
    expect([child.parent_span_id, root.parent_span_id]).toEqual([root.span_id, null])
  })

  it.each([
    ["nonsense", "ConfigError", /names no telemetry sink/],
    ["file:/proc/nowhere/traces.jsonl", "TelemetryOpenError", /Cannot open/]
  ])("rejects %s with the error itself", async (spec, _tag, message) => {
    const error: unknown = await makeTelemetry(spec).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Error)
    expect(error).toHaveProperty("_tag", _tag)
    expect(String(error)).toMatch(message)
  })

  it("rejects with the error of a layer after releasing the layer", async () => {
    const error = new Error("no database")
    let released = false
    const layer = Telemetry.layerSinkScoped(
      Effect.zipRight(Effect.addFinalizer(() => Effect.sync(() => released = true)), Effect.fail(error))
    )
    await expect(makeTelemetry(layer)).rejects.toBe(error)
    expect(released).toBe(true)
  })

  it("records nothing with none, and just runs bodies", async () => {
    for (const sinks of ["none", "", NoTelemetryLive] as const) {
      const telemetry = await makeTelemetry(sinks as string)
      const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`
      expect(telemetry.withSpan("body", () => telemetry.currentSpan())).toBe(undefined)
      expect(telemetry.continueTrace({ traceparent }, () => telemetry.traceHeaders())).toEqual({ traceparent })
      telemetry.annotate({ a: 1 })
      telemetry.emitMetric("m", 1)
      expect(await telemetry.runPromise(Telemetry.withSpan(Effect.succeed(3), "effect"))).toBe(3)
      await telemetry.close()
    }
  })

  it("redacts by custom rules", async () => {
    const path = join(folder, "redacted.jsonl")
    const telemetry = await makeTelemetry(`file:${path}`, { redaction: Redaction.make({ keys: ["salary"] }) })
    telemetry.withSpan("body", { salary: 5, token: "t" }, () => 0)
    await telemetry.close()
    expect(linesOf(path)[0].attributes).toEqual({ salary: "<redacted>", token: "<redacted>" })
  })

  it("keeps two instances separate", async () => {
    const journals = [new Journal(), new Journal()] as const
    const [a, b] = await Promise.all(journals.map((journal) => makeTelemetry(journal.layer("sink"))))
    a!.withSpan(
      "of a",
      () => b!.withSpan("of b", () => expect(b!.currentSpan()!.traceId).not.toBe(a!.currentSpan()!.traceId))
    )
    expect(journals.map((journal) => journal.of("sink").filter((entry) => entry.startsWith("end")))).toEqual([
      ["end of a success null"],
      ["end of b success null"]
    ])
  })
})

describe("close", () => {
  const journaled = async () => {
    const journal = new Journal()
    const [warnings, logger] = capturedWarnings()
    const telemetry = await makeTelemetry(Layer.provideMerge(journal.layer("sink"), logger))
    return { journal, telemetry, warnings }
  }

  it("flushes and releases once, however often it is called", async () => {
    const { journal, telemetry } = await journaled()
    const first = telemetry.close()
    expect(telemetry.close()).toBe(first)
    await Promise.all([first, telemetry.close(), telemetry[Symbol.asyncDispose]()])
    expect(journal.of("sink")).toEqual(["flush", "release"])
  })

  it("works with await using", async () => {
    const { journal, telemetry } = await journaled()
    {
      await using mine = telemetry
      mine.withSpan("body", () => 0)
    }
    expect(journal.of("sink")).toEqual(["start body", "end body success null", "flush", "release"])
  })

  it("lets bodies run unrecorded afterwards, and logs that once", async () => {
    const { journal, telemetry, warnings } = await journaled()
    await telemetry.close()
    expect(telemetry.withSpan("late", () => 1)).toBe(1)
    expect(await telemetry.withSpan("late", async () => 2)).toBe(2)
    expect(await telemetry.runPromise(Telemetry.withSpan(Effect.succeed(3), "late"))).toBe(3)
    for await (
      const each of telemetry.withSpanStream("late", async function*() {
        yield 4
      })
    ) {
      expect(each).toBe(4)
    }
    telemetry.annotate({ a: 1 })
    telemetry.emitMetric("late", 1)
    await telemetry.flush()
    expect(journal.of("sink").filter((entry) => entry.includes("late"))).toEqual([])
    expect(warnings).toEqual([
      "Telemetry is closed: spans and measurements are no longer recorded. Close it when the program ends"
    ])
  })

  it("gives up on a sink that never closes, and logs that", async () => {
    const [warnings, logger] = capturedWarnings()
    const stuck = Layer.merge(
      Telemetry.layerSink({ name: "sink" }),
      Layer.scopedDiscard(Effect.addFinalizer(() => Effect.never))
    )
    const telemetry = await makeTelemetry(Layer.provideMerge(stuck, logger), { closeTimeout: 20 })
    await telemetry.close()
    expect(warnings).toEqual(["Telemetry did not close within 20ms and was given up"])
  })
})

describe("exceptions of sinks", () => {
  const broken = async (fault: "onSpanEnd" | "onMetric") => {
    const [, logger] = capturedWarnings()
    return makeTelemetry(Layer.provideMerge(new Journal().breaking("sink", fault), logger))
  }

  it("are raised if the body succeeded, unless they are only reported", async () => {
    const telemetry = await broken("onSpanEnd")
    expect(() => telemetry.withSpan("body", () => 1)).toThrow(Broken)
    await expect(telemetry.withSpan("body", async () => 1)).rejects.toThrow(Broken)
    const reporting = await makeTelemetry(
      Telemetry.layerSink({
        name: "sink",
        onSpanEnd: () => {
          throw new Broken("onSpanEnd")
        }
      }, { onSinkError: "report" }).pipe(Layer.provideMerge(capturedWarnings()[1]))
    )
    expect(reporting.withSpan("body", () => 1)).toBe(1)
  })

  it("never replace the body's own error", async () => {
    const telemetry = await broken("onSpanEnd")
    const error = new Error("the body's")
    await expect(telemetry.withSpan("body", () => Promise.reject(error))).rejects.toBe(error)
  })

  it("from a measurement inside a span are raised when the span ends", async () => {
    const telemetry = await broken("onMetric")
    let after = false
    expect(() =>
      telemetry.withSpan("body", () => {
        telemetry.emitMetric("m", 1)
        after = true
      })
    ).toThrow(Broken)
    expect(after).toBe(true)
    expect(() => telemetry.emitMetric("m", 1)).toThrow(Broken)
  })
})
