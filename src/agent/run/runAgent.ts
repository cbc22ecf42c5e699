/**
 * One run of an agent: its identity, its span, its totals, its budget, its memory; the loop inside does the work.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Prompt from "@effect/ai/Prompt"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Mailbox from "effect/Mailbox"
import * as Stream from "effect/Stream"
import { elapsedMs } from "../../records/instants.js"
import { Loom } from "../../telemetry/Loom.js"
import { RunContext } from "../../telemetry/RunContext.js"
import { Telemetry } from "../../telemetry/Telemetry.js"
import { outcomeOf } from "../../telemetry/tracing/outcome.js"
import type { AgentError } from "../AgentError.js"
import type { AgentEvent, RunResult } from "../AgentEvent.js"
import type { Agent, AgentOptions, RunOptions } from "../AgentOptions.js"
import { blockedBy, BudgetGuard, reportBlocked } from "../Budget.js"
import { rememberRun } from "../Memory.js"
import { captured, jsonText, plainMessages } from "../model/content.js"
import { identityOf } from "../model/ModelIdentity.js"
import type { LocalTool } from "../tools/LocalTool.js"
import type { Tools } from "../tools/looseToolkit.js"
import { type Conversation, type LoopOptions, runLoop } from "./loop.js"
import { makeRunId } from "./runId.js"
import { CurrentRun, RunMeter } from "./RunMeter.js"

/** An agent, as its parts. */
export interface AgentParts extends AgentOptions<Tools> {
  /** As on spans and metrics: `agent`, `supervisor`. */
  readonly architecture: string
  /** Tools that bring their own handler. */
  readonly local: ReadonlyArray<LocalTool>
}

type Emit = LoopOptions["emit"]

/** Who a run is. */
interface RunIdentity {
  readonly runId: string
  readonly sessionId: string
  readonly userId: string | undefined
}

const defaultMaxTurns = 50

/** Events that may wait for a slow consumer of `stream`; then the run waits. */
const eventCapacity = 64

/** The agent that these parts make. What its tools need is in `R` by the word of the caller: handlers are found when they are called. */
export const agentOf = <R>(parts: AgentParts): Agent<R> => ({
  name: parts.name,
  run: (prompt, options = {}) => runAgent(parts, prompt, options, () => Effect.void),
  stream: (prompt, options = {}) =>
    Stream.unwrapScoped(Effect.gen(function*() {
      const mailbox = yield* Mailbox.make<AgentEvent, AgentError>(eventCapacity)
      yield* runAgent(parts, prompt, options, (event) => mailbox.offer(event)).pipe(
        // Also where its consumer is not: a run that waits for one that has gone would wait for ever.
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
  options: RunOptions,
  emit: Emit
): Effect.Effect<RunResult, AgentError, LanguageModel.LanguageModel> =>
  Effect.gen(function*() {
    const service = yield* LanguageModel.LanguageModel
    const identity = yield* identityOfRun(options)
    const start = yield* Clock.currentTimeNanos
    const budget = parts.budget === undefined ? undefined : new BudgetGuard(parts.budget, start)
    const meter = new RunMeter(yield* CurrentRun, budget)
    const asked = Prompt.make(prompt).content
    const history = options.history === undefined ? [] : Prompt.make(options.history).content
    const body = emit({ _tag: "RunStarted", runId: identity.runId, sessionId: identity.sessionId }).pipe(
      Effect.zipRight(runLoop(loopOptions(parts, identity, meter, emit), [...history, ...asked])),
      Effect.tap(({ interruptedReason }) => reportBlocked(interruptedReason)),
      Effect.map((conversation) => resultOf(conversation, identity, meter)),
      Effect.tap((result) => captureRun(parts, asked, result)),
      Effect.tap((result) => rememberRun({ agent: parts.name, userId: identity.userId, asked, result })),
      Effect.tap((result) => emit({ _tag: "Finished", result }))
    )
    // Between the span's opening and the body nothing can come: a run without its duration would be missing from every count.
    const measured = Effect.uninterruptibleMask((restore) =>
      restore(body).pipe(
        Effect.onExit((exit) => sessionEnded(parts, meter, start, exit)),
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
      RunContext.with({
        runId: identity.runId,
        sessionId: identity.sessionId,
        ...(identity.userId !== undefined && { userId: identity.userId })
      })
    )
  })

const identityOfRun = (options: RunOptions): Effect.Effect<RunIdentity> =>
  Effect.zipWith(RunContext, makeRunId, (current, runId) => ({
    runId,
    sessionId: options.sessionId ?? current.sessionId ?? runId,
    userId: options.userId ?? current.userId
  }))

const loopOptions = (parts: AgentParts, identity: RunIdentity, meter: RunMeter, emit: Emit): LoopOptions => ({
  agent: parts.name,
  instructions: parts.instructions,
  tools: {
    ...parts.toolkit?.tools,
    ...Object.fromEntries(parts.local.map(({ tool }) => [tool.name, tool]))
  },
  local: parts.local,
  maxTurns: parts.maxTurns ?? defaultMaxTurns,
  toolConcurrency: parts.toolConcurrency ?? "unbounded",
  toolTimeout: parts.toolTimeout,
  modelRetries: parts.modelRetries ?? 2,
  captureContent: parts.captureContent ?? "none",
  sessionId: identity.sessionId,
  blocked: blockedBy(meter),
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
  sessionId: identity.sessionId,
  runId: identity.runId,
  interruptedReason: conversation.interruptedReason,
  messages: conversation.messages
})

const captureRun = (
  parts: AgentParts,
  asked: ReadonlyArray<Prompt.Message>,
  result: RunResult
): Effect.Effect<void> =>
  captured(parts.captureContent ?? "none", () => ({
    input: jsonText(plainMessages(asked)),
    output: result.output
  }))

/** The totals on the span and one `loom.session.duration_ms`, however the run ended. */
const sessionEnded = <E>(
  parts: AgentParts,
  meter: RunMeter,
  start: bigint,
  exit: Exit.Exit<RunResult, E>
): Effect.Effect<void> =>
  Effect.gen(function*() {
    const end = yield* Clock.currentTimeNanos
    // Layers of others do not say which model theirs is: it is known when the first call is over.
    yield* Telemetry.annotate({ model: meter.model })
    yield* Loom.run.annotate({
      turns: meter.turns,
      tokens_in: meter.tokensIn,
      tokens_out: meter.tokensOut,
      cost_usd: meter.costUsd ?? undefined,
      interrupted_reason: exit._tag === "Success" ? exit.value.interruptedReason ?? undefined : undefined
    })
    yield* Loom.sessionDurationMs(elapsedMs(start, end), {
      architecture: parts.architecture,
      outcome: outcomeOf(exit)
    })
  })
