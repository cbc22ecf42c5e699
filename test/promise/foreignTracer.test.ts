/**
 * Under someone else's tracer: its spans and our records are the same tree.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { InMemoryTelemetry, InMemoryTelemetryLive, Telemetry } from "loom-telemetry"
import { makeTelemetry } from "loom-telemetry/promise"
import { describe, expect, it } from "vitest"
import { nativeTracer } from "../../src/telemetry/tracing/parents.js"
import { pause } from "./recorded.js"

/** A tracer that keeps its spans, which are not Effect's own. */
const keeping = () => {
  const spans: Array<Tracer.Span> = []
  let ends = 0
  const tracer = Tracer.make({
    span: (...args) => {
      const native = nativeTracer.span(...args)
      const span: Tracer.Span = {
        ...native,
        get status() {
          return native.status
        },
        attribute: (key, value) => native.attribute(key, value),
        event: () => {},
        addLinks: () => {},
        end: (time, exit) => {
          ends++
          native.end(time, exit)
        }
      }
      spans.push(span)
      return span
    },
    context: (step) => step()
  })
  return { spans, tracer, ends: () => ends }
}

describe("over another tracer", () => {
  it("its spans and ours have the same ids, parents and attributes, without secrets", async () => {
    const { ends, spans, tracer } = keeping()
    const telemetry = await makeTelemetry(InMemoryTelemetryLive.pipe(Layer.provide(Layer.setTracer(tracer))))
    await telemetry.withRun(
      { userId: "u" },
      () =>
        telemetry.withSpan("outer", { api_key: "sk-1234567890abcdef", a: 1 }, async () => {
          await pause()
          telemetry.annotate({ password: "p", b: 2 })
          await telemetry.runPromise(
            Telemetry.withSpan(Effect.promise(async () => telemetry.withSpan("inner", () => 0)), "effect")
          )
        })
    )
    const records = await telemetry.runPromise(Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans))
    expect(records.map(({ name, parentSpanId, spanId }) => [name, spanId, parentSpanId])).toEqual(
      spans.toReversed().map(({ name, parent, spanId }) => [
        name,
        spanId,
        Option.match(parent, { onNone: () => null, onSome: (each) => each.spanId })
      ])
    )
    const expected = { api_key: "<redacted>", a: 1, user_id: "u", password: "<redacted>", b: 2 }
    expect(Object.fromEntries(spans[0]!.attributes)).toEqual(expected)
    expect(records.at(-1)!.attributes).toEqual(expected)
    expect(ends()).toBe(3)
  })
})
