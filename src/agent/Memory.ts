/**
 * What agents remember of their runs, and what is known of their users.
 *
 * Where it is provided, a run remembers its episode when it is done. Nothing of it becomes telemetry.
 */
import type * as Prompt from "@effect/ai/Prompt"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { RunResult } from "./AgentEvent.js"

/** A run that is over. */
export interface Episode {
  /** `run_` and a ULID, as on its `loom.run` span. */
  readonly runId: string
  /** As on its spans. */
  readonly sessionId: string
  /** Whose run it was; `undefined` where nobody was named. */
  readonly userId: string | undefined
  /** The name of the agent. */
  readonly agent: string
  /** What was asked, as text. */
  readonly input: string
  /** What was answered. */
  readonly output: string
  /** The whole conversation. */
  readonly messages: ReadonlyArray<Prompt.Message>
  /** When it was over, by the Clock. */
  readonly at: Date
}

/** Something that is known of a user. */
export interface Fact {
  /** Whom it is about. */
  readonly userId: string
  /** What is known, as a sentence. */
  readonly text: string
  /** The run that it was learnt from. */
  readonly runId: string
  /** When it was learnt, by the Clock. */
  readonly at: Date
}

/** A memory. */
export interface MemoryService {
  /** Keeps an episode. */
  readonly remember: (episode: Episode) => Effect.Effect<void>
  /** Keeps facts; a fact that the user already has is kept once. */
  readonly learn: (facts: ReadonlyArray<Fact>) => Effect.Effect<void>
  /** What is known of a user, oldest first. */
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

/** Episodes that the in-memory memory keeps; the oldest goes first. */
const episodeCapacity = 1000

/** The memory of agents. */
export class Memory extends Context.Tag("loom-telemetry/agent/Memory")<Memory, MemoryService>() {
  /** A memory that lasts as long as the layer. */
  static readonly layerInMemory: Layer.Layer<Memory> = Layer.sync(Memory, makeInMemory)
}

const textOf = (messages: ReadonlyArray<Prompt.Message>): string =>
  messages.flatMap((message) =>
    typeof message.content === "string"
      ? [message.content]
      : message.content.flatMap((part) => part.type === "text" ? [part.text] : [])
  ).join("\n")

/** Remembers a run, where there is a memory. */
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
