/**
 * A recorded run becomes a test: it is replayed without network, cost or tools. A changed instruction is reported; a fork continues from a turn.
 *
 * npx tsx examples/27-cassette.ts
 */
import { NodeContext } from "@effect/platform-node"
import { Cause, Effect, Layer } from "effect"
import { FileTelemetry } from "loom-telemetry"
import { Agent, ScriptedModel, Supervisor } from "loom-telemetry/agent"
import { Cassette } from "loom-telemetry/evals"

const editorWith = (instructions: string) =>
  Supervisor.make({
    name: "editor",
    instructions,
    workers: { researcher: Agent.make({ name: "researcher", instructions: "Find facts." }) }
  })
const ask = (instructions = "Delegate, then sum up.") => editorWith(instructions).run("Owls")

const path = `/tmp/loom-cassette-${process.pid}.jsonl`
const params = { worker: "researcher", instructions: "Owls" }

const script = ScriptedModel.layer([
  { toolCalls: [{ id: "d1", name: "delegate", params }] },
  { text: "Owls turn their heads by 270 degrees." },
  { text: "Look behind you: the owl does." }
])
const recorder = FileTelemetry.layer(path).pipe(Layer.provideMerge(Cassette.recording))
const record = Effect.provide(ask(), Layer.provideMerge(script, recorder))

const program = Effect.gen(function*() {
  yield* record
  const played = yield* Effect.provide(ask(), Cassette.layer(path))
  console.log(`played: ${played.output}`)

  const changed = yield* Effect.sandbox(Effect.provide(ask("Delegate, then stop."), Cassette.layer(path))).pipe(
    Effect.flip
  )
  console.log(String(Cause.squash(changed)).replace(/span \w+/, "span …"))

  const forked = yield* Effect.provide(
    ask(),
    Cassette.fork(path, { atTurn: 1, model: ScriptedModel.layer([{ text: "Owls see what is behind them." }]) })
  )
  console.log(`forked: ${forked.output}`)
})

await Effect.runPromise(Effect.provide(program, NodeContext.layer))
