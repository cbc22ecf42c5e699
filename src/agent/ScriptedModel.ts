/**
 * A model that says what a script tells it to: for tests, examples and demonstrations. No key, no network, the same every time.
 *
 * Each call of the model, and each attempt of a call that is retried, takes the next turn of the script. Time passes on the Clock only.
 */
import * as AiError from "@effect/ai/AiError"
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Response from "@effect/ai/Response"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import { identify } from "./model/ModelIdentity.js"

/** A tool call in a script. */
export interface ScriptedToolCall {
  /** As on the `call_id` of the tool's span. */
  readonly id: string
  /** May name no tool: models do that. */
  readonly name: string
  /** May fit no schema: models do that. */
  readonly params: unknown
}

/** Tokens as the provider would report them. */
export interface ScriptedUsage {
  /** All input tokens, cached ones included. */
  readonly inputTokens?: number
  /** All output tokens, reasoning included. */
  readonly outputTokens?: number
  /** The part of `inputTokens` that was read from a cache. */
  readonly cachedInputTokens?: number
  /** The part of `outputTokens` that was spent on reasoning. */
  readonly reasoningTokens?: number
}

/** What the model does when it is called. */
export interface ScriptedTurn {
  /** What it thinks before it answers. Default: nothing. */
  readonly reasoning?: string
  /** What it answers. Default: nothing. */
  readonly text?: string
  /** What it calls behind its text. Default: nothing. */
  readonly toolCalls?: ReadonlyArray<ScriptedToolCall>
  /** What it reports. Default: nothing, so that no tokens are counted. */
  readonly usage?: ScriptedUsage
  /** Default: `"tool-calls"` where there are any, else `"stop"`. */
  readonly finishReason?: Response.FinishReason
  /** Fails after what stands above was said; an `AiError` as it is, anything else as the cause of one. */
  readonly error?: unknown
  /** How long the model takes before it says anything, on the Clock. */
  readonly delay?: Duration.DurationInput
}

/** Options of a scripted model. */
export interface ScriptedModelOptions {
  /** The model's name on spans and metrics. Default `"ScriptedModel"`. */
  readonly model?: string
}

/** A model that follows a script. */
export class ScriptedModel {
  /** A `LanguageModel` that takes one turn of the script a call. A call past its end fails with an `AiError` that says so. */
  static readonly layer = (
    turns: ReadonlyArray<ScriptedTurn>,
    options: ScriptedModelOptions = {}
  ): Layer.Layer<LanguageModel.LanguageModel> =>
    Layer.effect(LanguageModel.LanguageModel, Effect.suspend(() => make(turns, options.model ?? "ScriptedModel")))
}

const make = (turns: ReadonlyArray<ScriptedTurn>, model: string): Effect.Effect<LanguageModel.Service> => {
  let calls = 0
  const next = (method: string): Effect.Effect<ScriptedTurn, AiError.AiError> =>
    Effect.suspend(() => {
      const turn = turns[calls++]
      return turn === undefined
        ? failure(
          method,
          `the script has ${turns.length} turns and this is call ${calls}; add a turn to ScriptedModel.layer`,
          undefined
        )
        : Effect.as(turn.delay === undefined ? Effect.void : Effect.sleep(turn.delay), turn)
    })
  return Effect.map(
    LanguageModel.make({
      generateText: ({ span }) =>
        Effect.flatMap(next("generateText"), (turn) => {
          if (turn.error !== undefined) {
            return failure("generateText", "the script says so", turn.error)
          }
          announce(span, turn)
          return Effect.succeed([...wholeParts(turn), ...finalParts(turn, model)])
        }),
      streamText: () =>
        Stream.unwrap(Effect.map(next("streamText"), (turn) => {
          const said = Stream.fromIterable(deltas(turn)).pipe(Stream.rechunk(1))
          return Stream.concat(
            said,
            turn.error === undefined
              // In one chunk, as an answer arrives that names a tool which does not exist.
              ? Stream.fromIterable(finalParts(turn, model))
              : Stream.fromEffect(failure("streamText", "the script says so", turn.error))
          )
        }))
    }),
    (service) => identify(service, { model, provider: "scripted" })
  )
}

/** Puts the usage on the span of `@effect/ai`, where the layers of vendors put it too. */
const announce = (span: Tracer.Span, { usage }: ScriptedTurn): void => {
  if (usage?.inputTokens !== undefined) {
    span.attribute("gen_ai.usage.input_tokens", usage.inputTokens)
  }
  if (usage?.outputTokens !== undefined) {
    span.attribute("gen_ai.usage.output_tokens", usage.outputTokens)
  }
}

const failure = (method: string, description: string, error: unknown): Effect.Effect<never, AiError.AiError> =>
  AiError.isAiError(error)
    ? Effect.fail(error)
    : new AiError.UnknownError({ module: "ScriptedModel", method, description, cause: error })

/** Several deltas a text, cut after spaces, as real models stream. */
const pieces = (text: string): ReadonlyArray<string> => text.match(/\S*\s*/g)?.filter((piece) => piece !== "") ?? []

const deltas = ({ reasoning, text }: ScriptedTurn): ReadonlyArray<Response.StreamPartEncoded> => [
  ...(reasoning === undefined ? [] : [
    { type: "reasoning-start" as const, id: "reasoning" },
    ...pieces(reasoning).map((delta) => ({ type: "reasoning-delta" as const, id: "reasoning", delta })),
    { type: "reasoning-end" as const, id: "reasoning" }
  ]),
  ...(text === undefined ? [] : [
    { type: "text-start" as const, id: "text" },
    ...pieces(text).map((delta) => ({ type: "text-delta" as const, id: "text", delta })),
    { type: "text-end" as const, id: "text" }
  ])
]

const wholeParts = ({ reasoning, text }: ScriptedTurn): ReadonlyArray<Response.PartEncoded> => [
  ...(reasoning === undefined ? [] : [{ type: "reasoning" as const, text: reasoning }]),
  ...(text === undefined ? [] : [{ type: "text" as const, text }])
]

type FinalPart = Response.ResponseMetadataPartEncoded | Response.ToolCallPartEncoded | Response.FinishPartEncoded

const finalParts = (turn: ScriptedTurn, model: string): ReadonlyArray<FinalPart> => [
  { type: "response-metadata", modelId: model },
  ...(turn.toolCalls ?? []).map(({ id, name, params }) => ({ type: "tool-call" as const, id, name, params })),
  {
    type: "finish",
    reason: turn.finishReason ?? (turn.toolCalls === undefined || turn.toolCalls.length === 0 ? "stop" : "tool-calls"),
    usage: {
      inputTokens: turn.usage?.inputTokens,
      outputTokens: turn.usage?.outputTokens,
      totalTokens: turn.usage === undefined
        ? undefined
        : (turn.usage.inputTokens ?? 0) + (turn.usage.outputTokens ?? 0),
      reasoningTokens: turn.usage?.reasoningTokens,
      cachedInputTokens: turn.usage?.cachedInputTokens
    }
  }
]
