/**
 * Learns facts about users from what agents remember.
 *
 * Wraps a `Memory`: after an episode is stored, a model call or your own function extracts facts from it. That happens in fibers of the layer's
 * scope: the layer waits for them when it closes, and interrupts them after `drain`. Extraction never fails `remember`. Episodes without a user,
 * and those of runs started by another agent, are only stored. The trap: telemetry must close after this layer, so provide it outside, not next to
 * it in one list, whose layers close concurrently.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Prompt from "@effect/ai/Prompt"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { elapsedMs } from "../records/instants.js"
import { shownError } from "../telemetry/lifecycle/foreignText.js"
import { Loom } from "../telemetry/Loom.js"
import { warn } from "../telemetry/report.js"
import { type ExtractionBounds, makeBackground, type Submit } from "./extractions.js"
import { type Episode, Memory, type MemoryService } from "./Memory.js"
import { callModel } from "./model/callModel.js"
import { asRecorded } from "./model/ModelCallError.js"
import { refuseExtractFaults } from "./optionFaults.js"
import { withGiven } from "./run/ambientContext.js"
import { exitOf } from "./run/ownFiber.js"
import { CurrentRun } from "./run/RunMeter.js"
import { CurrentPlace, outside } from "./run/RunPlace.js"
import { Transcript } from "./run/transcript.js"
import { divergenceIn } from "./tape/CassetteDivergence.js"

/** Options of the extraction. */
export interface AutoExtractOptions<E = never, R = never> extends ExtractionBounds {
  /** Returns the facts in an episode, one string each. Default: a model call. */
  readonly extract?: (episode: Episode) => Effect.Effect<ReadonlyArray<string>, E, R>
  /** Whether `remember` returns without waiting for the extraction. Default `true`. */
  readonly background?: boolean
}

type Extract = (episode: Episode) => Effect.Effect<ReadonlyArray<string>, unknown>

const make = (
  memory: MemoryService,
  extract: Extract,
  options: Pick<AutoExtractOptions, "background"> & ExtractionBounds
): Effect.Effect<MemoryService, never, Scope.Scope> =>
  Effect.map(
    options.background === false ? Effect.succeed<Submit>(identity) : makeBackground(options),
    (submit): MemoryService => ({
      ...memory,
      remember: (episode) =>
        Effect.zipRight(
          memory.remember(episode),
          hasUsersWords(episode) ? submit(extraction(memory, extract, episode)) : Effect.void
        )
    })
  )

// What one agent asks another says nothing about the user.
const hasUsersWords = ({ parentRunId, userId }: Episode): boolean => userId !== undefined && parentRunId === undefined

/** One extraction, measured. It only fails if a cassette diverges. Its tokens do not count toward the run, which is over. */
const extraction = (memory: MemoryService, extract: Extract, episode: Episode): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeNanos, (start) =>
    exitOf(Effect.flatMap(
      Effect.suspend(() => extract(episode)),
      (texts) => memory.learn(factsOf(texts, episode))
    )).pipe(
      Effect.onInterrupt(() => measured(start, "interrupted")),
      Effect.tap((exit) => measured(start, Exit.isSuccess(exit) ? "ok" : "error")),
      Effect.flatMap((exit) =>
        Exit.isSuccess(exit)
          ? Effect.void
          : divergenceIn(exit.cause) ?? Effect.sync(() => warn(failureText(episode, exit.cause)))
      )
    )).pipe(
      Effect.provideService(CurrentRun, undefined),
      Effect.provideService(CurrentPlace, outside)
    )

// Only the error: the cause of a model's error quotes content.
const failureText = (episode: Episode, cause: Cause.Cause<unknown>): string =>
  `Extracting facts from run ${episode.runId} failed: ${shownError(asRecorded(Cause.squash(cause)))}`

// A sink that throws must not cost other sinks their measurements, or lose facts. The telemetry itself reports such a sink.
const measured = (start: bigint, status: "ok" | "error" | "interrupted"): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeNanos, (end) =>
    Effect.ensuring(
      Loom.autoExtractDurationMs(elapsedMs(start, end), { status }),
      Loom.autoExtractInvocations(1, { status })
    )).pipe(Effect.catchAllCause(() => Effect.void))

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
      streaming: true,
      mayRetry: Effect.succeed(true),
      captureContent: "none",
      onPart: (part) => Effect.sync(() => answer.add(part))
    }).pipe(
      // After the run, no open span catches a sink's exception: it surfaces from the call, after the whole answer.
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
   * Wraps a `Memory` in one that learns. Throws a `RangeError` naming the option if a bound is invalid, for example `NaN`.
   *
   * @example
   * const MemoryLive = AutoExtract.layer().pipe(Layer.provide(Memory.layerInMemory))
   */
  readonly layer: {
    /** Wraps a `Memory` in one that learns with your own `extract`. */
    <E, R>(
      options: AutoExtractOptions<E, R> & {
        readonly extract: (episode: Episode) => Effect.Effect<ReadonlyArray<string>, E, R>
      }
    ): Layer.Layer<Memory, never, Memory | R>
    /** Wraps a `Memory` in one that learns by asking the `LanguageModel`. */
    (options?: AutoExtractOptions): Layer.Layer<Memory, never, Memory | LanguageModel.LanguageModel>
  }
} = {
  layer: <E, R>(options: AutoExtractOptions<E, R> = {}) => {
    refuseExtractFaults("AutoExtract.layer", options)
    return Layer.scoped(
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
}
