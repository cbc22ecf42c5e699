/**
 * What agents remember of their runs, and know about their users.
 *
 * If a `Memory` is provided, each run stores its episode when it is done. None of this becomes telemetry.
 */
import type * as Prompt from "@effect/ai/Prompt"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { shownError } from "../telemetry/lifecycle/foreignText.js"
import { Loom } from "../telemetry/Loom.js"
import { warn } from "../telemetry/report.js"
import type { RunResult } from "./AgentEvent.js"
import { asRecorded } from "./model/ModelCallError.js"
import { exitOf } from "./run/ownFiber.js"
import { divergenceIn } from "./tape/CassetteDivergence.js"

/** A finished run. */
export interface Episode {
  /** `run_` and a ULID, as on its `loom.run` span. */
  readonly runId: string
  /** The `session_id` of its spans. */
  readonly sessionId: string
  /** The run's user, if given. */
  readonly userId: string | undefined
  /** The name of the agent. */
  readonly agent: string
  /** The run that it was part of: a supervisor's, or the run whose tool ran the agent. Absent if there was none. */
  readonly parentRunId?: string | undefined
  /** The user messages of the prompt, as text. With a `parentRunId` an agent wrote them, otherwise the user did. */
  readonly input: string
  /** The answer. */
  readonly output: string
  /** The whole conversation. */
  readonly messages: ReadonlyArray<Prompt.Message>
  /** When it ended, by the Clock. */
  readonly at: Date
}

/** Something known about a user. */
export interface Fact {
  /** The user it is about. */
  readonly userId: string
  /** The fact, as a sentence. */
  readonly text: string
  /** The run that it was learned from. */
  readonly runId: string
  /** When that run ended, by the Clock. */
  readonly at: Date
}

/** A memory. */
export interface MemoryService {
  /** Stores an episode. */
  readonly remember: (episode: Episode) => Effect.Effect<void>
  /** Stores facts; a fact that is already stored for its user is ignored. */
  readonly learn: (facts: ReadonlyArray<Fact>) => Effect.Effect<void>
  /** The facts about a user, oldest first. */
  readonly facts: (userId: string) => Effect.Effect<ReadonlyArray<Fact>>
}

const makeInMemory = (): MemoryService => {
  const episodes: Array<Episode> = []
  const byUser = new Map<string, Array<Fact>>()
  const learnOne = (fact: Fact): void => {
    const known = byUser.get(fact.userId) ?? []
    byUser.set(fact.userId, known)
    if (!known.some(({ text }) => text === fact.text)) {
      known.push(fact)
    }
  }
  return {
    remember: (episode) =>
      Effect.sync(() => {
        episodes.push(episode)
        if (episodes.length > episodeCapacity) {
          episodes.shift()
        }
      }),
    learn: (facts) => Effect.sync(() => facts.forEach(learnOne)),
    facts: (userId) => Effect.sync(() => [...(byUser.get(userId) ?? [])])
  }
}

/** Episodes that `layerInMemory` keeps; the oldest is dropped first. */
const episodeCapacity = 1000

/** The memory of agents. */
export class Memory extends Context.Tag("loom-telemetry/agent/Memory")<Memory, MemoryService>() {
  /** Keeps everything in memory, as long as the layer lives. */
  static readonly layerInMemory: Layer.Layer<Memory> = Layer.sync(Memory, makeInMemory)
}

const textOf = (messages: ReadonlyArray<Prompt.Message>): string =>
  messages.flatMap((message) =>
    message.role === "user" ? message.content.flatMap((part) => part.type === "text" ? [part.text] : []) : []
  ).join("\n")

/** What is known of a finished run. */
interface FinishedRun {
  readonly agent: string
  readonly userId: string | undefined
  /** The parent run. */
  readonly parentRunId: string | undefined
  readonly asked: ReadonlyArray<Prompt.Message>
  readonly result: RunResult
}

/** Stores a finished run, if a memory is provided. If the memory fails, the run does not: the failure is logged and noted on the run's span. */
export const rememberRun = (run: FinishedRun): Effect.Effect<void> =>
  Effect.flatMap(Effect.serviceOption(Memory), (memory) =>
    Option.isNone(memory)
      ? Effect.void
      : exitOf(Effect.flatMap(Clock.currentTimeMillis, (now) => memory.value.remember(episodeOf(run, now)))).pipe(
        Effect.flatMap((exit) =>
          Exit.isSuccess(exit) ? Effect.void : divergenceIn(exit.cause) ?? reportLost(run.result, exit.cause)
        )
      ))

const episodeOf = (run: FinishedRun, now: number): Episode => ({
  runId: run.result.runId,
  sessionId: run.result.sessionId,
  userId: run.userId,
  agent: run.agent,
  parentRunId: run.parentRunId,
  input: textOf(run.asked),
  output: run.result.output,
  messages: run.result.messages,
  at: new Date(now)
})

const reportLost = ({ runId }: RunResult, cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  Effect.suspend(() => {
    const error = shownError(asRecorded(Cause.squash(cause)))
    warn(`Remembering run ${runId} failed: ${error}`)
    return Loom.run.annotate({ memory_error: error })
  })
