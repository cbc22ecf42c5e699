/**
 * Redact secrets before every sink: by key, by format, in URLs and in errors. Users get pseudonyms.
 *
 * npx tsx examples/14-redaction.ts
 */
import { Effect, Layer } from "effect"
import { ConsoleTelemetry, Redaction, RunContext, Telemetry } from "loom-telemetry"

const request = Effect.gen(function*() {
  yield* Telemetry.annotate({ url: "https://me:hunter2@api.test/v1/orders?customer=42&code=s3cret", status: 401 })
  return yield* Effect.fail("refused: Authorization: Bearer abc.def.ghi")
}).pipe(Telemetry.withSpan("request", { headers: { "x-api-key": "hunter2", accept: "*/*" }, tokens_in: 12 }))

/** The built-in rules always apply. This adds a custom key, a custom format, and pseudonyms instead of user ids. */
const redaction = Redaction.make({
  keys: ["iban"],
  values: [/\bORD-\d+\b/],
  hashUserId: "a key from the configuration"
})

const program = request.pipe(
  Effect.ignore,
  Telemetry.withSpan("checkout", {
    iban: "CH93 0076 2011 6238 5295 7",
    note: "ORD-1234 with key sk-proj-Ab12Cd34Ef56"
  }),
  RunContext.with({ userId: "alice" })
)

// Provided to the sink's layer. Around `MultiTelemetry` it applies to all of its sinks.
const Console = ConsoleTelemetry.layer({ stream: process.stdout, order: "tree", color: false }).pipe(
  Layer.provide(Layer.succeed(Redaction, redaction))
)

await Effect.runPromise(program.pipe(Effect.provide(Console)))
