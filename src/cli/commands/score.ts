/**
 * `score`: appends a score to a file, even while others write to it.
 *
 * The file sink writes it: with O_APPEND, on a line of its own, never through a symbolic link. The scored trace need not be in that file.
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { invalidScore, invalidTarget, scoreSources } from "../../records/ScoreRecord.js"
import { FileTelemetry } from "../../sinks/FileTelemetry.js"
import type { TelemetryOpenError } from "../../telemetry/errors.js"
import { Telemetry } from "../../telemetry/Telemetry.js"
import { command } from "../command.js"
import { IoError, UsageError } from "../Failure.js"
import { appendable } from "../input/appendable.js"
import { choice, number, text, type Values } from "../options.js"
import { jsonLine } from "../output/document.js"
import { Output } from "../output/Output.js"

const options = {
  trace: { type: text("ID"), required: true, description: "The trace id, all 32 digits" },
  span: { type: text("ID"), description: "The span id, all 16 digits; by default the score is for the whole trace" },
  name: { type: text("NAME"), required: true, description: "The name of the score, such as correctness" },
  value: { type: number, description: "The score as a number" },
  label: { type: text("LABEL"), description: "The score as a word, such as pass" },
  explanation: { type: text("TEXT"), description: "The reason for the score" },
  source: { type: choice(...scoreSources), default: "human", description: "Who gave the score" }
} as const

type Given = Values<typeof options>

const targetOf = ({ span, trace }: Given) => ({ traceId: trace, spanId: span })

/** What is wrong with the options. */
const flawOf = (given: Given): string | undefined => {
  if (given.value === undefined && given.label === undefined) {
    return "missing option --value N or --label LABEL"
  }
  const flaw = invalidTarget(targetOf(given))
  return invalidScore(given.name, given) ??
    (flaw === undefined ? undefined : `${flaw}; \`loom-telemetry find --json FILE\` prints whole ids`)
}

// The file sink does not need `FileSystem` here, because it calls Node's functions directly.
const fileLayer = (path: string) =>
  FileTelemetry.layer(path, { mode: "write-through" }) as Layer.Layer<
    Telemetry | FileTelemetry,
    TelemetryOpenError
  >

/** Sends the sink's warnings where commands log theirs, because standard output is for the result. */
const warnings = ({ log }: Output["Type"]) =>
  Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ message }) => Effect.runSync(log(Array.isArray(message) ? message.join(" ") : String(message))))
  )

const write = (path: string, given: Given): Effect.Effect<void, IoError, Telemetry | FileTelemetry> =>
  Effect.gen(function*() {
    const { explanation, label, name, source, value } = given
    yield* Telemetry.scoreOf(targetOf(given), name, { value, label, explanation, source })
    yield* Telemetry.flush
    const { lastError, written } = yield* (yield* FileTelemetry).stats
    if (written === 0) {
      yield* Effect.fail(new IoError({ message: `cannot write ${path}: ${lastError ?? "reason unknown"}` }))
    }
  })

const append = (path: string, given: Given): Effect.Effect<void, IoError, Output> =>
  Effect.flatMap(Output, (output) =>
    write(path, given).pipe(
      Effect.provide(fileLayer(path)),
      Effect.provide(warnings(output)),
      Effect.catchTag("TelemetryOpenError", ({ message }) => Effect.fail(new IoError({ message })))
    ))

export const score = command({
  name: "score",
  summary: "Add a score to a file, even while others write to it",
  details:
    "Appends one line, and creates the file if it does not exist. The scored trace may be in another file. Give a value, a " +
    "label or both.",
  arguments: [{ name: "FILE", description: "The file to append to" }],
  options,
  examples: [
    "score --trace 0af7651916cd43dd8448eb211c80319c --name correctness --value 0.5 traces.jsonl",
    "score --trace 0af7651916cd43dd8448eb211c80319c --span b7ad6b7169203331 --name tone --label rude traces.jsonl"
  ],
  run: (given) =>
    Effect.gen(function*() {
      const [path] = given.files
      const flaw = path === undefined || path === "-" ? "name the file to append to" : flawOf(given)
      if (flaw !== undefined) {
        return yield* Effect.fail(new UsageError({ message: flaw }))
      }
      yield* appendable(path!)
      yield* append(path!, given)
      const output = yield* Output
      const { explanation = null, label = null, name, source, span = null, trace, value = null } = given
      const written = { name, value, label, explanation, source, trace_id: trace, span_id: span }
      yield* given.json ? output.write(jsonLine(written)) : Effect.void
    })
})
