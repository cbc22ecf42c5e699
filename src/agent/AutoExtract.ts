/**
 * Learns facts about users from what agents remember.
 *
 * It wraps a `Memory`: after an episode is remembered, facts are extracted by a model call, or by a function of one's own. That happens in
 * fibers that the layer's scope owns: waited for when the layer closes, interrupted when `drain` is over. It never fails `remember`. The trap:
 * telemetry has to close later, so it is provided outside of this layer and not beside it in one list, whose layers close side by side.
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

/** Options of an extraction. */
export interface AutoExtractOptions<E = never, R = never> {
  /** Gives the facts of an episode, one text each. Default: a model call that is asked for them. */
  readonly extract?: (episode: Episode) => Effect.Effect<ReadonlyArray<string>, E, R>
  /** Whether `remember` returns without waiting for the extraction. Default `true`. */
  readonly background?: boolean
  /** How long the layer waits, when it closes, for extractions that are under way. Default 30 seconds. */
  readonly drain?: Duration.DurationInput
}

type Extract = (episode: Episode) => Effect.Effect<ReadonlyArray<string>, unknown>

const make = (
  memory: MemoryService,
  extract: Extract,
  options: AutoExtractOptions<unknown, never>
): Effect.Effect<MemoryService, never, Scope.Scope> =>
  Effect.gen(function*() {
    const fibers = yield* FiberSet.make()
    // Added after the set, so run before the set interrupts what is in it.
    yield* Effect.addFinalizer(() =>
      FiberSet.awaitEmpty(fibers).pipe(
        Effect.interruptible,
        Effect.timeoutOption(options.drain ?? Duration.seconds(30))
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
            : options.background === false
            ? learn(episode)
            : Effect.asVoid(FiberSet.run(fibers, learn(episode)))
        )
    }
  })

/** One extraction: measured, and never failing. Its tokens are not the run's: the run is over. */
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

// The error alone: behind a model's error stands what was said.
const failureText = (episode: Episode, cause: Cause.Cause<unknown>): string =>
  `Facts could not be extracted from the run ${episode.runId}: ${shownError(asRecorded(Cause.squash(cause)))}`

// A sink that throws keeps no other from the second measurement, and costs no fact: who reports such a sink is the telemetry itself.
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
  "true in later conversations, one short sentence a line. Write nothing else; where there is nothing, write nothing."

/** Asks the model, measured like any other call; every line of the answer is a fact. */
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
      // Where the run is over no span is open that would take what a sink threw: it comes out of the call, after the whole answer.
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
   * A `Memory` on top of the one below it, that learns. Episodes of no user are remembered and nothing more.
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
          const service = yield* LanguageModel.LanguageModel
          return yield* make(memory, askModel(service), { ...options, extract: undefined as never })
        }
        const context = yield* Effect.context<R>()
        return yield* make(
          memory,
          (episode) => withGiven(context)(extract(episode)),
          { ...options, extract: undefined as never }
        )
      })
    )
}
