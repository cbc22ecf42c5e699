/**
 * What agents remember of their runs, and know about their users.
 *
 * If a `Memory` is provided, each run stores its episode when it is done. None of this becomes telemetry.
 */
import type * as Prompt from "@effect/ai/Prompt"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { RunResult } from "./AgentEvent.js"

/** A finished run. */
export interface Episode {
  /** `run_` and a ULID, as on its `loom.run` span. */
  readonly runId: string
  /** The `session_id` of its spans. */
  readonly sessionId: string
  /** Whose run it was, if given. */
  readonly userId: string | undefined
  /** The name of the agent. */
  readonly agent: string
  /** The prompt, as text. */
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
    typeof message.content === "string"
      ? [message.content]
      : message.content.flatMap((part) => part.type === "text" ? [part.text] : [])
  ).join("\n")

/** Stores a finished run, if a memory is provided. */
export const rememberRun = (run: {
  readonly agent: string
  readonly userId: string | undefined
  readonly asked: ReadonlyArray<Prompt.Message>
  readonly result: RunResult
}): Effect.Effect<void> =>
  Effect.flatMap(
    Effect.serviceOption(Memory),
    (memory) =>
      Option.isNone(memory) ? Effect.void : Effect.flatMap(Clock.currentTimeMillis, (now) =>
        memory.value.remember({
          runId: run.result.runId,
          sessionId: run.result.sessionId,
          userId: run.userId,
          agent: run.agent,
          input: textOf(run.asked),
          output: run.result.output,
          messages: run.result.messages,
          at: new Date(now)
        }))
  )
