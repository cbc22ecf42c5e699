/**
 * The loop: call the model, run the tools that it calls, return the results, until it calls none.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Prompt from "@effect/ai/Prompt"
import * as Effect from "effect/Effect"
import { Loom } from "../../telemetry/Loom.js"
import { AgentError } from "../AgentError.js"
import type { FinishReason, Happening, InterruptedReason } from "../AgentEvent.js"
import { callModel } from "../model/callModel.js"
import type { ModelPart, ToolCall } from "../model/modelParts.js"
import { inTape } from "../tape/TapePlace.js"
import { dispatch, type DispatchOptions, type ToolResult } from "../tools/dispatch.js"
import { ToolCallError } from "../tools/ToolCallError.js"
import type { RunMeter } from "./RunMeter.js"
import { toolMessage, Transcript } from "./transcript.js"

/** Options of a loop. */
export interface LoopOptions extends DispatchOptions {
  readonly agent: string
  /** The system message. */
  readonly instructions: Prompt.SystemMessage
  readonly maxTurns: number
  readonly toolConcurrency: number | "unbounded"
  readonly maxToolCallsPerTurn: number | undefined
  readonly modelRetries: number
  readonly streaming: boolean
  /** For the spans of the turns. */
  readonly sessionId: string
  /** Counts the turns; its budget is checked before every turn and every model call. */
  readonly meter: RunMeter
  readonly emit: (event: Happening) => Effect.Effect<void>
}

/** The state of a loop. */
export interface Conversation {
  readonly messages: ReadonlyArray<Prompt.Message>
  readonly turns: number
  readonly output: string
  readonly finishReason: FinishReason
  readonly interruptedReason: InterruptedReason | null
  readonly done: boolean
}

const beginning = (messages: ReadonlyArray<Prompt.Message>): Conversation => ({
  messages,
  turns: 0,
  output: "",
  finishReason: "unknown",
  interruptedReason: null,
  done: false
})

type InLoop<A> = Effect.Effect<A, AgentError, LanguageModel.LanguageModel>

/** Runs the loop on these messages until it is done. */
export const runLoop = (options: LoopOptions, messages: ReadonlyArray<Prompt.Message>): InLoop<Conversation> =>
  Effect.iterate(
    beginning(messages),
    { while: ({ done }) => !done, body: (conversation) => step(options, conversation) }
  )

const step = (options: LoopOptions, conversation: Conversation): InLoop<Conversation> =>
  Effect.flatMap(options.meter.blocked, (reason) => {
    const stop = reason ?? (conversation.turns >= options.maxTurns ? "max_turns" as const : null)
    return stop === null
      ? turn(options, conversation)
      : Effect.succeed({ ...conversation, interruptedReason: stop, done: true })
  })

const turn = (options: LoopOptions, conversation: Conversation): InLoop<Conversation> =>
  Effect.gen(function*() {
    options.meter.turns++
    yield* options.emit({ _tag: "TurnStarted", turn: conversation.turns })
    const answer = yield* ask(options, conversation)
    if (!(answer instanceof Transcript)) {
      return { ...conversation, turns: conversation.turns + 1, interruptedReason: answer, done: true }
    }
    const results = yield* Effect.forEach(
      answer.toolCalls.filter((call) => !call.providerExecuted),
      (call, index) => runTool(options, call, index),
      { concurrency: options.toolConcurrency }
    )
    return {
      messages: [
        ...conversation.messages,
        ...answer.messages,
        ...(results.length === 0 ? [] : [toolMessage(results)])
      ],
      turns: conversation.turns + 1,
      // A paused answer continues in the next turn.
      output: conversation.finishReason === "pause" ? conversation.output + answer.text : answer.text,
      finishReason: answer.finishReason,
      interruptedReason: null,
      done: results.length === 0 && answer.finishReason !== "pause"
    }
  }).pipe(
    Loom.turn({ turn: conversation.turns, session_id: options.sessionId }),
    inTape(() => ({ role: "turn", attributes: { turn: conversation.turns } }))
  )

/** The model's answer, or the budget limit that prevented a retry. */
const ask = (options: LoopOptions, conversation: Conversation): InLoop<Transcript | InterruptedReason> =>
  Effect.flatMap(LanguageModel.LanguageModel, (service) =>
    callModel({
      service,
      messages: [options.instructions, ...conversation.messages],
      tools: options.tools,
      retries: options.modelRetries,
      streaming: options.streaming,
      mayRetry: Effect.map(options.meter.blocked, (reason) => reason === null),
      captureContent: options.captureContent,
      onPart: (part) => announce(options, part)
    })).pipe(
      Effect.catchAll(({ isRefused, original }) =>
        Effect.flatMap(isRefused === true ? options.meter.blocked : Effect.succeed(null), (reason) =>
          reason === null
            ? failed(options, conversation, original)
            : Effect.succeed(reason))
      )
    )

const failed = ({ agent, meter }: LoopOptions, { messages, turns }: Conversation, cause: unknown): AgentError =>
  new AgentError({
    agent,
    turn: turns,
    reason: "ModelCallFailed",
    cause,
    turns: meter.turns,
    tokensIn: meter.tokensIn,
    tokensOut: meter.tokensOut,
    costUsd: meter.costUsd,
    messages
  }, { disableValidation: true })

const announce = (options: LoopOptions, part: ModelPart): Effect.Effect<void> => {
  switch (part.type) {
    case "text":
      return part.text === "" ? Effect.void : options.emit({ _tag: "TextDelta", text: part.text })
    case "reasoning":
      return part.text === "" ? Effect.void : options.emit({ _tag: "ReasoningDelta", text: part.text })
    case "tool-call":
      return options.emit({ _tag: "ToolCall", id: part.call.id, name: part.call.name, params: part.call.params })
    default:
      return Effect.void
  }
}

const runTool = (options: LoopOptions, call: ToolCall, index: number): Effect.Effect<ToolResult> =>
  Effect.tap(
    dispatch(options, call, mayRun(options, index)),
    ({ isFailure, result }) =>
      options.emit({ _tag: "ToolResult", id: call.id, name: call.name, ok: !isFailure, result })
  )

/** Fails for a call beyond the limit per turn, and for a call that would start after the budget is spent. */
const mayRun = (
  { maxToolCallsPerTurn = Infinity, meter }: LoopOptions,
  index: number
): Effect.Effect<void, ToolCallError> =>
  index >= maxToolCallsPerTurn
    ? new ToolCallError({
      reason: "TooManyCalls",
      forModel: `Not run: at most ${maxToolCallsPerTurn} tool calls are run per turn`
    })
    : Effect.flatMap(meter.blocked, (reason) =>
      reason === null ? Effect.void : new ToolCallError({ reason: "BudgetSpent", forModel: `Not run: ${reason}` }))
