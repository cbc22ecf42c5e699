import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import { RunContext, Telemetry } from "loom-telemetry"
import { describe, expect, it } from "tstyche"
import { accepts } from "./accepts.js"

class Failure {
  readonly _tag = "Failure"
}

class Database extends Effect.Service<Database>()("Database", { succeed: { rows: 1 } }) {}

declare const effect: Effect.Effect<number, Failure, Database>
declare const stream: Stream.Stream<string, Failure, Database>

describe("combinators do not change the type of what they wrap:", () => {
  it("withSpan, data last and data first", () => {
    expect(effect.pipe(Telemetry.withSpan("body"))).type.toBe<Effect.Effect<number, Failure, Database>>()
    expect(effect.pipe(Telemetry.withSpan("body", { turn: 0 }))).type.toBe<Effect.Effect<number, Failure, Database>>()
    expect(Telemetry.withSpan(effect, "body", () => ({ turn: 0 }))).type.toBe<
      Effect.Effect<number, Failure, Database>
    >()
  })

  it("withSpanStream, data last and data first", () => {
    expect(stream.pipe(Telemetry.withSpanStream("stream"))).type.toBe<Stream.Stream<string, Failure, Database>>()
    expect(Telemetry.withSpanStream(stream, "stream", { a: 1 })).type.toBe<Stream.Stream<string, Failure, Database>>()
  })

  it("RunContext.with; and reading RunContext requires nothing", () => {
    expect(effect.pipe(RunContext.with({ userId: "alice" }))).type.toBe<Effect.Effect<number, Failure, Database>>()
    expect(Effect.map(RunContext, (run) => run.userId)).type.toBe<Effect.Effect<string | undefined>>()
  })

  it("the operations of the service", () => {
    const program = Effect.gen(function*() {
      const telemetry = yield* Telemetry
      return yield* telemetry.withSpan("body")(effect)
    })
    expect(program).type.toBe<Effect.Effect<number, Failure, Database | Telemetry>>()
  })
})

describe("operations", () => {
  it("require nothing and cannot fail: measurements, annotations and flush", () => {
    expect(Telemetry.emitMetric("calls", 1)).type.toBe<Effect.Effect<void>>()
    expect(Telemetry.annotate({ tokens_in: 12 })).type.toBe<Effect.Effect<void>>()
    expect(Telemetry.flush).type.toBe<Effect.Effect<void>>()
  })

  it("require only a scope for a scoped span", () => {
    expect(Telemetry.spanScoped("resource")).type.toBe<Effect.Effect<Tracer.Span, never, Scope.Scope>>()
  })
})

describe("arguments", () => {
  it("have these types: a name is a string, a value a number, and attributes are a record or a function that returns one", () => {
    expect(accepts(Telemetry.emitMetric)).type.toBeCallableWith("calls", 1, { model: "m" })
    expect(accepts(Telemetry.emitMetric)).type.not.toBeCallableWith("calls", "1")
    expect(accepts(Telemetry.emitMetric)).type.not.toBeCallableWith(1, 1)
    expect(accepts(Telemetry.annotate)).type.toBeCallableWith({ tokens_in: 1 })
    expect(accepts(Telemetry.annotate)).type.not.toBeCallableWith("tokens_in")
    expect(accepts(Telemetry.spanScoped)).type.not.toBeCallableWith()
    expect(accepts(Telemetry.spanScoped)).type.toBeCallableWith("resource", { any: new Map(), other: undefined })
    expect(accepts(Telemetry.spanScoped)).type.toBeCallableWith("resource", () => ({ late: 1n }))
    expect(accepts(Telemetry.spanScoped)).type.not.toBeCallableWith("resource", () => 1)
  })
})
