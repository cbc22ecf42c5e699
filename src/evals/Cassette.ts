/**
 * Cassettes: replay a recorded run with the same code, without a network and at no cost.
 *
 * Record with `Cassette.recording`, play with `Cassette.layer`, continue from a turn with `Cassette.fork`. A recording holds all content; redaction
 * still applies, and a redacted span cannot be played. Tools do not run during playback: their recorded results are returned.
 *
 * The trap: a layer plays once. Provide it anew for each run.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Recording } from "../agent/tape/Recording.js"
import { tapedModel, tapedOrLive } from "../agent/tape/tapedModel.js"
import { CurrentTape, type Fork, Tape, TapePlace } from "../agent/tape/TapePlace.js"
import * as TraceFile from "../readers/TraceFile.js"
import { TelemetryLimits } from "../telemetry/TelemetryLimits.js"
import { type CassetteError, tapeOf } from "./tapeFile.js"

export { CassetteDivergence } from "../agent/tape/CassetteDivergence.js"
export { CassetteError } from "./tapeFile.js"

/** A file written by the file sink: its path, or its bytes. */
export type CassetteFile<E = never, R = never> = string | Stream.Stream<Uint8Array, E, R>

type FileError<F> = F extends string ? PlatformError : F extends Stream.Stream<infer _A, infer E, infer _R> ? E : never
type FileNeeds<F> = F extends string ? FileSystem.FileSystem
  : F extends Stream.Stream<infer _A, infer _E, infer R> ? R
  : never

/** What to play, and how. */
export interface LayerOptions {
  /** The id of the trace. Default: all traces of the file, in order. */
  readonly trace?: string | undefined
  /** Whether each request must equal the recorded one. Default `true`. */
  readonly strict?: boolean | undefined
}

/** What to play, and how to continue. */
export interface ForkOptions<E, R> extends Pick<LayerOptions, "trace"> {
  /**
   * Whether each request before `atTurn` must equal the recorded one. Default `true`. Turn it off to continue with other instructions or tools: turns
   * before `atTurn` get the recorded answers, and the model then receives the new instructions and tools.
   */
  readonly strict?: boolean | undefined
  /** The first turn of the outermost run that is not played, from 0. For a loop without turns, the number of the model call. */
  readonly atTurn: number
  /** The model from then on. */
  readonly model: Layer.Layer<LanguageModel.LanguageModel, E, R>
}

/** The services that a cassette provides to a program. */
export type Played = LanguageModel.LanguageModel | CurrentTape | Recording

const unlimited = Number.MAX_SAFE_INTEGER

/**
 * Records runs for a cassette: content is captured whatever `captureContent` says, and no limit truncates it. Provide it to both the sink and the
 * program.
 *
 * @example
 * const Live = FileTelemetry.layer("run.jsonl").pipe(Layer.provideMerge(Cassette.recording))
 */
export const recording: Layer.Layer<TelemetryLimits | Recording> = Layer.merge(
  Layer.succeed(Recording, true),
  Layer.succeed(TelemetryLimits, {
    ...TelemetryLimits.default,
    attributes: unlimited,
    valueLength: unlimited,
    depth: 512,
    items: unlimited,
    events: unlimited
  })
)

const bytesOf = (file: CassetteFile<unknown, unknown>): Stream.Stream<Uint8Array, unknown, unknown> =>
  typeof file === "string" ? Stream.unwrap(Effect.map(FileSystem.FileSystem, (fs) => fs.stream(file))) : file

interface Opened {
  readonly tape: Tape
  readonly context: Context.Context<CurrentTape | Recording>
}

const opened = (
  file: CassetteFile<unknown, unknown>,
  { strict = true, trace }: LayerOptions,
  fork: Fork | undefined
): Effect.Effect<Opened, unknown, unknown> =>
  Effect.gen(function*() {
    const roots = yield* tapeOf(yield* TraceFile.tree(bytesOf(file)), { trace, strict, atTurn: fork?.atTurn })
    const tape = new Tape(roots, strict, fork)
    const place = new TapePlace(tape, undefined, undefined, roots, undefined, yield* Clock.currentTimeMillis)
    return { tape, context: Context.make(CurrentTape, place).pipe(Context.add(Recording, true)) }
  })

const namedModel = ({ roots }: Tape): string | undefined => {
  const model = roots.find(({ role }) => role === "run")?.attributes["model"]
  return typeof model === "string" ? model : undefined
}

/**
 * Provides a `LanguageModel` that answers as recorded. Tools of agents and of instrumented toolkits return their recorded results. Model calls must be
 * measured, by an agent or by `instrumentLanguageModel`. Fails with a `CassetteError` that names each span that cannot be played.
 *
 * In strict mode, the first request that differs ends the run with a `CassetteDivergence`, as a defect.
 *
 * @example
 * const replayed = agent.run("What is 2 + 3?").pipe(Effect.provide(Cassette.layer(fs.stream("run.jsonl"))))
 */
export const layer = <F extends CassetteFile<unknown, unknown>>(
  file: F,
  options: LayerOptions = {}
): Layer.Layer<Played, CassetteError | FileError<F>, FileNeeds<F>> =>
  Layer.effectContext(
    Effect.flatMap(opened(file, options, undefined), ({ context, tape }) =>
      Effect.map(
        tapedModel(namedModel(tape)),
        (model) => Context.add(context, LanguageModel.LanguageModel, model)
      ))
  ) as Layer.Layer<Played, CassetteError | FileError<F>, FileNeeds<F>>

/**
 * Plays the turns before `atTurn`, then continues with `model` and the real tools. The run is linked to the recorded one. Throws a `RangeError` if
 * `atTurn` is invalid, and fails with a `CassetteError` if the recorded run has fewer turns.
 *
 * @example
 * const forked = supervisor.run(prompt).pipe(Effect.provide(Cassette.fork(fs.stream("run.jsonl"), { atTurn: 2, model: OtherModel })))
 */
export const fork = <F extends CassetteFile<unknown, unknown>, E, R>(
  file: F,
  { atTurn, model, strict, trace }: ForkOptions<E, R>
): Layer.Layer<Played, CassetteError | FileError<F> | E, FileNeeds<F> | R> => {
  if (!(Number.isInteger(atTurn) && atTurn >= 0)) {
    throw new RangeError(`Cassette.fork: atTurn must be a whole number of at least 0, but is ${atTurn}`)
  }
  return Layer.effectContext(
    Effect.flatMap(opened(file, { trace, strict }, { atTurn }), ({ context }) =>
      Effect.map(
        Effect.flatMap(LanguageModel.LanguageModel, tapedOrLive),
        (service) => Context.add(context, LanguageModel.LanguageModel, service)
      ))
  ).pipe(Layer.provide(model)) as Layer.Layer<Played, CassetteError | FileError<F> | E, FileNeeds<F> | R>
}
