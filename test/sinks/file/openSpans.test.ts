/**
 * Spans that are open at a flush, on close or at the end of the process are written as `span_start` lines, once each.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { FileTelemetry, InMemoryTelemetry, MultiTelemetry, Telemetry } from "loom-telemetry"
import { openSink, record } from "./openSink.js"
import { linesIn, tempPath } from "./tempFile.js"

const kindsIn = (path: string) => Effect.map(linesIn(path), (lines) => lines.map((line) => `${line.kind} ${line.name}`))

for (const mode of ["background", "write-through"] as const) {
  describe(`a span that is open, in mode ${mode},`, () => {
    it.scoped("is written by a flush, oldest first, with its current attributes", () =>
      Effect.gen(function*() {
        const path = yield* tempPath
        const sink = yield* openSink(path, { mode })
        yield* sink.run(
          Effect.provide(
            Effect.gen(function*() {
              yield* record("done")
              yield* Telemetry.annotate({ tokens: 3 })
              yield* Telemetry.flush
              expect(yield* kindsIn(path)).toEqual(["span done", "span_start outer", "span_start inner"])
              const [, outer, inner] = yield* linesIn(path)
              expect(inner).toMatchObject({ parent_span_id: outer.span_id, attributes: { given: 1, tokens: 3 } })
            }).pipe(Telemetry.withSpan("inner", { given: 1 }), Telemetry.withSpan("outer")),
            NodeFileSystem.layer
          )
        )
        yield* sink.flush
        expect((yield* kindsIn(path)).slice(3)).toEqual(["span inner", "span outer"])
        expect(yield* sink.stats).toMatchObject({ accepted: 3, written: 3, queued: 0 })
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.scoped("is written once, however often it is flushed", () =>
      Effect.gen(function*() {
        const path = yield* tempPath
        const sink = yield* openSink(path, { mode })
        yield* sink.run(
          Effect.repeatN(Telemetry.flush, 3).pipe(
            Effect.zipRight(Telemetry.withSpan(Telemetry.flush, "inner")),
            Telemetry.withSpan("outer")
          )
        )
        yield* sink.flush
        expect(yield* kindsIn(path)).toEqual(["span_start outer", "span_start inner", "span inner", "span outer"])
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.scoped("is written when the layer closes, also in a fan-out", () =>
      Effect.gen(function*() {
        for (const wrap of [false, true]) {
          const path = yield* tempPath
          const file = FileTelemetry.layer(path, { mode })
          const layer = wrap ? MultiTelemetry.layer([InMemoryTelemetry.layer(), file]) : file
          const outlives = yield* Scope.make()
          yield* Scope.extend(Telemetry.spanScoped("open"), outlives).pipe(
            Effect.zipRight(record("done")),
            Effect.provide(layer)
          )
          expect(yield* kindsIn(path)).toEqual(["span done", "span_start open"])
        }
      }).pipe(Effect.provide(NodeFileSystem.layer)))
  })
}

describe("a span that has ended", () => {
  it.scoped("is not written as open by a later flush", () =>
    Effect.gen(function*() {
      const path = yield* tempPath
      const sink = yield* openSink(path)
      yield* sink.run(record("done"))
      yield* sink.flush
      yield* sink.close
      expect(yield* kindsIn(path)).toEqual(["span done"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})
