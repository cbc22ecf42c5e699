/**
 * Runs one agent in every way that a run can be started: by itself, streamed, as a worker of a supervisor, and as a step of a workflow. Tests of the
 * loop have to pass in each of them, and under `TestClock`.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Prompt from "@effect/ai/Prompt"
import type * as Response from "@effect/ai/Response"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { AgentError, AgentShape, RunResult } from "loom-telemetry/agent"
import { type AgentEvent, type Memory, Supervisor, Workflow } from "loom-telemetry/agent"
import { type Recorded, recorded } from "../recorded.js"

/** One answer of the model, as a vendor's layer streams it. */
export type Answer = Stream.Stream<Response.StreamPartEncoded, never>

type Part = Response.StreamPartEncoded

/** An answer of these parts. */
export const parts = (...all: ReadonlyArray<Part>): Answer => Stream.fromIterable(all)

/** The last part of an answer. */
export const finish = (
  reason: Response.FinishReason,
  metadata: Response.FinishPartMetadata = {}
): Response.FinishPartEncoded => ({
  type: "finish",
  reason,
  usage: { inputTokens: 10, outputTokens: 2, totalTokens: 12 },
  metadata
})

/** A text as a block. */
export const block = (text: string, id = "t"): ReadonlyArray<Part> => [
  { type: "text-start", id },
  ...(text === "" ? [] : [{ type: "text-delta", id, delta: text } as const]),
  { type: "text-end", id }
]

/** An answer of text. */
export const text = (said: string, reason: Response.FinishReason = "stop"): Answer =>
  parts(...block(said), finish(reason))

/** A call of a tool. */
export const call = (id: string, name: string, params: unknown = {}): Response.ToolCallPartEncoded => ({
  type: "tool-call",
  id,
  name,
  params
})

/** An answer that calls tools. */
export const calls = (...all: ReadonlyArray<Response.ToolCallPartEncoded>): Answer =>
  parts(...all, finish("tool-calls"))

/** A model that gives these answers, one per call, and the prompts that it was called with. */
const modelOf = (answers: ReadonlyArray<Answer>) => {
  const prompts: Array<Prompt.Prompt> = []
  const layer = Layer.effect(
    LanguageModel.LanguageModel,
    LanguageModel.make({
      generateText: () => Effect.dieMessage("agents stream"),
      streamText: ({ prompt }) => {
        prompts.push(prompt)
        return answers[prompts.length - 1] ?? Stream.dieMessage(`there is no answer ${prompts.length}`)
      }
    })
  )
  return { layer, prompts }
}

/** The outcome of a run. */
export interface Asked extends Recorded<RunResult, AgentError> {
  /** The prompts of its model calls, in order. */
  readonly prompts: ReadonlyArray<Prompt.Prompt>
}

/** How an agent is asked. */
export interface Asking {
  /** Default: `"Go"`. */
  readonly prompt?: string
  /** A layer around everything, including the supervisor. It is released before the records are read. */
  readonly within?: Layer.Layer<never> | Layer.Layer<Memory>
}

/** Asks the agent. */
export type Ask = <R>(
  agent: AgentShape<R>,
  answers: ReadonlyArray<Answer>,
  asking?: Asking
) => Effect.Effect<Asked, never, Exclude<R, LanguageModel.LanguageModel>>

const asking = <E, R>(
  run: Effect.Effect<RunResult, E, R | LanguageModel.LanguageModel>,
  answers: ReadonlyArray<Answer>,
  { within = Layer.empty }: Asking
) =>
  Effect.suspend(() => {
    const { layer, prompts } = modelOf(answers)
    return Effect.map(
      recorded(run.pipe(Effect.provide(within as Layer.Layer<never>), Effect.provide(layer))),
      (records) => ({ ...records, prompts })
    )
  })

const go = "Go"

const itself: Ask = (agent, answers, how = {}) =>
  asking(agent.run(how.prompt ?? go, { userId: "alice" }), answers, how) as never

/** The result that a stream ends with. */
const finished = <R>(agent: AgentShape<R>, prompt: string) =>
  agent.stream(prompt, { userId: "alice" }).pipe(
    Stream.runLast,
    Effect.flatMap(Option.match({
      onNone: () => Effect.dieMessage("the stream was empty"),
      onSome: (event) =>
        event._tag === "Finished"
          ? Effect.succeed(event.result)
          : Effect.dieMessage(`the stream ended with ${event._tag}`)
    }))
  )

const streamed: Ask = (agent, answers, how = {}) => asking(finished(agent, how.prompt ?? go), answers, how) as never

const asStep: Ask = (agent, answers, how = {}) => {
  const userId = { userId: "alice" }
  const step = { ...agent, run: (given: Parameters<typeof agent.run>[0]) => agent.run(given, userId) }
  return asking(Workflow.chain("steps", [Workflow.resultOf(step)])(how.prompt ?? go) as never, answers, how) as never
}

const delegation = (prompt: string) => calls(call("d1", "delegate", { worker: "worker", instructions: prompt }))

const bossOf = <R>(worker: AgentShape<R>) =>
  Supervisor.make({ name: "boss", instructions: "Delegate.", workers: { worker } })

/** The exit is the worker's. The supervisor's is checked here. */
const asWorker: Ask = (agent, answers, how = {}) =>
  Effect.suspend(() => {
    const exits: Array<Exit.Exit<RunResult, AgentError>> = []
    const worker = {
      ...agent,
      run: (...given: Parameters<typeof agent.run>) =>
        Effect.onExit(agent.run(...given), (exit) => Effect.sync(() => exits.push(exit)))
    }
    return asking(bossOf(worker).run("Go", { userId: "alice" }), [
      delegation(how.prompt ?? go),
      ...answers,
      text("The worker is done.")
    ], how)
      .pipe(
        Effect.map(({ exit, prompts, ...records }) => ({
          ...records,
          prompts: prompts.slice(1, -1),
          exit: exits.length === 1 && exit._tag === "Success" ? exits[0]! : Exit.die(["the supervisor", exit, exits])
        }))
      ) as never
  })

/** Every way, by name. */
export const ways: ReadonlyArray<readonly [name: string, ask: Ask]> = [
  ["by itself", itself],
  ["streamed", streamed],
  ["in a supervisor's worker", asWorker],
  ["as a step of a workflow", asStep]
]

/** The events of the agent's own run. */
export type Watch = <R>(
  agent: AgentShape<R>,
  answers: ReadonlyArray<Answer>
) => Effect.Effect<ReadonlyArray<AgentEvent>, AgentError, Exclude<R, LanguageModel.LanguageModel>>

const watching = (depth: number): Watch => (agent, answers) => {
  const [stream, all] = depth === 1
    ? [agent.stream("Go"), answers]
    : [bossOf(agent).stream("Go", { workerEvents: true }), [delegation("Go"), ...answers, text("Done.")]]
  return Stream.runCollect(stream).pipe(
    Effect.map((events) => [...events].filter(({ path }) => path.length === depth)),
    Effect.provide(modelOf(all).layer)
  ) as never
}

/** Every way to watch events, by name. */
export const watches: ReadonlyArray<readonly [name: string, watch: Watch]> = [
  ["of its stream", watching(1)],
  ["of its supervisor's stream", watching(2)]
]
