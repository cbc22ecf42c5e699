/**
 * A child program that runs an experiment of twelve cases, one after another, into a file, and prints each case when it starts. Its arguments are the
 * file and the number of cases that are answered; the next one never is.
 */
import { NodeContext } from "@effect/platform-node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { FileTelemetry } from "loom-telemetry"
import { Experiment } from "loom-telemetry/evals"
import { doubling } from "./doubling.js"

const [path = "", most = ""] = process.argv.slice(2)
const File = Layer.provide(FileTelemetry.layer(path, { mode: "write-through" }), NodeContext.layer)

const experiment = Experiment.run({
  ...doubling,
  task: (input: number) =>
    Effect.suspend(() => {
      process.stdout.write(`asked ${input}\n`)
      return input < Number(most) ? Effect.succeed(input * 2) : Effect.never
    })
})

// Something must keep the process alive while the task never ends.
setInterval(() => {}, 1000)
await Effect.runPromise(Effect.provide(experiment, File))
