/**
 * Learns facts about users from what agents remember.
 *
 * Wraps a `Memory`: after an episode is stored, a model call or your own function extracts facts from it. That happens in fibers of the layer's
 * scope: the layer waits for them when it closes, and interrupts them after `drain`. Extraction never fails `remember`. The trap: telemetry must
 * close later, so provide it outside of this layer, not next to it in one list, whose layers close concurrently.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Prompt from "@effect/ai/Prompt"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { elapsedMs } from "../records/instants.js"
import { shownError } from "../telemetry/lifecycle/foreignText.js"
import { warn } from "../telemetry/lifecycle/report.js"
import { Loom } from "../telemetry/Loom.js"
import { type Episode, Memory, type MemoryService } from "./Memory.js"
import { callModel } from "./model/callModel.js"
import { asRecorded } from "./model/ModelCallError.js"
import { withGiven } from "./run/ambientContext.js"
import { CurrentRun } from "./run/RunMeter.js"
import { Transcript } from "./run/transcript.js"

/** Options of the extraction. */
export interface AutoExtractOptions<E = never, R = never> {
  /** Returns the facts in an episode, one text each. Default: a model call. */
  readonly extract?: (episode: Episode) => Effect.Effect<ReadonlyArray<string>, E, R>
  /** Whether `remember` returns without waiting for the extraction. Default `true`. */
  readonly background?: boolean
  /** How long the layer waits for extractions in progress when it closes. Default 30 seconds. */
  readonly drain?: Duration.DurationInput
}

type Extract = (episode: Episode) => Effect.Effect<ReadonlyArray<string>, unknown>

const make = (
  memory: MemoryService,
  extract: Extract,
  { background, drain }: Pick<AutoExtractOptions, "background" | "drain">
): Effect.Effect<MemoryService, never, Scope.Scope> =>
  Effect.gen(function*() {
    const fibers = yield* FiberSet.make()
    // Added after the set, so it runs before the set interrupts its fibers.
    yield* Effect.addFinalizer(() =>
      FiberSet.awaitEmpty(fibers).pipe(
        Effect.interruptible,
        Effect.timeoutOption(drain ?? Duration.seconds(30))
      )
    )
    const learn = (episode: Episode) => extraction(memory, extract, episode)
    return {
      ...memory,
      remember: (episode) =>
        Effect.zipRight(
          memory.remember(episode),
          episode.userId === undefined
            ? Effect.void
            : background === false
            ? learn(episode)
            : Effect.asVoid(FiberSet.run(fibers, learn(episode)))
        )
    }
  })

/** One extraction: measured, and never failing. Its tokens do not count in the run, which is over. */
const extraction = (memory: MemoryService, extract: Extract, episode: Episode): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeNanos, (start) =>
    Effect.suspend(() => extract(episode)).pipe(
      Effect.flatMap((texts) => memory.learn(factsOf(texts, episode))),
      Effect.onExit((exit) => measured(start, exit)),
      Effect.catchAllCause((cause) =>
        Cause.isInterruptedOnly(cause)
          ? Effect.failCause(cause as Cause.Cause<never>)
          : Effect.sync(() => warn(failureText(episode, cause)))
      )
    )).pipe(Effect.provideService(CurrentRun, undefined))

// Only the error: the cause of a model's error quotes content.
const failureText = (episode: Episode, cause: Cause.Cause<unknown>): string =>
  `Extracting facts from run ${episode.runId} failed: ${shownError(asRecorded(Cause.squash(cause)))}`

// A sink that throws costs other sinks no measurement, and loses no facts; the telemetry itself reports such a sink.
const measured = (start: bigint, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeNanos, (end) => {
    const status = Exit.isSuccess(exit)
      ? "ok" as const
      : Cause.isInterruptedOnly(exit.cause)
      ? "interrupted" as const
      : "error" as const
    return Effect.ensuring(
      Loom.autoExtractDurationMs(elapsedMs(start, end), { status }),
      Loom.autoExtractInvocations(1, { status })
    )
  }).pipe(Effect.catchAllCause(() => Effect.void))

const factsOf = (texts: ReadonlyArray<string>, episode: Episode) =>
  texts.map((text) => ({ userId: episode.userId!, text, runId: episode.runId, at: episode.at }))

const instructions =
  "You read a conversation between a user and an assistant. Write down what it shows about the user that will still be " +
  "true in later conversations, one short sentence per line. Write nothing else. If there is nothing to note, write nothing."

/** Asks the model, in a measured call; every line of the answer is a fact. */
const askModel = (service: LanguageModel.Service): Extract => (episode) =>
  Effect.suspend(() => {
    const answer = new Transcript()
    return callModel({
      service,
      messages: [
        Prompt.makeMessage("system", { content: instructions }),
        ...Prompt.make(`User: ${episode.input}\nAssistant: ${episode.output}`).content
      ],
      tools: {},
      retries: 2,
      mayRetry: Effect.succeed(true),
      captureContent: "none",
      onPart: (part) => Effect.sync(() => answer.add(part))
    }).pipe(
      // After the run, no open span catches what a sink throws: it comes out of the call, after the whole answer.
      Effect.catchAllCause((cause) =>
        answer.isFinished && isDefect(cause) ? Effect.succeed(answer) : Effect.failCause(cause)
      ),
      Effect.map(({ text }) =>
        text.split("\n").map((line) => line.replace(/^[-*•]\s*/, "").trim()).filter((line) => line !== "")
      )
    )
  })

const isDefect = (cause: Cause.Cause<unknown>): boolean => !Cause.isFailure(cause) && !Cause.isInterrupted(cause)

/** Extraction of facts. */
export const AutoExtract: {
  /**
   * A `Memory` that learns, around another one. Episodes without a user are stored, and nothing is extracted.
   *
   * @example
   * const MemoryLive = AutoExtract.layer().pipe(Layer.provide(Memory.layerInMemory))
   */
  readonly layer: {
    <E, R>(
      options: AutoExtractOptions<E, R> & {
        readonly extract: (episode: Episode) => Effect.Effect<ReadonlyArray<string>, E, R>
      }
    ): Layer.Layer<Memory, never, Memory | R>
    (options?: AutoExtractOptions): Layer.Layer<Memory, never, Memory | LanguageModel.LanguageModel>
  }
} = {
  layer: <E, R>(options: AutoExtractOptions<E, R> = {}) =>
    Layer.scoped(
      Memory,
      Effect.gen(function*() {
        const memory = yield* Memory
        const { extract } = options
        if (extract === undefined) {
          return yield* make(memory, askModel(yield* LanguageModel.LanguageModel), options)
        }
        const context = yield* Effect.context<R>()
        return yield* make(memory, (episode) => withGiven(context)(extract(episode)), options)
      })
    )
}
