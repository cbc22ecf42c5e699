/**
 * A model that follows a script, for tests, examples and demonstrations. No key, no network, the same every time.
 *
 * Each model call, retries included, takes the next turn of the script. Delays use the Clock.
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
  /** May name a tool that does not exist, as models do. */
  readonly name: string
  /** May not fit the tool's schema, as models do. */
  readonly params: unknown
}

/** Tokens as the provider would report them. */
export interface ScriptedUsage {
  /** All input tokens, including cached ones. */
  readonly inputTokens?: number
  /** All output tokens, including reasoning. */
  readonly outputTokens?: number
  /** The part of `inputTokens` that was read from a cache. */
  readonly cachedInputTokens?: number
  /** The part of `outputTokens` spent on reasoning. */
  readonly reasoningTokens?: number
}

/** One call of the model. */
export interface ScriptedTurn {
  /** Its reasoning before the answer. Default: none. */
  readonly reasoning?: string
  /** Its answer. Default: none. */
  readonly text?: string
  /** The tools that it calls after the text. Default: none. */
  readonly toolCalls?: ReadonlyArray<ScriptedToolCall>
  /** The usage that it reports. Default: none, so no tokens are counted. */
  readonly usage?: ScriptedUsage
  /** Default: `"tool-calls"` if it calls tools, else `"stop"`. */
  readonly finishReason?: Response.FinishReason
  /** Fails after the content above: with this `AiError`, or with one whose cause it is. */
  readonly error?: unknown
  /** The time before the first content, on the Clock. Default: none. */
  readonly delay?: Duration.DurationInput
}

/** Options of a scripted model. */
export interface ScriptedModelOptions {
  /** The model's name on spans and metrics. Default `"ScriptedModel"`. */
  readonly model?: string
}

/** A model that follows a script. */
export class ScriptedModel {
  /** A `LanguageModel` that takes one turn per call. A call after the last turn fails with an `AiError` that says so. */
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
          return Effect.succeed([
            ...wholeParts("reasoning", turn.reasoning),
            ...wholeParts("text", turn.text),
            ...finalParts(turn, model)
          ])
        }),
      streamText: () =>
        Stream.unwrap(Effect.map(next("streamText"), (turn) => {
          const deltas = [...deltasOf("reasoning", turn.reasoning), ...deltasOf("text", turn.text)]
          return Stream.concat(
            Stream.rechunk(Stream.fromIterable(deltas), 1),
            turn.error === undefined
              // In one chunk, like an answer that calls an unknown tool.
              ? Stream.fromIterable(finalParts(turn, model))
              : Stream.fromEffect(failure("streamText", "the script says so", turn.error))
          )
        }))
    }),
    (service) => identify(service, { model, provider: "scripted" })
  )
}

/** Sets the usage on the span of `@effect/ai`, as vendors' layers do. */
const announce = (span: Tracer.Span, { usage }: ScriptedTurn): void => {
  for (const [kind, tokens] of [["input", usage?.inputTokens], ["output", usage?.outputTokens]] as const) {
    if (tokens !== undefined) {
      span.attribute(`gen_ai.usage.${kind}_tokens`, tokens)
    }
  }
}

const failure = (method: string, description: string, error: unknown): Effect.Effect<never, AiError.AiError> =>
  AiError.isAiError(error)
    ? Effect.fail(error)
    : new AiError.UnknownError({ module: "ScriptedModel", method, description, cause: error })

/** A text as several deltas, split after spaces, as real models stream. */
const pieces = (text: string): ReadonlyArray<string> => text.match(/\S*\s*/g)?.filter((piece) => piece !== "") ?? []

const deltasOf = (type: "reasoning" | "text", text: string | undefined): ReadonlyArray<Response.StreamPartEncoded> =>
  text === undefined ? [] : [
    { type: `${type}-start`, id: type },
    ...pieces(text).map((delta) => ({ type: `${type}-delta` as const, id: type, delta })),
    { type: `${type}-end`, id: type }
  ]

const wholeParts = (type: "reasoning" | "text", text: string | undefined): ReadonlyArray<Response.PartEncoded> =>
  text === undefined ? [] : [{ type, text }]

type FinalPart = Response.ResponseMetadataPartEncoded | Response.ToolCallPartEncoded | Response.FinishPartEncoded

const finalParts = (turn: ScriptedTurn, model: string): ReadonlyArray<FinalPart> => [
  { type: "response-metadata", modelId: model },
  ...(turn.toolCalls ?? []).map(({ id, name, params }) => ({ type: "tool-call" as const, id, name, params })),
  {
    type: "finish",
    reason: turn.finishReason ?? (turn.toolCalls === undefined || turn.toolCalls.length === 0 ? "stop" : "tool-calls"),
    usage: {
      inputTokens: undefined,
      outputTokens: undefined,
      ...turn.usage,
      totalTokens: turn.usage && (turn.usage.inputTokens ?? 0) + (turn.usage.outputTokens ?? 0)
    }
  }
]
