/**
 * One run of an agent: its ids, span, totals, budget and memory, around the loop that does the work.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Prompt from "@effect/ai/Prompt"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Mailbox from "effect/Mailbox"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { elapsedMs } from "../../records/instants.js"
import { Loom } from "../../telemetry/Loom.js"
import { RunContext } from "../../telemetry/RunContext.js"
import { Telemetry } from "../../telemetry/Telemetry.js"
import { outcomeOf } from "../../telemetry/tracing/outcome.js"
import type { AgentError } from "../AgentError.js"
import type { AgentEvent, RunResult } from "../AgentEvent.js"
import type { Agent, AgentOptions, RunOptions, StreamOptions } from "../AgentOptions.js"
import { reportBlocked } from "../Budget.js"
import { rememberRun } from "../Memory.js"
import { captured, exactText, plainMessages } from "../model/content.js"
import { identityOf } from "../model/ModelIdentity.js"
import { inTape } from "../tape/TapePlace.js"
import type { LocalTool, Tools } from "../tools/looseToolkit.js"
import { type Reachable, reachable } from "../tools/reachable.js"
import { agentVersion } from "./agentVersion.js"
import { type Conversation, type LoopOptions, runLoop } from "./loop.js"
import { CurrentRun, RunMeter } from "./RunMeter.js"
import { CurrentPlace, type RunPlace } from "./RunPlace.js"

/** What an agent is made from. */
export interface AgentParts extends AgentOptions<Tools> {
  /** As in spans and metrics: `agent`, `supervisor`. */
  readonly architecture: string
  /** Agents that it may run. */
  readonly workers?: ReadonlyArray<Reachable>
  /** Tools that come with their handler. */
  readonly local: ReadonlyArray<LocalTool>
}

type Emit = (event: AgentEvent) => Effect.Effect<void>

interface RunIdentity {
  readonly runId: string
  readonly sessionId: string
  readonly userId: string | undefined
}

const defaultMaxTurns = 50

/** Events that `stream` buffers for a slow consumer; beyond that, the run waits. */
const eventCapacity = 64

/** Makes an agent. The caller guarantees that `R` is what its tools require, since handlers are only looked up when they are called. */
export const agentOf = <R>(parts: AgentParts): Agent<R> => ({
  ...reachable(parts.toolkit?.tools, parts.workers ?? []),
  name: parts.name,
  run: (prompt, options = {}) => runAgent(parts, prompt, options, undefined),
  stream: (prompt, options = {}) =>
    Stream.unwrapScoped(Effect.gen(function*() {
      const mailbox = yield* Mailbox.make<AgentEvent, AgentError>(eventCapacity)
      yield* runAgent(parts, prompt, options, (event) => mailbox.offer(event)).pipe(
        // Even if the consumer is uninterruptible: otherwise, a run could wait forever for a consumer that is gone.
        Effect.interruptible,
        Mailbox.into(mailbox),
        Effect.forkScoped
      )
      return Mailbox.toStream(mailbox)
    }))
})

const runAgent = (
  parts: AgentParts,
  prompt: Prompt.RawInput,
  options: StreamOptions,
  streamed: Emit | undefined
): Effect.Effect<RunResult, AgentError, LanguageModel.LanguageModel> =>
  Effect.gen(function*() {
    const service = yield* LanguageModel.LanguageModel
    const identity = yield* identityOfRun(options)
    const above = yield* CurrentPlace
    const place = below(above, identity.runId, options.workerEvents === true ? streamed : undefined)
    const emit = emitting(place.path, above.listener, streamed)
    const meter = new RunMeter(yield* CurrentRun, parts.budget, yield* Clock.currentTimeNanos)
    const asked = Prompt.make(prompt).content
    const history = options.history === undefined ? [] : Prompt.make(options.history).content
    const capture = parts.captureContent
    // The input is recorded first, so that failed runs have it too: a dataset needs it to repeat the run.
    const body = captured(capture, () => ({ input: { json: plainMessages(asked) } })).pipe(
      Effect.zipRight(emit({ _tag: "RunStarted", runId: identity.runId, sessionId: identity.sessionId })),
      Effect.zipRight(runLoop(loopOptions(parts, identity, meter, emit), [...history, ...asked])),
      Effect.tap(({ interruptedReason }) => reportBlocked(interruptedReason)),
      Effect.map((conversation) => resultOf(conversation, identity, meter)),
      Effect.tap(({ output }) => captured(capture, () => ({ output }))),
      Effect.tap((result) =>
        rememberRun({
          agent: parts.name,
          userId: identity.userId,
          parentRunId: above.path.at(-1),
          asked,
          result
        })
      ),
      Effect.tap((result) => emit({ _tag: "Finished", result }))
    )
    // Nothing may interrupt between the span and the body: a run without a duration would be missing from every count.
    const measured = Effect.uninterruptibleMask((restore) =>
      restore(body).pipe(
        Effect.onExit((exit) => sessionEnded(parts, identityOf(service).model, meter, exit)),
        Loom.run({
          session_id: identity.sessionId,
          user_id: identity.userId,
          run_id: identity.runId,
          architecture: parts.architecture,
          agent: parts.name,
          model: identityOf(service).model,
          max_turns: parts.maxTurns ?? defaultMaxTurns
        })
      )
    )
    return yield* measured.pipe(
      Effect.provideService(CurrentRun, meter),
      Effect.provideService(CurrentPlace, place),
      inTape(
        () => ({ role: "run", attributes: { agent: parts.name } }),
        ({ attributes }) => attributes["input"] === exactText(plainMessages(asked))
      ),
      RunContext.with({
        runId: identity.runId,
        sessionId: identity.sessionId,
        ...(identity.userId !== undefined && { userId: identity.userId })
      })
    )
  })

/** Crockford's base 32, as in the ULID specification. */
const ulidDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// `Random.nextIntBetween` includes its upper bound in Effect 4.
const randomDigit = Effect.map(Random.next, (random) => ulidDigits[Math.floor(random * 32)])

/** `run_` and a ULID, so that ids sort by start time. */
const makeRunId: Effect.Effect<string> = Effect.zipWith(
  Clock.currentTimeMillis,
  Effect.replicateEffect(randomDigit, 16),
  (millis, random) => {
    const time = Array.from(
      { length: 10 },
      (_, index) => ulidDigits[Math.floor(Math.max(0, millis) / 32 ** (9 - index)) % 32]
    )
    return `run_${[...time, ...random].join("")}`
  }
)

/** The place of a run, with its own listener to child runs, if it has one. */
const below = (above: RunPlace, runId: string, listener: Emit | undefined): RunPlace => ({
  path: [...above.path, runId],
  listener: above.listener === undefined || listener === undefined
    ? above.listener ?? listener
    : (event) => Effect.zipRight(above.listener!(event), listener(event))
})

/** Passes the events of a run to its stream and to the listeners of its parent runs. */
const emitting = (path: ReadonlyArray<string>, ...all: ReadonlyArray<Emit | undefined>): LoopOptions["emit"] => {
  const listeners = all.filter((listener) => listener !== undefined)
  return (happening) => Effect.forEach(listeners, (listener) => listener({ ...happening, path }), { discard: true })
}

const identityOfRun = (options: RunOptions): Effect.Effect<RunIdentity> =>
  Effect.zipWith(RunContext, makeRunId, (current, runId) => ({
    runId,
    sessionId: options.sessionId ?? current.sessionId ?? runId,
    userId: options.userId ?? current.userId
  }))

/** The tools that the model may call. */
const toolsOf = ({ local, toolkit }: AgentParts): Tools => ({
  ...toolkit?.tools,
  ...Object.fromEntries(local.map(({ tool }) => [tool.name, tool]))
})

const loopOptions = (
  parts: AgentParts,
  identity: RunIdentity,
  meter: RunMeter,
  emit: LoopOptions["emit"]
): LoopOptions => ({
  agent: parts.name,
  instructions: typeof parts.instructions === "string"
    ? Prompt.makeMessage("system", { content: parts.instructions })
    : parts.instructions,
  tools: toolsOf(parts),
  local: parts.local,
  maxTurns: parts.maxTurns ?? defaultMaxTurns,
  toolConcurrency: parts.toolConcurrency ?? "unbounded",
  toolTimeout: parts.toolTimeout,
  maxToolCallsPerTurn: parts.maxToolCallsPerTurn,
  onLeftRunning: Effect.sync(() => void meter.toolsLeftRunning++),
  modelRetries: parts.modelRetries ?? 2,
  streaming: parts.streaming ?? true,
  captureContent: parts.captureContent,
  sessionId: identity.sessionId,
  meter,
  emit
})

const resultOf = (conversation: Conversation, identity: RunIdentity, meter: RunMeter): RunResult => ({
  output: conversation.output,
  turns: conversation.turns,
  tokensIn: meter.tokensIn,
  tokensOut: meter.tokensOut,
  cachedTokensIn: meter.cachedTokensIn,
  costUsd: meter.costUsd,
  unpricedCalls: meter.unpricedCalls,
  unmeasuredCalls: meter.unmeasuredCalls,
  sessionId: identity.sessionId,
  runId: identity.runId,
  interruptedReason: conversation.interruptedReason,
  finishReason: conversation.finishReason,
  messages: conversation.messages
})

/** Sets the totals on the span and emits one `loom.session.duration_ms`, however the run ended. */
const sessionEnded = <E>(
  parts: AgentParts,
  model: string | undefined,
  meter: RunMeter,
  exit: Exit.Exit<RunResult, E>
): Effect.Effect<void> =>
  Effect.gen(function*() {
    const end = yield* Clock.currentTimeNanos
    // Other layers do not name their model: it is only known once the first call is over.
    yield* Telemetry.annotate({ model: meter.model })
    const version = agentVersion(parts, () => ({ ...parts, tools: toolsOf(parts) }), model ?? meter.model)
    meter.noteVersion(version)
    yield* Loom.run.annotate({
      turns: meter.turns,
      tokens_in: meter.tokensIn,
      tokens_out: meter.tokensOut,
      cost_usd: meter.costUsd ?? undefined,
      tools_left_running: meter.toolsLeftRunning || undefined,
      // Only set if there is a cost and it is incomplete; an absent cost needs no note.
      unpriced_calls: meter.costUsd === null ? undefined : meter.unpricedCalls || undefined,
      interrupted_reason: exit._tag === "Success" ? exit.value.interruptedReason ?? undefined : undefined,
      agent_version: version
    })
    yield* Loom.sessionDurationMs(elapsedMs(meter.startedAt, end), {
      architecture: parts.architecture,
      outcome: outcomeOf(exit)
    })
  })
