/**
 * Writes the file behind the picture in README.md, for `loom-telemetry view`: a supervisor, two parallel workers, a failing tool, an
 * interrupted run. Under a test clock, the minutes pass instantly. The argument is the path of the file.
 *
 * npx tsx examples/18-page.ts
 */
import { NodeFileSystem } from "@effect/platform-node"
import { Effect, Fiber, Layer, TestClock, TestContext } from "effect"
import { FileTelemetry } from "loom-telemetry"
import { tmpdir } from "node:os"
import { release } from "./incident.js"

const path = process.argv[2] ?? `${tmpdir()}/loom-telemetry-page.jsonl`

const program = Effect.gen(function*() {
  yield* TestClock.setTime(Date.parse("2026-01-20T16:04:11Z"))
  const fiber = yield* Effect.fork(release)
  yield* TestClock.adjust("5 minutes")
  const { costUsd, output, tokensIn } = yield* Fiber.join(fiber)
  console.log(`${output} ${tokensIn} tokens in, $${costUsd?.toFixed(3)}.`)
  console.log(`npx loom-telemetry view --open ${path}`)
}).pipe(Effect.provide(TestContext.TestContext))

const FileLive = Layer.provide(FileTelemetry.layer(path), NodeFileSystem.layer)

await Effect.runPromise(Effect.provide(program, FileLive))
