/**
 * A model that follows a script, for tests, examples and demonstrations. No key, no network, the same every time.
 *
 * Each model call, retries included, takes the next turn of the script. Delays use the Clock.
 */
import * as AiError from "@effect/ai/AiError"
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Response from "@effect/ai/Response"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
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
  /** Fails the call after the content above: with this `AiError`, or with an `AiError` that has this value as its cause. */
  readonly error?: unknown
  /** The time before the first content, on the Clock. Default: none. */
  readonly delay?: Duration.DurationInput
}

/** Options of a scripted model. */
export interface ScriptedModelOptions {
  /** The model's name on spans and metrics. Default `"ScriptedModel"`. */
  readonly model?: string
  /**
   * Whether all turns must be taken. If some are left when the layer is released after a success, it dies with an `UnusedTurns` that lists them. Default
   * false.
   */
  readonly requireAll?: boolean
  /** Whether the script starts over after its last turn, for example in a server that answers any number of requests. Default false. */
  readonly repeat?: boolean
}

/** The service of a scripted model. */
export interface ScriptedModelService {
  /** The turns that no call has taken yet, in order. */
  readonly remaining: Effect.Effect<ReadonlyArray<ScriptedTurn>>
}

/** A script with `requireAll` was not followed to its end. */
export class UnusedTurns extends Data.TaggedError("UnusedTurns")<{
  readonly message: string
  /** The turns that no call has taken, in order. */
  readonly remaining: ReadonlyArray<ScriptedTurn>
}> {}

/** A model that follows a script. */
export class ScriptedModel extends Context.Tag("loom-telemetry/ScriptedModel")<ScriptedModel, ScriptedModelService>() {
  /** A `LanguageModel` that takes one turn per call. Without `repeat`, a call after the last turn fails with an `AiError` that says so. */
  static readonly layer = (
    turns: ReadonlyArray<ScriptedTurn>,
    { model = "ScriptedModel", repeat = false, requireAll = false }: ScriptedModelOptions = {}
  ): Layer.Layer<LanguageModel.LanguageModel | ScriptedModel> =>
    Layer.scopedContext(Effect.gen(function*() {
      const script = new Script(turns, repeat)
      if (requireAll) {
        yield* Effect.addFinalizer((exit) => Exit.isSuccess(exit) ? script.requireEnd : Effect.void)
      }
      return Context.make(LanguageModel.LanguageModel, yield* make(script, model)).pipe(
        Context.add(ScriptedModel, { remaining: Effect.sync(() => script.remaining) })
      )
    }))

  /** The turns that no call has taken yet, in order: empty at the end of a test that used the whole script. */
  static readonly remaining: Effect.Effect<ReadonlyArray<ScriptedTurn>, never, ScriptedModel> = Effect.flatMap(
    ScriptedModel,
    ({ remaining }) => remaining
  )
}

/** A script, and how far it has been followed. */
class Script {
  private calls = 0

  constructor(private readonly turns: ReadonlyArray<ScriptedTurn>, private readonly repeats: boolean) {}

  /** Empty once every turn has been taken, even if the script repeats. */
  get remaining(): ReadonlyArray<ScriptedTurn> {
    return this.turns.slice(this.calls)
  }

  /** Takes the next turn, after its delay. */
  next(method: string): Effect.Effect<ScriptedTurn, AiError.AiError> {
    return Effect.suspend(() => {
      const { length } = this.turns
      const call = this.calls++
      const turn = this.turns[this.repeats && length > 0 ? call % length : call]
      return turn === undefined
        ? failure(
          method,
          `the script has ${length} turns and this is call ${
            call + 1
          }; add a turn to ScriptedModel.layer, or set repeat`,
          undefined
        )
        : Effect.as(turn.delay === undefined ? Effect.void : Effect.sleep(turn.delay), turn)
    })
  }

  /** Dies if turns are left. */
  readonly requireEnd: Effect.Effect<void> = Effect.suspend(() => {
    const { remaining, turns } = this
    const message = `${remaining.length} of the ${turns.length} turns of the script were not taken: ${
      remaining.slice(0, 5).map(summaryOf).join("; ")
    }${
      remaining.length > 5 ? "; …" : ""
    }. Remove them from ScriptedModel.layer, or check why the model was called less often`
    return remaining.length === 0 ? Effect.void : Effect.die(new UnusedTurns({ message, remaining }))
  })
}

/** A turn in a few words. */
const summaryOf = ({ error, text, toolCalls = [] }: ScriptedTurn): string =>
  [
    ...(text === undefined ? [] : [`text ${JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text)}`]),
    ...toolCalls.slice(0, 5).map(({ name }) => `call of ${JSON.stringify(name)}`),
    ...(error === undefined ? [] : ["an error"])
  ].join(", ") || "an empty answer"

const make = (script: Script, model: string): Effect.Effect<LanguageModel.Service> =>
  Effect.map(
    LanguageModel.make({
      generateText: ({ span }) =>
        Effect.flatMap(script.next("generateText"), (turn) => {
          if (turn.error !== undefined) {
            return failure("generateText", "the script makes this call fail", turn.error)
          }
          announce(span, turn)
          return Effect.succeed([
            ...wholeParts("reasoning", turn.reasoning),
            ...wholeParts("text", turn.text),
            ...finalParts(turn, model)
          ])
        }),
      streamText: () =>
        Stream.unwrap(Effect.map(script.next("streamText"), (turn) => {
          const deltas = [...deltasOf("reasoning", turn.reasoning), ...deltasOf("text", turn.text)]
          return Stream.concat(
            Stream.rechunk(Stream.fromIterable(deltas), 1),
            turn.error === undefined
              // In one chunk, like an answer that calls an unknown tool.
              ? Stream.fromIterable(finalParts(turn, model))
              : Stream.fromEffect(failure("streamText", "the script makes this call fail", turn.error))
          )
        }))
    }),
    (service) => identify(service, { model, provider: "scripted" })
  )

/** Sets the usage on the span of `@effect/ai`, as the layers of vendors do. */
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
