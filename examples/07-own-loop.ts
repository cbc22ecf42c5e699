/**
 * Instrument your own agent loop with typed spans and metrics.
 *
 * npx tsx examples/07-own-loop.ts
 */
import { Effect, Stream } from "effect"
import { ConsoleTelemetry, Loom, Telemetry } from "loom-telemetry"

/** A model that streams its answer. The span is open until the stream ends, and everything inside is its child. */
const askModel = (turn: number) =>
  Stream.fromIterable(["The ", "sum ", "is ", "5."]).pipe(
    Stream.onEnd(Loom.modelStream.annotate({ tokens_in: 30 + turn, tokens_out: 4, finish_reason: "stop" })),
    Loom.modelStream.stream({ model: "my-model", provider: "my-provider", streaming: true })
  )

/** `ok`, `duration_ms` and `error` are set when the tool ends. */
const callTool = Effect.fail("no such city").pipe(
  Loom.tool({ tool: "weather", call_id: "c1" }),
  Effect.ignore
)

const turn = (index: number) =>
  Effect.gen(function*() {
    yield* Stream.runDrain(askModel(index))
    yield* Loom.tokensInput(30 + index, { model: "my-model" })
    if (index === 0) {
      yield* callTool
    }
  }).pipe(Loom.turn({ turn: index }))

const run = Effect.gen(function*() {
  yield* Effect.forEach([0, 1], turn)
  yield* Loom.run.annotate({ turns: 2, tokens_in: 61, tokens_out: 8 })
}).pipe(
  Loom.run({ agent: "weather", architecture: "my-loop" }),
  // Any other span works too.
  Telemetry.withSpan("request", { path: "/ask" })
)

const Console = ConsoleTelemetry.layer({ stream: process.stdout, order: "tree" })

await Effect.runPromise(run.pipe(Effect.provide(Console)))
